package catalog

import (
	"maps"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// InUse returns the rules that a configuration puts to use: every rule but those that have to be asked for and were not.
// A rule whose mode is off stays among them, because another account may set another mode.
func InUse(cfg *config.Config) []*detect.Rule {
	return slices.DeleteFunc(Rules(), func(r *detect.Rule) bool { return r.OptIn && !askedFor(cfg, r) })
}

// askedFor reports whether a configuration gives a rule a mode somewhere that does something.
func askedFor(cfg *config.Config, r *detect.Rule) bool {
	asks := func(rules map[string]config.Rule) bool {
		for _, name := range []string{r.ID, r.Class} {
			if s, ok := rules[name]; ok {
				return s.Mode != config.Off
			}
		}
		return false
	}
	if asks(cfg.Rules) {
		return true
	}
	for _, a := range cfg.Accounts {
		if asks(a.Rules) {
			return true
		}
	}
	return false
}

// Index returns the index of the rules in use, which tells them what the configuration says about the accounts.
func Index(cfg *config.Config) *detect.Index { return detect.NewIndex(InUse(cfg)).In(EstateOf(cfg)) }

// EstateOf returns what a configuration says about the accounts around an event.
func EstateOf(cfg *config.Config) *cloudtrail.Estate {
	e := &cloudtrail.Estate{
		Organization: cfg.Organization, Accounts: slices.Sorted(maps.Keys(cfg.Accounts)),
		Trusted: cfg.TrustedAccounts, Regions: cfg.Regions,
	}
	for _, id := range e.Accounts {
		if cfg.Accounts[id].Production {
			e.Production = append(e.Production, id)
		}
	}
	return e
}
