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
	rule := func(path, name string, pos config.Position) {
		if !slices.Contains(names, name) {
			errs = append(errs, unknownName(pos, path, "rule or class", name, names, `"riposte rules" lists them`))
		}
	}
	for name, r := range cfg.Rules {
		rule("rules", name, r.Pos)
	}
	for id, account := range cfg.Accounts {
		for name, r := range account.Rules {
			rule("accounts."+id+".rules", name, r.Pos)
		}
	}
	for i, e := range cfg.Exceptions {
		if e.Rule != "*" {
			rule(fmt.Sprintf("exceptions[%d].rule", i), e.Rule, e.RulePos)
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

func unknownName(pos config.Position, path, what, name string, known []string, where string) *config.Error {
	text := fmt.Sprintf("%s: no %s %q in this version", path, what, name)
	if k := config.Nearest(name, known); k != "" {
		text += fmt.Sprintf(": did you mean %s?", k)
	}
	return &config.Error{Pos: pos, Text: text + "; " + where}
}
