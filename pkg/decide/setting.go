package decide

import (
	"fmt"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// A setting is what the configuration says about a finding. The most specific word holds: the account's rules, then the
// account's stance, then the rules of all accounts, then the stance of all accounts; among rules, the ID before the class.
type setting struct {
	mode   Mode          // empty where a stance decides
	stance config.Stance // empty where a mode is set
	key    string        // the key that says it: "accounts.111122223333.rules.IAM-002.mode"
}

// says returns the setting in words: "The configuration says act (rules.IAM-002.mode)".
func (s setting) says() string {
	if s.stance != "" || s.mode == "" {
		return fmt.Sprintf("Stance %s (%s)", s.stance, s.key)
	}
	return fmt.Sprintf("The configuration says %s (%s)", s.mode, s.key)
}

func (p *Policy) setting(f detect.Finding) setting {
	if account, ok := p.cfg.Accounts[f.Event.Account]; ok {
		key := "accounts." + f.Event.Account
		if s, ok := ruleSetting(account.Rules, key+".rules", f); ok {
			return s
		}
		if account.Stance != "" {
			return setting{stance: account.Stance, key: key + ".stance"}
		}
	}
	if s, ok := ruleSetting(p.cfg.Rules, "rules", f); ok {
		return s
	}
	return setting{stance: p.cfg.Stance, key: "stance"}
}

func ruleSetting(rules map[string]config.Rule, key string, f detect.Finding) (setting, bool) {
	for _, name := range []string{f.Rule, f.Class} {
		if r, ok := rules[name]; ok {
			return setting{mode: Mode(r.Mode), key: key + "." + name + ".mode"}, true
		}
	}
	return setting{}, false
}
