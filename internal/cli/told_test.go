package cli

import (
	"bytes"
	"testing"
	"text/tabwriter"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// TestToldInWords holds what a person reads on a terminal, and that hostile text stays inert there.
func TestToldInWords(t *testing.T) {
	cfg, err := config.Parse("riposte.yaml", []byte(`accounts: { "111122223333": { ou: Sandbox } }
notify:
  slack: { webhook_secret: riposte/slack }
  receivers: { on-call: { slack: { app_secret: riposte/app, channel: C0123456789 }, pagerduty: { key_secret: riposte/pagerduty } } }
  routes:
    - { severity: critical, to: [on-call] }
    - { rules: [IAM-002], to: [on-call], continue: true }
  silences: [{ ous: [Sandbox], until: 2026-12-01, owner: ann, reason: game day }]
  quiet: { from: "22:00", to: "06:30", zone: Europe/Berlin }
  digest: { at: "09:00", zone: UTC }
`))
	if err != nil {
		t.Fatal(err)
	}
	words := func(f detect.Finding) string {
		var out bytes.Buffer
		w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		newTeller(cfg).tell(f, clock()).write(w)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	f := detect.Finding{Rule: "IAM-002", Class: "access-key-created", Severity: detect.Medium}
	f.Event.Account = "111122223333"
	if diff := cmp.Diff(`  routes[0]  passes it on: severity medium is not critical (riposte.yaml:6:7)
  routes[1]  adds on-call: rules has IAM-002 (riposte.yaml:7:7)
  told       on-call: Slack channel C0123456789, PagerDuty
             default: Slack by a webhook
  silenced   until 2026-12-02T00:00:00Z by ann: game day (riposte.yaml:8:14); only Security Hub and PagerDuty get it
  waits      until 06:30 Europe/Berlin where it comes between 22:00 and then: less grave than high
`, words(f)); diff != "" {
		t.Error(diff)
	}
	f.Severity = detect.Low
	if got := words(f); !bytes.Contains([]byte(got), []byte("for the digest at 09:00 UTC: less grave than medium")) {
		t.Errorf("low: %s", got)
	}
	f.Severity = detect.Critical
	if diff := cmp.Diff(`  routes[0]  takes it to on-call: severity critical is critical (riposte.yaml:6:7)
  told       on-call: Slack channel C0123456789, PagerDuty
`, words(f)); diff != "" {
		t.Error(diff)
	}
	f.Rule, f.Class, f.Severity = "x\x1b[31m\n", "", detect.High
	if got := words(f); bytes.ContainsAny([]byte(got), "\x1b") {
		t.Errorf("hostile: %q", got)
	}
}
