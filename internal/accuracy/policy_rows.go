package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"riposte/pkg/iampolicy"
)

// A row is one labelled policy.
type row struct {
	ID, Name, How, Confidence, Note string
	Kind                            string          `json:"policy_kind"`
	Policy                          json.RawMessage `json:"policy"`
	Text                            string          `json:"policy_text"`
	Document                        json.RawMessage `json:"document"`
	Expect                          map[string]any
	Context                         struct {
		Owner *string `json:"owner_account"`
		// FlagResourceARNs says that the tool was told to flag sensitive actions on named resources too.
		FlagResourceARNs bool `json:"flag_resource_arn_statements"`
	}
	Cloudsplaining struct {
		Escalation []string `json:"privilege_escalation"`
	}
}

func (r *row) document() []byte {
	if r.Text != "" {
		return []byte(r.Text)
	}
	return r.Policy
}

func (r *row) set() string {
	if r.Confidence == "uncertain" || contested(r.ID) != "" || r.Context.FlagResourceARNs {
		return apart
	}
	return labelled
}

func (r *row) why() string {
	if c := contested(r.ID); c != "" {
		return c
	}
	if r.Context.FlagResourceARNs {
		return "a setting of the tool decides"
	}
	if r.Note != "" {
		return r.Note
	}
	return r.Name + ": " + r.How
}

// contested says why a label contradicts what AWS documents, "" where it does not.
func contested(id string) string {
	switch id {
	case "policyuniverse-4b0ea88111", "policyuniverse-c400725c5f":
		return "ForAllValues and IfExists hold where the key is absent"
	case "cloudsplaining-289047cb2b", "cloudsplaining-d332076fb4":
		return "one policy with both labels: a setting of the tool decides"
	}
	return ""
}

func eachRow(folder, file string, f func(*row)) (err error) {
	in, err := os.Open(filepath.Join(folder, file))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 8<<20)
	for n := 1; lines.Scan(); n++ {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("%s line %d: %w", file, n, err)
		}
		f(&r)
	}
	return lines.Err()
}

// identityRows judges the labelled identity policies.
func identityRows(folder string, s *score) error {
	return eachRow(folder, "labelled-policies.jsonl", func(r *row) {
		v := iampolicy.Judge(r.document())
		s.judged(v)
		for code, want := range identityLabels(r.Expect) {
			s.count(r.set(), code, want, v.Judged && has(v, code), r.ID, r.why())
		}
		if want, ok := r.Expect["unparseable"].(bool); ok {
			s.count(r.set(), "not-judged", want, !v.Judged, r.ID, r.why())
		}
		if want, ok := r.Expect["must_not_be_judged_safe"].(bool); ok && want {
			s.count(r.set(), "not-safe", true, !v.Judged || len(v.Risks) > 0, r.ID, r.why())
		}
	})
}

// identityLabels returns what a row says of each risk. A risk that it does not speak of is absent.
func identityLabels(expect map[string]any) map[string]bool {
	out := map[string]bool{}
	for name, code := range map[string]string{
		"full_admin": iampolicy.FullAdmin, "privesc": iampolicy.PrivilegeEscalation, "service_wildcard": iampolicy.ServiceWildcard,
		"passrole_star": iampolicy.PassRoleAny, "notaction_allow": iampolicy.NotAction, "notresource_allow": iampolicy.NotResource,
		"resource_star_flagged": iampolicy.WildcardResource, "mfa_antipattern": iampolicy.MFAAntipattern,
		"mfa_condition_antipattern": iampolicy.MFAAntipattern, "data_exfiltration": iampolicy.DataExfiltration,
		"credentials_exposure": iampolicy.CredentialsExposure, "resource_exposure": iampolicy.ResourceExposure,
	} {
		switch label := expect[name].(type) {
		case bool:
			out[code] = label
		case []any:
			if !slices.Contains(label, any("<all>")) { // a grant of everything has a risk of its own
				out[code] = len(label) > 0
			}
		case string: // "conditional", "scoped", or another name of the grade
			out[code] = true
		}
	}
	return out
}

// accessRows judges the labelled trust and resource policies.
func accessRows(folder string, s *score) error {
	return eachRow(folder, "trust-and-resource-policies.jsonl", func(r *row) {
		c := iampolicy.Context{}
		if r.Context.Owner != nil {
			c.Account = *r.Context.Owner
		}
		var v iampolicy.Verdict
		if strings.HasPrefix(r.Kind, "trust") {
			v = iampolicy.JudgeTrust(r.document(), c)
		} else {
			v = iampolicy.JudgeResource(r.document(), "", c)
		}
		s.judged(v)
		for code, want := range accessLabels(r) {
			s.count(r.set(), code, want, has(v, code), r.ID, r.why())
		}
	})
}

func accessLabels(r *row) map[string]bool {
	out := map[string]bool{}
	for name, code := range map[string]string{
		"public": iampolicy.Public, "missing_external_id": iampolicy.MissingExternalID, "oidc_unscoped": iampolicy.OIDCUnscoped,
		"saml_missing_aud": iampolicy.SAMLUnscoped, "confused_deputy": iampolicy.ConfusedDeputy,
	} {
		if is, ok := r.Expect[name].(bool); ok {
			out[code] = is
		}
	}
	// One tool calls a role assumable under a condition whatever the condition says: that is no label.
	if anyone, ok := r.Expect["assumable_by_any"].([]any); ok {
		if conditional, _ := r.Expect["assumable_by_any_with_conditions"].([]any); len(conditional) == 0 {
			out[iampolicy.Public] = len(anyone) > 0
		}
	}
	if accounts, ok := r.Expect["external_accounts"].([]any); ok {
		out[iampolicy.ExternalAccount] = len(accounts) > 0
	}
	if accounts, ok := r.Expect["cross_account_principals"].([]any); ok {
		// Some tests passed their own account in a way that the row has lost.
		named := slices.ContainsFunc(accounts, func(a any) bool { return !strings.Contains(fmt.Sprint(a), "*") })
		if named || r.Context.Owner != nil || len(accounts) > 0 {
			out[iampolicy.ExternalAccount] = named
		}
	}
	return out
}

// managedRows judges the policies that AWS manages by their mechanical facts.
func managedRows(folder string, s *score) error {
	return eachRow(folder, "managed-policies.jsonl", func(r *row) {
		v := iampolicy.Judge(r.Document)
		s.judged(v)
		if !v.Judged {
			s.unjudgedManaged++
		}
		if has(v, iampolicy.FullAdmin) {
			s.admins++
		}
		if freely(v, iampolicy.PrivilegeEscalation) {
			s.escalations++
		}
		if len(r.Cloudsplaining.Escalation) > 0 {
			s.toolEscalations++
			s.count(managed, "cloudsplaining's escalations", true, has(v, iampolicy.PrivilegeEscalation), r.ID, strings.Join(r.Cloudsplaining.Escalation, ", "))
		}
		for name, code := range map[string]string{
			"full_admin": iampolicy.FullAdmin, "notaction_allow": iampolicy.NotAction, "notresource_allow": iampolicy.NotResource,
		} {
			if want, ok := r.Expect[name].(bool); ok {
				s.count(managed, code, want, has(v, code), r.ID, "mechanical fact")
			}
		}
		for name, code := range map[string]string{
			"iam_passrole_resource_star": iampolicy.PassRoleAny, "sts_assumerole_resource_star": iampolicy.AssumeRoleAny,
		} {
			s.count(managed, code+" unconditional", r.Expect[name] == "unconditional", freely(v, code), r.ID, fmt.Sprint("mechanical fact: ", r.Expect[name]))
			// The fact does not tell which condition stands there, and one on the service decides for a role that is passed.
			if r.Expect[name] != "conditional" || code != iampolicy.PassRoleAny {
				s.count(managed, code, r.Expect[name] != false, has(v, code), r.ID, fmt.Sprint("mechanical fact: ", r.Expect[name]))
			}
		}
		if want, ok := r.Expect["service_wildcard_resource_star_uncond"].([]any); ok {
			s.count(managed, iampolicy.ServiceWildcard+" unconditional", len(want) > 0, freely(v, iampolicy.ServiceWildcard), r.ID, fmt.Sprint(want))
		}
	})
}

func (s *score) judged(v iampolicy.Verdict) {
	s.policies++
	if !v.Judged {
		s.notJudged++
	}
}

func has(v iampolicy.Verdict, code string) bool {
	return slices.ContainsFunc(v.Risks, func(r iampolicy.Risk) bool { return r.Code == code })
}

func freely(v iampolicy.Verdict, code string) bool {
	return slices.ContainsFunc(v.Risks, func(r iampolicy.Risk) bool { return r.Code == code && r.Grade == iampolicy.Unconditional })
}
