package stack

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
)

func reachableUnder(t *testing.T, policy *config.Config, edit ...func(*Settings)) []string {
	t.Helper()
	s := Settings{Operator: Operator{Policy: policy}}
	for _, change := range edit {
		change(&s)
	}
	all, err := s.reachable()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

// rulesWith returns a policy in which the rules that are named have a mode, and all others alert.
func rulesWith(mode config.Mode, ids ...string) *config.Config {
	policy := config.Default()
	policy.Rules = map[string]config.Rule{}
	for _, id := range ids {
		policy.Rules[id] = config.Rule{Mode: mode}
	}
	return policy
}

// TestReachable holds that a permission goes with the rules that can come to use it.
func TestReachable(t *testing.T) {
	key, ok := catalog.ByID("IAM-002")
	if !ok || !slices.Contains(key.Actions, "deactivate-access-key") {
		t.Fatalf("IAM-002 is no longer the rule for access keys: %+v", key)
	}
	quarantines := []string{"deactivate-access-key", "quarantine-role", "quarantine-user"}
	inOne := config.Default()
	inOne.Accounts = map[string]config.Account{"444455556666": {Rules: map[string]config.Rule{"IAM-002": {Mode: config.Act}}}}
	offThere := rulesWith(config.Act, "IAM-002")
	offThere.Accounts = map[string]config.Account{"444455556666": {Rules: map[string]config.Rule{"IAM-002": {Mode: config.Off}}}}
	excepted := rulesWith(config.Act, "IAM-002")
	excepted.Exceptions = []config.Exception{{Rule: "IAM-002", Account: "000000000000"}}
	for name, test := range map[string]struct {
		policy *config.Config
		want   []string
	}{
		"everything alerts":            {config.Default(), nil},
		"off":                          {rulesWith(config.Off, "IAM-002"), nil},
		"alert":                        {rulesWith(config.Alert, "IAM-002"), nil},
		"ask":                          {rulesWith(config.Ask, "IAM-002"), quarantines[:1]},
		"contain":                      {rulesWith(config.Contain, "IAM-002"), quarantines},
		"act":                          {rulesWith(config.Act, "IAM-002"), quarantines},
		"by its class":                 {rulesWith(config.Ask, key.Class), quarantines[:1]},
		"in one account only":          {inOne, quarantines},
		"in all but one account":       {offThere, quarantines},
		"behind an exception, for now": {excepted, quarantines},
	} {
		if diff := cmp.Diff(test.want, reachableUnder(t, test.policy)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestReachableByStance holds what a stance can come to: guard never makes a change that nothing undoes, not even when asked.
func TestReachableByStance(t *testing.T) {
	named := map[string]bool{}
	for _, r := range catalog.Rules() {
		for _, id := range r.Actions {
			named[id] = true
		}
	}
	stance := func(s config.Stance) *config.Config {
		policy := config.Default()
		policy.Stance = s
		return policy
	}
	var reversible, all []string
	for _, id := range slices.Sorted(maps.Keys(named)) {
		switch a, _ := actions.ByID(id); {
		case a.AsRoot:
		case a.Reversible:
			reversible = append(reversible, id)
			fallthrough
		default:
			all = append(all, id)
		}
	}
	if len(reversible) == len(all) {
		t.Error("every action can be undone: nothing tells guard from enforce")
	}
	if diff := cmp.Diff(reversible, reachableUnder(t, stance(config.Guard))); diff != "" {
		t.Errorf("guard (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(all, reachableUnder(t, stance(config.Enforce))); diff != "" {
		t.Errorf("enforce (-want +got):\n%s", diff)
	}
	if got := reachableUnder(t, stance(config.Observe)); len(got) > 0 {
		t.Errorf("observe can come to %v", got)
	}
}

// TestRootActionsHaveToBeAskedFor holds that what takes root's place is out of reach unless the deployment lets it.
func TestRootActionsHaveToBeAskedFor(t *testing.T) {
	policy := everything().Policy
	asRoot := func(ids []string) (out []string) {
		for _, id := range ids {
			if a, _ := actions.ByID(id); a.AsRoot {
				out = append(out, id)
			}
		}
		return out
	}
	if got := asRoot(reachableUnder(t, policy)); len(got) > 0 {
		t.Errorf("without root tasks: %v", got)
	}
	if got := asRoot(reachableUnder(t, policy, func(s *Settings) { s.RootTasks = true })); len(got) == 0 {
		t.Error("with root tasks there is no action for them")
	}
}

// TestAnActionSwitchedOffTakesItsPermissionAway holds for every action: with its rules off nothing but what other actions
// need as well is left of its grants.
func TestAnActionSwitchedOffTakesItsPermissionAway(t *testing.T) {
	full := everything()
	full.RootTasks = true
	all := declared(t, full, true)
	for _, a := range actions.All() {
		policy := *full.Policy
		policy.Rules = maps.Clone(policy.Rules)
		for _, r := range catalog.Rules() {
			if slices.Contains(r.Actions, a.ID) {
				policy.Rules[r.ID] = config.Rule{Mode: config.Off}
			}
		}
		without := full
		without.Policy = &policy
		left, err := without.reachable()
		if err != nil {
			t.Fatal(err)
		}
		// Quarantines also contain whoever makes again what was reversed, by any rule that acts at once; here all ask.
		if slices.ContainsFunc(left, func(l actions.Action) bool { return l.ID == a.ID }) {
			t.Errorf("%s can be reached although its rules are off", a.ID)
		}
		still := map[string]bool{}
		for _, l := range left {
			for _, g := range l.Grants {
				for _, call := range g.Actions {
					still[call] = true
				}
			}
		}
		got := declared(t, without, true)
		for permission := range all {
			call, _, _ := strings.Cut(permission, " ")
			if got[permission] && !still[call] {
				t.Errorf("%s is off, nobody else needs %s, and it is granted", a.ID, permission)
			}
		}
	}
}
