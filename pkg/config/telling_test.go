package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
)

func TestParseTelling(t *testing.T) {
	got, err := Parse("f", []byte(`notify:
  sns: { topic: arn:aws:sns:eu-central-1:111122223333:alerts }
  slack: { app_secret: riposte/slack-app, channel: C0123456789 }
  security_hub: true
  receivers:
    on-call: { slack: { channel: C0123456780 }, pagerduty: { key_secret: riposte/pagerduty } }
    lab: { slack: { webhook_secret: riposte/lab } }
  routes:
    - { severity: high, production: true, to: [on-call, default], continue: true }
    - { rules: [IAM-002, sg-open-to-world], accounts: ["111122223333"], ous: [Sandbox/A B], tags: { env: lab }, to: [lab] }
  silences:
    - { severity: critical, ous: [Sandbox], until: 2027-01-31, owner: ann@example.com, reason: game day }
  quiet: { from: "22:00", to: "06:30", zone: Europe/Berlin }
  digest: { at: "09:00", zone: UTC, below: low }
answers:
  approvers:
    - { slack: U012AB3CD, name: ann@example.com }
    - { slack: W012AB3CE, name: bob@example.com, accounts: ["111122223333"] }
  two_people: ["111122223333"]
`))
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	at := func(line, column int) Position { return Position{"f", line, column} }
	wantNotify := Notify{
		Receiver: Receiver{
			SNS: SNS{"arn:aws:sns:eu-central-1:111122223333:alerts"}, Slack: Slack{AppSecret: "riposte/slack-app", Channel: "C0123456789"},
			SecurityHub: true, Pos: at(2, 3),
		},
		Receivers: map[string]Receiver{
			"on-call": {
				Slack:     Slack{AppSecret: "riposte/slack-app", Channel: "C0123456780"}, // the app is the default one's
				PagerDuty: PagerDuty{"riposte/pagerduty"}, Pos: at(6, 5),
			},
			"lab": {Slack: Slack{WebhookSecret: "riposte/lab"}, Pos: at(7, 5)},
		},
		Routes: []Route{
			{Match: Match{Severity: detect.High, Production: &yes}, To: []string{"on-call", "default"}, Continue: true, Pos: at(9, 7)},
			{
				Match: Match{
					Rules: []Name{{"IAM-002", at(10, 17)}, {"sg-open-to-world", at(10, 26)}}, Accounts: []string{"111122223333"},
					OUs: []string{"Sandbox/A B"}, Tags: map[string]string{"env": "lab"},
				},
				To: []string{"lab"}, Pos: at(10, 7),
			},
		},
		Silences: []Muting{{
			Match: Match{Severity: detect.Critical, OUs: []string{"Sandbox"}}, Until: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC),
			Owner: "ann@example.com", Reason: "game day", Pos: at(12, 7),
		}},
		Quiet:  &Quiet{From: 22 * time.Hour, To: 6*time.Hour + 30*time.Minute, Zone: berlin, Below: detect.High, Pos: at(13, 10)},
		Digest: &Digest{At: 9 * time.Hour, Zone: time.UTC, Below: detect.Low, Pos: at(14, 11)},
	}
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(wantNotify, got.Notify, zones); diff != "" {
		t.Error(diff)
	}
	wantAnswers := Answers{
		Approvers: []Approver{
			{Slack: "U012AB3CD", Name: "ann@example.com", Pos: at(17, 7)},
			{Slack: "W012AB3CE", Name: "bob@example.com", Accounts: []string{"111122223333"}, Pos: at(18, 7)},
		},
		TwoPeople: []string{"111122223333"},
	}
	if diff := cmp.Diff(wantAnswers, got.Answers); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"default", "lab", "on-call"}, got.Notify.Names()); diff != "" {
		t.Error(diff)
	}
	for i, want := range []string{
		"severity high or graver; production true",
		"rules IAM-002, sg-open-to-world; accounts 111122223333; ous Sandbox/A B; tag env=lab",
	} {
		if text := got.Notify.Routes[i].String(); text != want {
			t.Errorf("routes[%d] is %q, want %q", i, text, want)
		}
	}
	if text := (Match{}).String(); text != "everything" {
		t.Errorf("no condition is %q", text)
	}
	if m := got.Notify.Silences[0]; !m.Holds(m.Until.Add(-1)) || m.Holds(m.Until) {
		t.Errorf("silence until %v holds before: %t, then: %t", m.Until, m.Holds(m.Until.Add(-1)), m.Holds(m.Until))
	}
}

// TestMutingKey holds that a silence keeps its key while it says the same.
func TestMutingKey(t *testing.T) {
	key := func(text string) string {
		t.Helper()
		cfg, err := Parse("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return cfg.Notify.Silences[0].Key()
	}
	first := key(silence("none"))
	if same := key("# renewed\n" + silence("until", "until: 2028-01-31")); same != first {
		t.Errorf("renewed, %s became %s", first, same)
	}
	for _, other := range []string{
		silence("owner", "owner: bob"), silence("rules", "rules: [IAM-003]"), silence("none", "severity: critical"),
		silence("none", "production: true"),
	} {
		if key(other) == first {
			t.Errorf("%s has the key of another", other)
		}
	}
}

// TestZones holds that every zone that is suggested exists, wherever the program runs.
func TestZones(t *testing.T) {
	for _, name := range zones() {
		if zone := loadZone(name); zone == nil {
			t.Errorf("no zone %s", name)
		}
	}
	for _, name := range []string{"", "Local", "localtime", "Europe", "Europe/", "/Europe/Berlin", "Europe/../Europe/Berlin", "zone.tab", "CEST"} {
		if zone := loadZone(name); zone != nil {
			t.Errorf("%q is %v", name, zone)
		}
	}
}

func TestInAccount(t *testing.T) {
	accounts := map[string]Account{
		"111122223333": {OU: "Workloads/Prod", Tags: map[string]string{"env": "prod", "empty": ""}, Production: true},
		"444455556666": {OU: "Workloads"},
	}
	yes, no := true, false
	for _, c := range []struct {
		name    string
		match   Match
		account string
		want    bool
	}{
		{"no condition", Match{}, "999988887777", true},
		{"no condition, no account", Match{}, "", true},
		{"account", Match{Accounts: []string{"444455556666", "111122223333"}}, "111122223333", true},
		{"another account", Match{Accounts: []string{"444455556666"}}, "111122223333", false},
		{"unit", Match{OUs: []string{"Workloads/Prod"}}, "111122223333", true},
		{"unit above", Match{OUs: []string{"Workloads"}}, "111122223333", true},
		{"unit below", Match{OUs: []string{"Workloads/Prod"}}, "444455556666", false},
		{"the beginning of a unit's name", Match{OUs: []string{"Work"}}, "111122223333", false},
		{"unit in other letters", Match{OUs: []string{"workloads"}}, "111122223333", false},
		{"a unit's last name", Match{OUs: []string{"Prod"}}, "111122223333", false},
		{"unit of an account that is not listed", Match{OUs: []string{"Workloads"}}, "999988887777", false},
		{"tag", Match{Tags: map[string]string{"env": "prod"}}, "111122223333", true},
		{"one of two tags", Match{Tags: map[string]string{"env": "prod", "team": "a"}}, "111122223333", false},
		{"tag with another value", Match{Tags: map[string]string{"env": "Prod"}}, "111122223333", false},
		{"empty tag", Match{Tags: map[string]string{"empty": ""}}, "111122223333", true},
		{"empty tag that is not there", Match{Tags: map[string]string{"empty": ""}}, "444455556666", false},
		{"production", Match{Production: &yes}, "111122223333", true},
		{"no production", Match{Production: &no}, "444455556666", true},
		{"production elsewhere", Match{Production: &yes}, "444455556666", false},
		{"production of an account that is not listed", Match{Production: &yes}, "999988887777", false},
		{"no production of an account that is not listed", Match{Production: &no}, "999988887777", false},
	} {
		if got := c.match.InAccount(c.account, accounts); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}
