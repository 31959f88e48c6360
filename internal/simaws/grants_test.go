package simaws_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"riposte/internal/testkit/calls"
	"riposte/pkg/actions"
	"riposte/pkg/iampolicy"
)

// place is where the recorded calls are held against grants.
func place() calls.Place {
	return calls.Place{Account: "111122223333", Region: "us-east-1", Role: "arn:aws:iam::111122223333:role/Riposte-remediate"}
}

// unplayed are grants that no scenario uses, each with the reason why it is needed all the same.
func unplayed() map[string]string {
	const (
		ec2 = "arn:${Partition}:ec2:${Region}:${Account}:"
		org = "arn:${Partition}:organizations::${Account}:"
	)
	flow := "one call for whatever the flow log was of; the scenario has a VPC"
	target := "one call for whatever the policy was attached to; the scenario has an account"
	return map[string]string{
		"recreate-flow-log ec2:CreateFlowLogs on " + ec2 + "subnet/*":                flow,
		"recreate-flow-log ec2:CreateFlowLogs on " + ec2 + "network-interface/*":     flow,
		"attach-organization-policy organizations:AttachPolicy on " + org + "ou/*":   target,
		"attach-organization-policy organizations:AttachPolicy on " + org + "root/*": target,
		"attach-organization-policy organizations:DetachPolicy on " + org + "ou/*":   target,
		"attach-organization-policy organizations:DetachPolicy on " + org + "root/*": target,
	}
}

// TestGrantsSuffice holds that each action's own grants allow every call of its remedy, on the very resource and with the
// context of the call, that undoing alone uses what is granted for undoing alone, and that no grant is left over.
func TestGrantsSuffice(t *testing.T) {
	data, err := os.ReadFile("testdata/calls.golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	records, err := calls.ReadLines(data)
	if err != nil {
		t.Fatal(err)
	}
	excused := unplayed()
	for _, a := range actions.All() {
		always, undoing := statementsOf(a)
		var whenever, needs []calls.Need
		for _, r := range records {
			if r.Remedy != a.ID {
				continue
			}
			needs = append(needs, r.Need)
			granted := always
			if r.Phase == calls.Undo {
				granted = slices.Concat(always, undoing)
			} else {
				whenever = append(whenever, r.Need)
			}
			if d := place().Decide(r.Need, place().Policy(a.ID, granted)); d.Outcome != iampolicy.Allowed {
				t.Errorf("%s may not %s on %s to %s: %s", a.ID, r.Action, r.Resource, r.Phase, d.By)
			}
		}
		for _, left := range slices.Concat(place().Unused(always, whenever), place().Unused(undoing, needs)) {
			key := a.ID + " " + left
			if excused[key] == "" {
				t.Errorf("%s is granted %s, and no scenario uses it", a.ID, left)
			}
			delete(excused, key)
		}
	}
	for key := range excused {
		t.Errorf("%s is used, and still excused", key)
	}
}

// statementsOf renders what an action needs always, and what only its undo needs.
func statementsOf(a actions.Action) (always, undoing []calls.Statement) {
	for _, g := range a.Grants {
		s := calls.Statement{Sid: a.ID, Actions: g.Actions, Resources: g.Resources, Conditions: g.Conditions}
		if g.ToService != "" {
			s.Conditions = map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {g.ToService}}}
		}
		if g.Undo {
			undoing = append(undoing, s)
		} else {
			always = append(always, s)
		}
	}
	return always, undoing
}

// TestGrantsAreHeld holds that the test above can fail: one action less, one resource that is another, one that nobody needs.
func TestGrantsAreHeld(t *testing.T) {
	need := calls.Need{Action: "iam:DetachUserPolicy", Resource: "arn:${Partition}:iam::${Account}:user/bob"}
	users := []string{"arn:${Partition}:iam::${Account}:user/*"}
	for name, tt := range map[string]struct {
		statement calls.Statement
		allowed   bool
		unused    string
	}{
		"what is needed": {calls.Statement{Actions: []string{"iam:DetachUserPolicy"}, Resources: users}, true, ""},
		"another action": {calls.Statement{Actions: []string{"iam:DetachRolePolicy"}, Resources: users}, false, "iam:DetachRolePolicy on " + users[0]},
		"another resource": {
			calls.Statement{Actions: []string{"iam:DetachUserPolicy"}, Resources: []string{"arn:${Partition}:iam::444455556666:user/*"}},
			false,
			"iam:DetachUserPolicy on arn:${Partition}:iam::444455556666:user/*",
		},
		"one resource too many": {
			calls.Statement{Actions: []string{"iam:DetachUserPolicy"}, Resources: append([]string{"arn:${Partition}:iam::${Account}:role/*"}, users...)},
			true,
			"iam:DetachUserPolicy on arn:${Partition}:iam::${Account}:role/*",
		},
		"a condition that does not hold": {
			calls.Statement{
				Actions: []string{"iam:DetachUserPolicy"}, Resources: users,
				Conditions: map[string]map[string][]string{"StringEquals": {"iam:PolicyARN": {"x"}}},
			},
			false,
			"iam:DetachUserPolicy on " + users[0],
		},
	} {
		d := place().Decide(need, place().Policy("p", []calls.Statement{tt.statement}))
		unused := strings.Join(place().Unused([]calls.Statement{tt.statement}, []calls.Need{need}), "; ")
		if (d.Outcome == iampolicy.Allowed) != tt.allowed || unused != tt.unused {
			t.Errorf("%s: %s, unused %q", name, d.Outcome, unused)
		}
	}
}

// TestGrantsAreNarrow holds that nothing is granted on every resource where AWS knows a narrower one.
func TestGrantsAreNarrow(t *testing.T) {
	wide := map[string]string{
		"cloudwatch:DescribeAlarms": "composite alarms are described only to those who may describe all",
	}
	for _, a := range actions.All() {
		for _, g := range a.Grants {
			for _, action := range g.Actions {
				known, ok := iampolicy.FindAction(action)
				switch everything := slices.Contains(g.Resources, "*"); {
				case !ok:
					t.Errorf("%s: AWS has no action %s", a.ID, action)
				case everything == known.TakesResource && wide[action] == "":
					t.Errorf("%s: %s takes a resource: %v, and is granted on %v", a.ID, action, known.TakesResource, g.Resources)
				}
			}
		}
	}
}
