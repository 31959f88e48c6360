package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const maxApprovers = 200

func (r *reader) answers(n *yaml.Node, path string) Answers {
	var a Answers
	var two *yaml.Node
	before := len(r.errs)
	r.fields(
		n, path,
		field{key: "approvers", list: true, read: func(n *yaml.Node, path string) { a.Approvers = r.approvers(n, path) }},
		field{key: "two_people", list: true, read: func(n *yaml.Node, path string) {
			if r.atMost(n, path, maxConditions) {
				a.TwoPeople, two = r.distinct(n, path, r.account), n
			}
		}},
	)
	if two == nil || len(r.errs) > before {
		return a
	}
	for i, id := range a.TwoPeople { // every item was read, so that they stand in the same order
		if count := a.approversFor(id); count < 2 {
			r.fail(two.Content[i], fmt.Sprintf("%s.two_people[%d]", path, i),
				"two people have to answer in %s, and of the approvers %d may: name another, or leave it out", id, count)
		}
	}
	return a
}

func (a Answers) approversFor(account string) int {
	count := 0
	for _, p := range a.Approvers {
		if p.May(account) {
			count++
		}
	}
	return count
}

// May reports whether the person may answer in an account.
func (p Approver) May(account string) bool {
	return len(p.Accounts) == 0 || slices.Contains(p.Accounts, account)
}

func (r *reader) approvers(n *yaml.Node, path string) []Approver {
	var out []Approver
	if !r.atMost(n, path, maxApprovers) {
		return nil
	}
	r.items(n, path, func(item *yaml.Node, path string) {
		before := len(r.errs)
		p := Approver{Pos: r.pos(item)}
		r.fields(
			item, path,
			field{key: "slack", must: "write the person's member ID in Slack, such as U012AB3CD", read: func(n *yaml.Node, path string) {
				p.Slack = r.member(n, path)
			}},
			field{key: "name", must: "write the person's name for the history, such as ann@example.com", read: func(n *yaml.Node, path string) {
				p.Name = r.text(n, path, 100)
			}},
			field{key: "accounts", read: func(n *yaml.Node, path string) { p.Accounts = r.some(n, path, r.account) }},
		)
		if len(r.errs) > before {
			return
		}
		// One person under two IDs or names would be two people.
		if i := slices.IndexFunc(out, func(o Approver) bool { return o.Slack == p.Slack || strings.EqualFold(o.Name, p.Name) }); i >= 0 {
			r.fail(item, path, "the same person as on line %d: %s and %s; name everybody once", out[i].Pos.Line, shown(out[i].Name), shown(p.Name))
			return
		}
		out = append(out, p)
	})
	return out
}

func (r *reader) member(n *yaml.Node, path string) string {
	id, ok := r.scalar(n, path, "a member's ID", tagText)
	if ok && !memberID().MatchString(id) {
		r.fail(n, path, `%s is no member's ID in Slack: want one such as U012AB3CD, under "Copy member ID" in the person's profile`, shown(id))
		return ""
	}
	return id
}
