package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	detection "riposte/pkg/detect"
)

// reachable returns the actions that Riposte may come to take under the operator's policy, at once or when a person approves:
// it asks the policy itself about a finding of every rule in every account, of any severity. What no finding leads to needs no
// permission; a policy that leads to it later is a deployment.
func (s Settings) reachable() ([]actions.Action, error) {
	rules, err := catalog.Load(s.policy())
	if err != nil {
		return nil, err
	}
	policy := *s.policy()
	policy.Exceptions, policy.BreakGlass = nil, nil // they keep some findings from an action, and for a while
	decider := decide.New(&policy, decide.Options{RootOf: func(string) bool { return s.RootTasks }})
	found := map[string]bool{}
	for _, r := range rules.Rules {
		for _, account := range accountsOf(&policy) {
			for _, id := range r.Actions {
				if leadsTo(decider, r, account, id, false) {
					found[id] = true
				}
			}
			// Whoever makes again what was reversed can be contained by any rule that acts.
			for _, id := range []string{actions.QuarantineUser().ID, actions.QuarantineRole().ID} {
				if len(r.Actions) > 0 && leadsTo(decider, r, account, id, true) {
					found[id] = true
				}
			}
		}
	}
	var out []actions.Action
	for _, id := range slices.Sorted(maps.Keys(found)) {
		a, ok := actions.ByID(id)
		if !ok {
			return nil, fmt.Errorf("a rule names the action %s, which does not exist", id)
		}
		out = append(out, a)
	}
	return out, nil
}

// accountsOf returns the accounts for which a policy says something of their own, and one for all others.
func accountsOf(policy *config.Config) []string {
	return append(slices.Sorted(maps.Keys(policy.Accounts)), strings.Repeat("0", 12))
}

// leadsTo reports whether a finding of a rule can come to an action. One that came back does only where the policy acts at
// once.
func leadsTo(policy *decide.Policy, r *detection.Rule, account, action string, cameBack bool) bool {
	now := time.Unix(0, 0)
	for _, severity := range detection.Severities() {
		for _, chain := range []detection.Severity{detection.Info, detection.Critical} {
			d := policy.Decide(detection.Finding{
				Rule: r.ID, Class: r.Class, Severity: severity, Actions: []string{action},
				Actor: detection.Actor{Kind: "IAMUser", ARN: "arn:aws:iam::" + account + ":user/any"},
				Event: detection.EventRef{Account: account, Time: now},
			}, decide.Facts{Now: now, ChainSeverity: chain, CameBack: cameBack})
			if d.Action == action && (d.Mode.Acts() || !cameBack) {
				return true
			}
		}
	}
	return false
}
