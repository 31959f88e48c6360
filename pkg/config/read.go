package config

import (
	"time"

	"go.yaml.in/yaml/v3"
)

func (r *reader) config(n *yaml.Node, c *Config) {
	r.fields(
		n, "",
		field{key: "stance", read: func(n *yaml.Node, path string) { c.Stance = r.stance(n, path) }},
		field{key: "rules", list: true, read: func(n *yaml.Node, path string) { c.Rules = r.rules(n, path) }},
		field{key: "accounts", list: true, read: func(n *yaml.Node, path string) { c.Accounts = r.accounts(n, path) }},
		field{key: "exceptions", list: true, read: func(n *yaml.Node, path string) { c.Exceptions = r.exceptions(n, path) }},
		field{key: "break_glass", list: true, read: func(n *yaml.Node, path string) { c.BreakGlass = r.breakGlass(n, path) }},
		field{key: "irreversible", list: true, read: func(n *yaml.Node, path string) { c.Irreversible = r.names(n, path) }},
		field{key: "limits", list: true, read: func(n *yaml.Node, path string) { r.limits(n, path, &c.Limits) }},
		field{key: "contain", list: true, read: func(n *yaml.Node, path string) { r.silence(n, path, &c.Silence) }},
		field{key: "notify", list: true, read: func(n *yaml.Node, path string) { r.notify(n, path, &c.Notify) }},
		field{key: "answers", list: true, read: func(n *yaml.Node, path string) { c.Answers = r.answers(n, path) }},
		field{key: "organization", read: func(n *yaml.Node, path string) { c.Organization = r.organization(n, path) }},
		field{key: "trusted_accounts", list: true, read: func(n *yaml.Node, path string) {
			c.TrustedAccounts = r.distinct(n, path, r.account)
		}},
		field{key: "regions", list: true, read: func(n *yaml.Node, path string) { c.Regions = r.distinct(n, path, r.region) }},
		field{key: "sigma", list: true, read: func(n *yaml.Node, path string) { c.Sigma = r.sigma(n, path) }},
	)
}

func (r *reader) stance(n *yaml.Node, path string) Stance {
	name, ok := r.scalar(n, path, "observe, guard or enforce", tagText)
	if !ok {
		return ""
	}
	s, err := ParseStance(name)
	if err != nil {
		r.fail(n, path, "%v", err)
	}
	return s
}

var (
	ruleName  = lazily(`^([A-Z][A-Z0-9]*-([0-9]{3}|[0-9A-F]{8})|[a-z0-9]+(-[a-z0-9]+)*)$`)
	slugName  = lazily(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	accountID = lazily(`^[0-9]{12}$`)
)

func (r *reader) rules(n *yaml.Node, path string) map[string]Rule {
	rules := map[string]Rule{}
	r.entries(n, path, func(key, value *yaml.Node) {
		if !ruleName().MatchString(key.Value) {
			r.fail(key, path, `%s: want a rule's ID or class, such as IAM-002 or access-key-created`, shown(key.Value))
			return
		}
		rule := Rule{Pos: r.pos(key)}
		r.fields(value, join(path, key.Value), field{
			key: "mode", must: "write { mode: off | alert | ask | contain | act }",
			read: func(n *yaml.Node, path string) { rule.Mode = r.mode(n, path) },
		})
		rules[key.Value] = rule
	})
	return rules
}

func (r *reader) mode(n *yaml.Node, path string) Mode {
	name, ok := r.scalar(n, path, "a mode", tagText)
	if !ok {
		return ""
	}
	m, err := oneOf("mode", name, Modes())
	if err != nil {
		r.fail(n, path, "%v", err)
	}
	return m
}

func (r *reader) accounts(n *yaml.Node, path string) map[string]Account {
	accounts := map[string]Account{}
	r.entries(n, path, func(key, value *yaml.Node) {
		id, ok := r.account(key, path)
		if !ok {
			return
		}
		a := Account{Pos: r.pos(key)}
		r.fields(
			value, join(path, id),
			field{key: "name", read: func(n *yaml.Node, path string) { a.Name = r.text(n, path, 100) }},
			field{key: "production", read: func(n *yaml.Node, path string) { a.Production = r.truth(n, path) }},
			field{key: "ou", read: func(n *yaml.Node, path string) { a.OU, _ = r.unit(n, path) }},
			field{key: "tags", read: func(n *yaml.Node, path string) { a.Tags = r.tags(n, path) }},
			field{key: "stance", read: func(n *yaml.Node, path string) { a.Stance = r.stance(n, path) }},
			field{key: "rules", list: true, read: func(n *yaml.Node, path string) { a.Rules = r.rules(n, path) }},
		)
		accounts[id] = a
	})
	return accounts
}

// account reads an account ID. It has to stand in quotes: YAML takes it for a number, and programs that do so drop
// leading zeros.
func (r *reader) account(n *yaml.Node, path string) (string, bool) {
	switch {
	case refused(n):
		return "", false
	case n.Kind == yaml.ScalarNode && n.Tag != tagText && accountID().MatchString(n.Value):
		r.fail(n, path, `put the account ID in quotes, "%s": without them YAML reads a number and may drop leading zeros`, n.Value)
		return "", false
	case n.Kind != yaml.ScalarNode || !accountID().MatchString(n.Value):
		value := kind(n)
		if n.Kind == yaml.ScalarNode {
			value = shown(n.Value)
		}
		r.fail(n, path, `%s is no account ID: want 12 digits in quotes, such as "111122223333"`, value)
		return "", false
	}
	return n.Value, true
}

func (r *reader) names(n *yaml.Node, path string) []Name {
	var names []Name
	seen := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, path string) {
		name, ok := r.scalar(item, path, "an action's ID", tagText)
		switch {
		case !ok:
		case !slugName().MatchString(name):
			r.fail(item, path, `%s: want an action's ID; "riposte actions" lists them`, shown(name))
		case seen[name]:
			r.fail(item, path, "%s is listed twice", name)
		default:
			seen[name] = true
			names = append(names, Name{name, r.pos(item)})
		}
	})
	return names
}

func (r *reader) limits(n *yaml.Node, path string, l *Limits) {
	count := func(to *int64) func(n *yaml.Node, path string) {
		return func(n *yaml.Node, path string) {
			if v, ok := r.number(n, path); ok {
				*to = v
			}
		}
	}
	r.fields(
		n, path,
		field{key: "max_event_age", read: func(n *yaml.Node, path string) {
			if d, ok := r.duration(n, path); ok {
				l.MaxEventAge, l.MaxEventAgeSet = d, true
			}
		}},
		field{key: "per_rule", read: count(&l.PerRule)},
		field{key: "per_account", read: count(&l.PerAccount)},
		field{key: "total", read: count(&l.Total)},
	)
}

func (r *reader) silence(n *yaml.Node, path string, c *Silence) {
	r.fields(
		n, path,
		field{key: "after", must: "write how long a containment waits for a person, such as 24h, or leave contain out", read: func(n *yaml.Node, path string) {
			c.After, _ = r.duration(n, path)
		}},
		field{key: "on_silence", must: "write keep or undo", read: func(n *yaml.Node, path string) {
			word, ok := r.scalar(n, path, "keep or undo", tagText)
			if ok && word != "keep" && word != "undo" {
				r.fail(n, path, "%s: write keep or undo", shown(word))
			}
			c.Undo = word == "undo"
		}},
	)
}

var plainDuration = lazily(`^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$`)

func (r *reader) duration(n *yaml.Node, path string) (time.Duration, bool) {
	text, ok := r.scalar(n, path, "a duration such as 1h or 90m", tagText)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || !plainDuration().MatchString(text) {
		r.fail(n, path, "%s: want a duration above zero in hours, minutes or seconds, such as 1h or 90m", shown(text))
		return 0, false
	}
	return d, true
}
