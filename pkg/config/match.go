package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"riposte/pkg/detect"
)

// maxConditions bounds the lists of a match.
const maxConditions = 200

// conditions lists the keys of what selects incidents.
func (r *reader) conditions(m *Match) []field {
	return []field{
		{key: "severity", read: func(n *yaml.Node, path string) { m.Severity = r.severity(n, path, detect.Severities()) }},
		{key: "rules", read: func(n *yaml.Node, path string) {
			r.some(n, path, func(item *yaml.Node, path string) (string, bool) {
				name, ok := r.ruleName(item, path)
				if ok {
					m.Rules = append(m.Rules, Name{name, r.pos(item)})
				}
				return name, ok
			})
		}},
		{key: "accounts", read: func(n *yaml.Node, path string) { m.Accounts = r.some(n, path, r.account) }},
		{key: "ous", read: func(n *yaml.Node, path string) { m.OUs = r.some(n, path, r.unit) }},
		{key: "tags", read: func(n *yaml.Node, path string) {
			if m.Tags = r.tags(n, path); n.Kind == yaml.MappingNode && len(n.Content) == 0 {
				r.fail(n, path, "names no tag: write one or leave the key out")
			}
		}},
		{key: "production", read: func(n *yaml.Node, path string) {
			production := r.truth(n, path)
			m.Production = &production
		}},
	}
}

// some reads a list whose items differ and that is not empty: an empty condition could mean everything or nothing.
func (r *reader) some(n *yaml.Node, path string, read func(n *yaml.Node, path string) (string, bool)) []string {
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		r.fail(n, path, "an empty list: write something or leave the key out")
		return nil
	case n.Kind == yaml.SequenceNode && !r.atMost(n, path, maxConditions):
		return nil
	}
	return r.distinct(n, path, read)
}

func (r *reader) ruleName(n *yaml.Node, path string) (string, bool) {
	name, ok := r.scalar(n, path, "a rule's ID or a class", tagText)
	if ok && !ruleName().MatchString(name) {
		r.fail(n, path, "%s: want a rule's ID or class, such as IAM-002 or access-key-created", shown(name))
		return "", false
	}
	return name, ok
}

// severity reads one of some severities, in small letters.
func (r *reader) severity(n *yaml.Node, path string, known []detect.Severity) detect.Severity {
	name, ok := r.scalar(n, path, "a severity", tagText)
	if !ok {
		return detect.Inherit
	}
	names := make([]string, len(known))
	for i, s := range known {
		names[i] = strings.ToLower(s.String())
	}
	if i := slices.Index(names, name); i >= 0 {
		return known[i]
	}
	r.fail(n, path, "no severity %s%s; write %s", shown(name), didYouMean(name, names), or(names))
	return detect.Inherit
}

// selectsNothing reports whether the match has no condition beside the severity.
func (m Match) selectsNothing() bool {
	return len(m.Rules)+len(m.Accounts)+len(m.OUs)+len(m.Tags) == 0 && m.Production == nil
}

// String returns the conditions in words, or "everything".
func (m Match) String() string {
	var words []string
	if m.Severity != detect.Inherit {
		words = append(words, "severity "+AtLeast(m.Severity))
	}
	rules := make([]string, len(m.Rules))
	for i, rule := range m.Rules {
		rules[i] = rule.Text
	}
	for _, list := range []struct {
		what  string
		items []string
	}{{"rules", rules}, {"accounts", m.Accounts}, {"ous", m.OUs}} {
		if len(list.items) > 0 {
			words = append(words, list.what+" "+strings.Join(list.items, ", "))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.Tags)) {
		words = append(words, fmt.Sprintf("tag %s=%s", key, m.Tags[key]))
	}
	if m.Production != nil {
		words = append(words, fmt.Sprintf("production %t", *m.Production))
	}
	if len(words) == 0 {
		return "everything"
	}
	return strings.Join(words, "; ")
}

// AtLeast returns a severity as the least of what is meant, in words.
func AtLeast(s detect.Severity) string {
	name := strings.ToLower(s.String())
	if s == detect.Critical {
		return name
	}
	return name + " or graver"
}

// covers reports whether what another match selects is surely selected by this one too. It does not know which class a
// rule has.
func (m Match) covers(o Match) bool {
	within := func(unit string) bool {
		return slices.ContainsFunc(m.OUs, func(u string) bool { return Account{OU: unit}.Within(u) })
	}
	switch {
	case m.Severity > o.Severity,
		len(m.Rules) > 0 && !subset(o.Rules, func(n Name) bool {
			return slices.ContainsFunc(m.Rules, func(k Name) bool { return k.Text == n.Text })
		}),
		len(m.Accounts) > 0 && !subset(o.Accounts, func(id string) bool { return slices.Contains(m.Accounts, id) }),
		len(m.OUs) > 0 && !subset(o.OUs, within),
		!(Account{Tags: o.Tags}).Tagged(m.Tags),
		m.Production != nil && (o.Production == nil || *m.Production != *o.Production):
		return false
	}
	return true
}

// subset reports whether there are items and all of them are in a set.
func subset[T any](items []T, has func(T) bool) bool {
	return len(items) > 0 && !slices.ContainsFunc(items, func(item T) bool { return !has(item) })
}

// InAccount reports whether the conditions on the account hold. An account that is not listed has no unit and no tags, and
// nobody said whether it is production.
func (m Match) InAccount(id string, accounts map[string]Account) bool {
	a, listed := accounts[id]
	switch {
	case len(m.Accounts) > 0 && !slices.Contains(m.Accounts, id),
		len(m.OUs) > 0 && !slices.ContainsFunc(m.OUs, a.Within),
		!a.Tagged(m.Tags),
		m.Production != nil && (!listed || a.Production != *m.Production):
		return false
	}
	return true
}
