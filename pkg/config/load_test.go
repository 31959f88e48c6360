package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseEverything(t *testing.T) {
	got, err := Parse("riposte.yaml", []byte(`stance: guard
rules:
  IAM-002: { mode: act }
  sg-open-to-world: { mode: off }
accounts:
  "012345678901": { name: prod, stance: enforce, production: true, rules: { IAM-002: { mode: ask } }, ou: Workloads/Prod, tags: { env: prod, team: "7" } }
exceptions:
  - rule: "*"
    account: "111122223333"
    principal: arn:aws:iam::111122223333:role/ci-*
    resource: AccessKey/*
    owner: platform-team@example.com
    reason: |
      CI rotates keys
      until OIDC is there
    expires: 2027-01-31
break_glass: [ arn:aws:iam::111122223333:user/break-glass ]
irreversible: [ delete-login-profile ]
limits: { max_event_age: 1h30m, per_rule: 1, per_account: 2, total: 0 }
contain: { after: 24h, on_silence: undo }
notify: { sns: { topic: arn:aws:sns:eu-central-1:111122223333:alerts }, slack: { webhook_secret: riposte/slack } }
organization: o-a1b2c3d4e5
trusted_accounts: [ "999988887777", '444455556666' ]
regions: [ eu-west-1, us-gov-west-1 ]
sigma: { folder: rules/sigma }
`))
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) Position { return Position{"riposte.yaml", line, column} }
	want := &Config{
		File:   "riposte.yaml",
		Stance: Guard,
		Rules: map[string]Rule{
			"IAM-002":          {Mode: Act, Pos: at(3, 3)},
			"sg-open-to-world": {Mode: Off, Pos: at(4, 3)},
		},
		Accounts: map[string]Account{
			"012345678901": {
				Name: "prod", Production: true, OU: "Workloads/Prod", Tags: map[string]string{"env": "prod", "team": "7"},
				Stance: Enforce, Pos: at(6, 3), Rules: map[string]Rule{"IAM-002": {Mode: Ask, Pos: at(6, 77)}},
			},
		},
		Exceptions: []Exception{{
			Rule: "*", Account: "111122223333",
			Principal: Principal{"arn:aws:iam::111122223333:role/ci-*", at(10, 16)}, Resource: "AccessKey/*",
			Owner: "platform-team@example.com", Reason: "CI rotates keys until OIDC is there",
			Expires: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), Pos: at(8, 5), RulePos: at(8, 11),
		}},
		BreakGlass:   []Principal{{"arn:aws:iam::111122223333:user/break-glass", at(17, 16)}},
		Irreversible: []Name{{"delete-login-profile", at(18, 17)}},
		Limits:       Limits{MaxEventAge: 90 * time.Minute, MaxEventAgeSet: true, PerRule: 1, PerAccount: 2},
		Silence:      Silence{After: 24 * time.Hour, Undo: true},
		Notify: Notify{Receiver: Receiver{
			Pos:   at(21, 9),
			SNS:   SNS{Topic: "arn:aws:sns:eu-central-1:111122223333:alerts"},
			Slack: Slack{WebhookSecret: "riposte/slack"},
		}},
		Organization: "o-a1b2c3d4e5", TrustedAccounts: []string{"999988887777", "444455556666"},
		Regions: []string{"eu-west-1", "us-gov-west-1"},
		Sigma:   Sigma{Folder: "rules/sigma", Pos: at(25, 18)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseDefaults(t *testing.T) {
	for _, text := range []string{
		"", "# nothing\n", "---\n", "~\n", "\ufeff# nothing\n", "stance: observe\n", "rules:\nexceptions: []\nlimits:\nnotify:\nanswers:\n",
		"\ufeffstance: observe\r\n",
	} {
		got, err := Parse("f", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got.Stance != Observe || got.Limits != Default().Limits || !cmp.Equal(got.Notify, Notify{}) || len(got.Rules) > 0 {
			t.Errorf("%q: got %+v, want the defaults", text, got)
		}
	}
}

func TestPartialLimitsKeepDefaults(t *testing.T) {
	cfg, err := Parse("f", []byte("limits: { total: 3 }"))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Limits{MaxEventAge: time.Hour, PerRule: 10, PerAccount: 20, Total: 3}); cfg.Limits != want {
		t.Errorf("got %+v, want %+v", cfg.Limits, want)
	}
}

func TestExpiry(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2027-01-31":                  time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC),
		`"2027-12-31"`:                time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC),
		"2027-01-31T18:00:00Z":        time.Date(2027, 1, 31, 18, 0, 0, 0, time.UTC),
		`"2027-01-31T18:00:00+02:00"`: time.Date(2027, 1, 31, 16, 0, 0, 0, time.UTC),
	} {
		cfg, err := Parse("f", []byte(`exceptions: [{ rule: IAM-002, account: "111122223333", owner: o, reason: r, expires: `+text+` }]`))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		e := cfg.Exceptions[0]
		if !e.Expires.Equal(want) {
			t.Errorf("%s: expires %v, want %v", text, e.Expires, want)
		}
		if !e.Holds(want.Add(-time.Nanosecond)) || e.Holds(want) {
			t.Errorf("%s: has to hold before %v and not from then on", text, want)
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := Parse("riposte.yaml", []byte(`stance: enforced
rule: {}
rules:
  IAM-002: { mode: actt }
accounts:
  11112222: {}
exceptions:
  - rule: IAM-002
    owner: me
limits:
  per_rule: ten
  per_rule: 3
`))
	want := strings.TrimSpace(`
riposte.yaml:1:9: stance: no stance "enforced": did you mean enforce?; write observe, guard or enforce
riposte.yaml:2:1: unknown key "rule": did you mean rules?; known here: stance, rules, accounts, exceptions, break_glass, irreversible, limits, contain, notify, answers, organization, trusted_accounts, regions, sigma
riposte.yaml:4:20: rules.IAM-002.mode: no mode "actt": did you mean act?; write off, alert, ask, contain or act
riposte.yaml:6:3: accounts: "11112222" is no account ID: want 12 digits in quotes, such as "111122223333"
riposte.yaml:8:5: exceptions[0].reason: missing: write why it is fine and what ends it
riposte.yaml:8:5: exceptions[0].expires: missing: every exception ends; write a date such as 2027-01-31
riposte.yaml:11:13: limits.per_rule: want a whole number, found text
riposte.yaml:12:3: limits: key "per_rule" stands twice: first on line 11`)
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
	var errs Errors
	if !errors.As(err, &errs) || len(errs) != 8 {
		t.Errorf("got %T with %d errors, want Errors with 8", err, len(errs))
	}
}

func TestManyErrorsAreCutShort(t *testing.T) {
	_, err := Parse("f", []byte("rules:\n"+strings.Repeat("  X: {}\n", 500)))
	if err == nil || strings.Count(err.Error(), "\n") != maxShown || !strings.Contains(err.Error(), "more errors") {
		t.Errorf("want %d errors and how many more there are, got %v", maxShown, err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a folder was read")
	}
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("#\n", MaxSize)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("large file: %v", err)
	}
	small := filepath.Join(dir, "riposte.yaml")
	if err := os.WriteFile(small, []byte("stance: guard\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(small)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Stance != Guard || cfg.File != small {
		t.Errorf("got stance %q of %q", cfg.Stance, cfg.File)
	}
}

func TestOverrideStance(t *testing.T) {
	cfg, err := Parse("f", []byte(`accounts: { "111122223333": { stance: enforce, rules: { IAM-002: { mode: act } } } }`))
	if err != nil {
		t.Fatal(err)
	}
	cfg.OverrideStance(Observe)
	a := cfg.Accounts["111122223333"]
	if cfg.Stance != Observe || a.Stance != "" || a.Rules["IAM-002"].Mode != Act {
		t.Errorf("got stance %q, account %+v", cfg.Stance, a)
	}
}
