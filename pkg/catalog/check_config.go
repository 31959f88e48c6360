package catalog

import (
	"fmt"
	"slices"

	"riposte/pkg/actions"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// CheckConfig reports what Load does.
func CheckConfig(cfg *config.Config) error {
	_, err := Load(cfg)
	return err
}

func checkNames(cfg *config.Config, rules []*detect.Rule, all []actions.Action) error {
	var errs config.Errors
	names := make([]string, 0, 2*len(rules))
	for _, r := range rules {
		names = append(names, r.ID, r.Class)
	}
	for _, r := range ruleNames(cfg) {
		if !slices.Contains(names, r.Text) {
			errs = append(errs, unknownName(r.Pos, r.path, "rule or class", r.Text, names, `"riposte rules" lists them`))
		}
	}
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	for i, name := range cfg.Irreversible {
		if !slices.Contains(ids, name.Text) {
			errs = append(errs, unknownName(name.Pos, fmt.Sprintf("irreversible[%d]", i), "action", name.Text, ids, `"riposte actions" lists them`))
		}
	}
	return errs.OrNil()
}

// A ruleName is where a configuration names a rule or a class.
type ruleName struct {
	config.Name
	path string
}

func ruleNames(cfg *config.Config) []ruleName {
	var out []ruleName
	add := func(path, name string, pos config.Position) {
		out = append(out, ruleName{config.Name{Text: name, Pos: pos}, path})
	}
	for name, r := range cfg.Rules {
		add("rules", name, r.Pos)
	}
	for id, account := range cfg.Accounts {
		for name, r := range account.Rules {
			add("accounts."+id+".rules", name, r.Pos)
		}
	}
	for i, e := range cfg.Exceptions {
		if e.Rule != "*" {
			add(fmt.Sprintf("exceptions[%d].rule", i), e.Rule, e.RulePos)
		}
	}
	for i, route := range cfg.Notify.Routes {
		for j, name := range route.Rules {
			add(fmt.Sprintf("notify.routes[%d].rules[%d]", i, j), name.Text, name.Pos)
		}
	}
	for i, silence := range cfg.Notify.Silences {
		for j, name := range silence.Rules {
			add(fmt.Sprintf("notify.silences[%d].rules[%d]", i, j), name.Text, name.Pos)
		}
	}
	return out
}

func unknownName(pos config.Position, path, what, name string, known []string, where string) *config.Error {
	text := fmt.Sprintf("%s: no %s %q in this version", path, what, name)
	if k := config.Nearest(name, known); k != "" {
		text += fmt.Sprintf(": did you mean %s?", k)
	}
	return &config.Error{Pos: pos, Text: text + "; " + where}
}
