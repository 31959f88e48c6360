package decide

import (
	"errors"
	"testing"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// TestMadeExceptions holds that an exception that somebody made covers its rule, account and principal and nothing else.
func TestMadeExceptions(t *testing.T) {
	const alice = "arn:aws:iam::111122223333:user/alice"
	made := config.Exception{
		Rule: "IAM-002", Account: "111122223333", Principal: config.Principal{Pattern: alice}, Owner: "Ann (Slack U0ANN)",
		Reason: "migration", Expires: now.Add(time.Hour),
	}
	edited := func(edit func(*config.Exception)) config.Exception {
		e := made
		edit(&e)
		return e
	}
	for _, tc := range []struct {
		name       string
		exception  config.Exception
		config     string
		finding    func(*detect.Finding)
		facts      func(*Facts)
		suppressed bool
		mode       Mode
	}{
		{name: "covers", exception: made, suppressed: true, mode: Alert},
		{name: "over", exception: edited(func(e *config.Exception) { e.Expires = now }), mode: Act},
		{name: "another rule", exception: edited(func(e *config.Exception) { e.Rule = "IAM-003" }), mode: Act},
		{name: "a class is no rule", exception: edited(func(e *config.Exception) { e.Rule = "access-key-created" }), mode: Act},
		{name: "another account", exception: edited(func(e *config.Exception) { e.Account = "999988887777" }), mode: Act},
		{name: "no account", exception: edited(func(e *config.Exception) { e.Account = "" }), mode: Act},
		{name: "another principal", exception: edited(func(e *config.Exception) { e.Principal.Pattern += "2" }), mode: Act},
		{name: "a wildcard is no pattern", exception: edited(func(e *config.Exception) { e.Principal.Pattern = "arn:aws:iam::111122223333:user/*" }), mode: Act},
		{name: "no principal", exception: edited(func(e *config.Exception) { e.Principal.Pattern = "" }), mode: Alert, finding: func(f *detect.Finding) { f.Actor = detect.Actor{} }},
		{name: "what cannot be judged", exception: made, mode: Alert, finding: func(f *detect.Finding) { f.Unjudged = "cut off" }},
		{name: "break-glass", exception: made, mode: Alert, config: "\nbreak_glass: ['" + alice + "']"},
		{name: "not to be read", mode: Alert, facts: func(f *Facts) { f.ExceptionsUnknown = errors.New("out of reach") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, k := finding(), facts()
			k.Exceptions = []config.Exception{tc.exception}
			if tc.finding != nil {
				tc.finding(&f)
			}
			if tc.facts != nil {
				tc.facts(&k)
			}
			d := policy(t, "stance: enforce"+tc.config, Options{}).Decide(f, k)
			if d.Mode != tc.mode || d.Suppressed != tc.suppressed || tc.suppressed != (d.Exception != "") {
				t.Errorf("%s, suppressed %t: %s", d.Mode, d.Suppressed, d.Reason)
			}
		})
	}
}

func TestExceptedPrincipal(t *testing.T) {
	const session = "arn:aws:sts::111122223333:assumed-role/"
	for _, tc := range []struct{ actor, want detect.Actor }{
		{detect.Actor{ARN: session + "ci/build-1", Role: "arn:aws:iam::111122223333:role/ci"}, detect.Actor{ARN: "arn:aws:iam::111122223333:role/ci"}},
		{
			detect.Actor{ARN: session + "AWSReservedSSO_x/ann", Role: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x"},
			detect.Actor{ARN: session + "AWSReservedSSO_x/ann"},
		},
		{detect.Actor{ARN: "arn:aws:iam::111122223333:user/alice"}, detect.Actor{ARN: "arn:aws:iam::111122223333:user/alice"}},
		{detect.Actor{}, detect.Actor{}},
	} {
		if got := ExceptedPrincipal(tc.actor); got != tc.want.ARN {
			t.Errorf("%+v: %q, want %q", tc.actor, got, tc.want.ARN)
		}
	}
}
