package exposure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/estate"
)

// everyone stands for everybody with an AWS account in lists of accounts.
const everyone = "all"

// sharing is with whom an event shares a resource. It holds what was added and nothing of what was taken away.
type sharing struct {
	everyone bool
	accounts []string // strangers': neither the own one nor one that the operator owns or trusts
	others   []string // organisations that nobody says anything about, and their units
	foreign  []string // organisations that are not the own one, and their units
}

// grantee is one entry of the list that EC2 writes for a permission that is added.
type grantee struct {
	UserID, Group, OrganizationARN, OrganizationalUnitARN cloudtrail.Text
}

// withAccounts reads a list of account ids, among which "all" stands for everyone.
func (s *sharing) withAccounts(ev *cloudtrail.Event, values []cloudtrail.Text) {
	for _, v := range values {
		switch id := strings.TrimSpace(string(v)); {
		case strings.EqualFold(id, "all") || id == "*":
			s.everyone = true
		case id != "" && !ev.Inside(id) && !slices.Contains(s.accounts, id):
			s.accounts = append(s.accounts, id)
		}
	}
}

// withGrantees reads EC2's list.
func (s *sharing) withGrantees(ev *cloudtrail.Event, grantees []grantee) {
	for _, g := range grantees {
		s.withAccounts(ev, []cloudtrail.Text{g.UserID})
		if g.Group != "" {
			s.everyone = true // there is no other group than "all"
		}
		for _, arn := range []cloudtrail.Text{g.OrganizationARN, g.OrganizationalUnitARN} {
			if arn == "" {
				continue
			}
			switch estate.Of(ev, string(arn)) {
			case estate.OwnOrganization:
			case estate.OtherOrganization:
				s.foreign = append(s.foreign, string(arn))
			case estate.Unknown:
				s.others = append(s.others, string(arn))
			}
		}
	}
}

// shared returns the finding that a sharing amounts to, or none where it stays within the own account.
func (s *sharing) shared(r detect.Resource, what string, withEveryone, withOthers detect.Severity) []detect.Finding {
	f := detect.Finding{Resource: r, Params: map[string]string{detect.ParamGrantees: s.grantees()}}
	switch {
	case s.everyone:
		f.Severity = withEveryone
		f.Summary = what + " shared with everyone"
	case len(s.accounts) > 0:
		f.Severity = withOthers
		f.Summary = what + " shared with " + listed("account", s.accounts)
	case len(s.foreign) > 0:
		f.Severity = withOthers
		f.Summary = what + " shared with " + listed("organisation", s.foreign) + ", which is not the own one"
	case len(s.others) > 0:
		f.Severity = detect.Low
		f.Summary = what + " shared with " + listed("organisation", s.others) + ", which is not known to be the own one"
		return []detect.Finding{f}
	default:
		return nil
	}
	if s.everyone && len(s.accounts) > 0 {
		f.Summary += " and with " + listed("account", s.accounts)
	}
	return []detect.Finding{f}
}

// grantees lists those that the finding is about. An organisation that nobody knows counts only where it is alone: it may
// be the own one.
func (s *sharing) grantees() string {
	var list []string
	if s.everyone {
		list = append(list, everyone)
	}
	list = append(append(list, s.accounts...), s.foreign...)
	if len(list) == 0 {
		list = s.others
	}
	return jsonList(list)
}

// jsonList writes texts as a JSON list.
func jsonList(list []string) string {
	raw, err := json.Marshal(list)
	if err != nil {
		return "" // texts always have a JSON form
	}
	return string(raw)
}

// listed tells names of one kind: "account 444455556666", "accounts 444455556666, 999988887777 and 3 more".
func listed(kind string, names []string) string {
	const most = 3
	var told []string
	for _, n := range names[:min(len(names), most)] {
		told = append(told, detect.Text(n))
	}
	text := kind + " " + strings.Join(told, ", ")
	if len(names) > 1 {
		text = kind + "s " + strings.Join(told, ", ")
	}
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
