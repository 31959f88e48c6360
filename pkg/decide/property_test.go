package decide

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"riposte/pkg/detect"
)

// TestGuardsNeverAct draws findings, facts and configurations at random and holds what must be true of every decision: a
// guard that holds never leads to acting, nothing is silent that must be told, and an action is only named where one
// may follow.
func TestGuardsNeverAct(t *testing.T) {
	configs := []string{
		"stance: enforce\n", "stance: guard\n", "rules: { IAM-002: { mode: act } }\n", "rules: { IAM-002: { mode: contain } }\n",
		"rules: { IAM-002: { mode: off } }\n", "rules: { IAM-002: { mode: ask } }\n", "stance: enforce\nirreversible: [final]\n",
	}
	extras := []string{"", "break_glass: ['arn:aws:iam::111122223333:user/break-glass']\n", exceptionForAlice}
	var policies []*Policy
	var breakGlass []bool
	for _, c := range configs {
		for i, extra := range extras {
			policies = append(policies, policy(t, c+extra, Options{}))
			breakGlass = append(breakGlass, i == 1)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	one := func(n int) bool { return random.IntN(n) == 0 }
	acted, guarded := 0, 0
	for range 50_000 {
		f, known, held := draw(one)
		n := random.IntN(len(policies))
		if breakGlass[n] && (f.Actor.ARN == "arn:aws:iam::111122223333:user/break-glass" || f.Resource.Parent == "break-glass") {
			held = true
		}
		d := policies[n].Decide(f, known)
		switch {
		case held && d.Mode.Acts():
			t.Fatalf("acts although a guard holds: %+v\n%+v\n%+v", d, f, known)
		case d.Reason == "":
			t.Fatalf("no reason: %+v", d)
		case (d.Mode == Alert || d.Mode == Off) != (d.Action == ""):
			t.Fatalf("mode and action do not fit: %+v", d)
		case d.Suppressed && d.Mode != Alert:
			t.Fatalf("suppressed in mode %s", d.Mode)
		case (d.Suppressed || d.Mode == Off) && known.ConfigError != nil:
			t.Fatalf("silent although the configuration is unreadable: %+v", d)
		case (d.Suppressed || d.Mode == Off) && policies[n].Own(f.Actor) && known.OwnIncident == "":
			t.Fatalf("silent about an own call that nothing explains: %+v", d)
		case d.Mode == Act && d.Action == "final" && len(policies[n].irreversible) == 0, d.Mode == Contain && d.Action == "final":
			t.Fatalf("does what cannot be undone: %+v", d)
		}
		if held {
			guarded++
		}
		if d.Mode.Acts() {
			acted++
		}
	}
	if acted < 500 || guarded < 5000 {
		t.Errorf("%d acted and %d guarded: the draw proves little", acted, guarded)
	}
}

// draw makes a finding and facts, and says whether some guard must keep Riposte from acting.
func draw(one func(int) bool) (f detect.Finding, known Facts, held bool) {
	f, known = finding(), facts()
	if one(3) {
		f.Actions = []string{"final"}
	}
	hold := func(edit func()) {
		if one(20) {
			edit()
			held = true
		}
	}
	hold(func() { known.ConfigError = errors.New("x") })
	hold(func() { known.Stopped = "x" })
	hold(func() { known.StopUnknown = errors.New("x") })
	hold(func() { known.Untrusted = "x" })
	hold(func() { known.Spent = "x" })
	hold(func() { known.OwnIncident = "inc-1" })
	hold(func() { f.Attempt = true })
	hold(func() { f.Unjudged = "x" })
	hold(func() { f.Event.Time = time.Time{} })
	hold(func() { f.Event.Time = now.Add(-2 * time.Hour) })
	hold(func() { f.Event.Time = now.Add(time.Hour) })
	hold(func() { f.Event.Account = "" })
	hold(func() { f.Actions = nil })
	hold(func() { f.Actor.ARN = "" })
	hold(func() { f.Actor.Kind = "AWSService" })
	hold(func() { ownSession(&f) })
	hold(func() { f.Resource = detect.Resource{Type: detect.Role, ID: "AWSReservedSSO_Admin_0123456789abcdef"} })
	hold(func() { f.Resource = detect.Resource{Type: detect.Role, ID: "Riposte-Remediate"} })
	if one(3) {
		f.Actions = append([]string{"unknown"}, f.Actions...)
	}
	if one(4) {
		f.Severity = detect.Severity(len(f.Actions))
	}
	if one(6) {
		f.Resource.Parent = "break-glass"
	}
	if one(6) && f.Actor.Role == "" && f.Actor.ARN != "" {
		f.Actor.ARN = "arn:aws:iam::111122223333:user/break-glass"
	}
	return f, known, held
}
