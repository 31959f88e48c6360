package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"exceptions": {`exceptions:
- { rule: IAM-002, account: "111122223333", owner: ann, reason: r, expires: 2026-06-30 }
- { rule: IAM-002, account: "111122223333", owner: bob, reason: r, expires: 2026-07-31 }
- { rule: IAM-002, account: "111122223333", owner: eve, reason: r, expires: 2099-01-01 }
`, []string{
			"f:2:3: exceptions[0] expired on 2026-07-01T00:00:00Z and no longer holds: remove it, or have ann renew it",
			"f:4:3: exceptions[2] holds until 2099-01-02T00:00:00Z, for more than a year: an earlier date makes eve look again",
		}},
		"silences": {`notify:
  silences:
  - { rules: [IAM-002], owner: ann, reason: r, until: 2026-06-30 }
  - { rules: [IAM-002], owner: bob, reason: r, until: 2026-07-31 }
  - { rules: [IAM-002], owner: eve, reason: r, until: 2099-01-01 }
  - { production: false, owner: bob, reason: r, until: 2026-07-31 }
`, []string{
			"f:3:5: notify.silences[0] expired on 2026-07-01T00:00:00Z and no longer holds: remove it, or have ann renew it",
			"f:5:5: notify.silences[2] holds until 2099-01-02T00:00:00Z, for more than a year: an earlier date makes eve look again",
			"f:6:5: notify.silences[3] matches no account: none under accounts has such ou, tags and production at once",
		}},
		"routes": {`accounts:
  "111122223333": { ou: Workloads/Prod, tags: { env: prod }, production: true }
  "444455556666": { ou: Sandbox }
notify:
  receivers:
    ops: { security_hub: true }
    lab: { security_hub: true }
    spare: { security_hub: true }
  routes:
  - { severity: critical, to: [ops], continue: true }
  - { ous: [Workloads], to: [ops] }
  - { ous: [Workloads/Prod], severity: high, to: [lab] }
  - { ous: [Work], to: [lab] }
  - { ous: [Sandbox], production: true, to: [lab] }
  - { tags: { env: test }, to: [lab] }
  - { production: false, to: [lab] }
  - { accounts: ["999988887777"], to: [lab] }
  - { to: [default] }
  - { severity: critical, to: [ops] }
`, []string{
			"f:8:5: notify.receivers.spare is in no route: nothing is told there",
			"f:12:5: notify.routes[2] is never reached: notify.routes[1] on line 11 takes all that it matches; put it before that one, or write continue: true there",
			"f:13:5: notify.routes[3] matches no account: none under accounts has such ou, tags and production at once",
			"f:14:5: notify.routes[4] matches no account: none under accounts has such ou, tags and production at once",
			"f:15:5: notify.routes[5] matches no account: none under accounts has such ou, tags and production at once",
			"f:19:5: notify.routes[9] is never reached: notify.routes[8] on line 18 takes all that it matches; put it before that one, or write continue: true there",
		}},
		"a catch-all that continues": {`notify: { routes: [{ to: [default], continue: true }, { severity: high, to: [default] }] }`, nil},
		"buttons for nobody": {
			`notify: { slack: { app_secret: a, channel: C0123456789 } }`,
			[]string{"f:1:9: Slack's app has buttons, and answers.approvers names nobody who may use them"},
		},
		"people without buttons": {
			`answers: { approvers: [{ slack: U012AB3CD, name: ann }] }`,
			[]string{"f:1:24: answers.approvers names people, and no receiver has a Slack app in which they could answer"},
		},
		"people with buttons": {`notify:
  receivers: { ops: { slack: { app_secret: a, channel: C0123456789 } } }
  routes: [{ to: [ops] }]
answers: { approvers: [{ slack: U012AB3CD, name: ann }] }`, nil},
		"quiet hours within the digest": {`notify:
  digest: { at: "09:00", zone: UTC, below: high }
  quiet: { from: "22:00", to: "06:00", zone: UTC }
`, []string{"f:3:10: notify.quiet holds nothing back that does not wait for notify.digest: give it a graver below"}},
		"quiet hours beyond the digest": {`notify:
  digest: { at: "09:00", zone: UTC }
  quiet: { from: "22:00", to: "06:00", zone: UTC }
`, nil},
	} {
		cfg, err := Parse("f", []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, w := range cfg.Warnings(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)) {
			got = append(got, w.Error())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestCovers holds that a route is only said to be unreached where that is certain.
func TestCovers(t *testing.T) {
	for _, c := range []struct {
		early, late string
		want        bool
	}{
		{"", "", true},
		{"", "severity: low", true},
		{"severity: low", "", false},
		{"severity: high", "severity: critical", true},
		{"severity: high", "severity: high", true},
		{"severity: high", "severity: medium", false},
		{"rules: [a, b]", "rules: [b]", true},
		{"rules: [a, b]", "rules: [b, c]", false},
		{"rules: [a]", "", false},
		{`accounts: ["111122223333"]`, `accounts: ["111122223333"]`, true},
		{`accounts: ["111122223333"]`, `accounts: ["111122223333", "444455556666"]`, false},
		{"ous: [A]", "ous: [A/B, A]", true},
		{"ous: [A/B]", "ous: [A]", false},
		{"ous: [A]", "ous: [AB]", false},
		{"tags: { a: x }", "tags: { a: x, b: y }", true},
		{"tags: { a: x, b: y }", "tags: { a: x }", false},
		{"tags: { a: x }", "tags: { a: y }", false},
		{"production: true", "production: true", true},
		{"production: true", "production: false", false},
		{"production: true", "", false},
	} {
		cfg, err := Parse("f", []byte("notify: { routes: [{ "+c.early+", to: [default] }, { "+c.late+", to: [default] }] }"))
		if c.early == "" || c.late == "" {
			text := "notify:\n  routes:\n  - to: [default]\n    " + c.early + "\n  - to: [default]\n    " + c.late + "\n"
			cfg, err = Parse("f", []byte(text))
		}
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if got := cfg.Notify.Routes[0].covers(cfg.Notify.Routes[1].Match); got != c.want {
			t.Errorf("%q covers %q: %t, want %t", c.early, c.late, got, c.want)
		}
	}
}
