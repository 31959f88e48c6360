//go:build oracles

// Package evaluate_test holds the evaluation of policies against iam-simulate.
package evaluate_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

var (
	questions = flag.Int("questions", 6000, "how many generated requests are compared")
	seed      = flag.Uint64("seed", 1, "what they are generated from")
)

func policies(documents []json.RawMessage) []iampolicy.Policy {
	var out []iampolicy.Policy
	for _, d := range documents {
		out = append(out, iampolicy.ReadPolicy("", d))
	}
	return out
}

func evaluate(q *question) iampolicy.Decision {
	p := iampolicy.Policies{Identity: policies(q.Identity), Boundary: policies(q.Boundary), Session: policies(q.Session)}
	for _, level := range q.SCPs {
		p.SCPs = append(p.SCPs, policies(level))
	}
	for _, level := range q.RCPs {
		p.RCPs = append(p.RCPs, policies(level))
	}
	if q.ResourcePolicy != nil {
		one := iampolicy.ReadPolicy("", q.ResourcePolicy)
		p.Resource = &one
	}
	return iampolicy.Evaluate(iampolicy.Request{
		Principal: q.Request.Principal, Action: q.Request.Action, Resource: q.Request.Resource,
		ResourceAccount: q.Request.ResourceAccount, Context: q.Request.Context,
	}, p)
}

// sessionNamed reports whether a resource policy gives a session itself what its session policy does not. AWS documents
// that this is allowed; iam-simulate lets a session policy limit everything.
func sessionNamed(q *question, got iampolicy.Decision) bool {
	return len(q.Session) > 0 && q.Request.ResourceAccount == own && got.Outcome == iampolicy.Allowed && strings.HasPrefix(got.By, "the resource policy")
}

func TestEvaluate(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(*seed, 0))}
	list := make([]question, *questions)
	for i := range list {
		list[i] = g.question()
	}
	outcomes := map[iampolicy.Outcome]int{}
	refused, differ, known := 0, 0, 0
	for i, a := range ask(t, list) {
		if a.Error != "" {
			if refused++; refused == 1 {
				t.Logf("refused: %s", a.Error)
			}
			continue
		}
		got := evaluate(&list[i])
		outcomes[got.Outcome]++
		if string(got.Outcome) == a.Decision {
			continue
		}
		if sessionNamed(&list[i], got) {
			known++
			continue
		}
		if differ++; differ <= 5 {
			text, err := json.Marshal(list[i])
			if err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s because %s; iam-simulate says %s\n%s", got.Outcome, got.By, a.Decision, text)
		}
	}
	t.Logf("%d requests: %v; %d refused, %d differ, %d more as is known", len(list), outcomes, refused, differ, known)
	if refused > len(list)/20 {
		t.Errorf("%d of %d questions refused: the generator asks for what iam-simulate does not know", refused, len(list))
	}
	for _, o := range []iampolicy.Outcome{iampolicy.Allowed, iampolicy.ImplicitlyDenied, iampolicy.ExplicitlyDenied} {
		if outcomes[o] < len(list)/20 {
			t.Errorf("only %d of %d requests are %s: the generator is one-sided", outcomes[o], len(list), o)
		}
	}
}
