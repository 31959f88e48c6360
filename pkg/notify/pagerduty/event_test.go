package pagerduty

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestEvent holds the event of every state, and of hostile incidents, and that PagerDuty takes each.
func TestEvent(t *testing.T) {
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		t.Run(c.Name, func(t *testing.T) {
			do := actionOf(c.Message)
			if do == nothing {
				return
			}
			e := eventOf(c.Message, do)
			e.RoutingKey = exampleKey
			body, err := encode(e)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faultsOf(body, exampleKey) {
				t.Error(fault)
			}
			golden(t, c.Name+".golden.json", body)
		})
	}
}

func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(tree); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run with -update", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestActions holds what each message does to its alert.
func TestActions(t *testing.T) {
	want := map[string]action{
		"key-opened-act": trigger, "key-remediated-act": resolve, "key-undone": resolve, "key-undo-failed": trigger, "key-unjudged": trigger,
		"admin-opened-contain": trigger, "admin-remediated-contain": trigger, "admin-kept": resolve, "trail-remediated-act": resolve,
		"trail-failed": trigger, "group-opened-alert": trigger, "group-remediated-act": resolve, "group-failed-half": trigger,
		"inline-opened-ask": trigger, "inline-remediated-ask": resolve, "inline-dismissed": resolve, "inline-resolved": resolve,
		"version-remediated-contain": trigger, "root-login-opened-alert": trigger, "root-activity-opened-alert": trigger,
		"group-attempt": trigger, "china-remediated-act": resolve, "chain-part-opened-contain": trigger,
		"chain-lead-remediated-act": nothing, "chain-same-event": trigger,
	}
	for _, c := range notifytest.Cases() {
		if got, ok := want[c.Name]; !ok || actionOf(c.Message) != got {
			t.Errorf("%s: %q, want %q", c.Name, actionOf(c.Message), got)
		}
	}
	lead, kept := chained(t), chained(t)
	kept.Incident.State, kept.DetailType = "kept", notify.IncidentKept
	kept.Incident.Notes = notesOf("jane")
	if got := actionOf(kept); got != acknowledge {
		t.Errorf("a person has kept one of several: %q, want acknowledge", got)
	}
	alone := notify.Message{DetailType: notify.IncidentRemediated, Incident: notifytest.Remediated(notifytest.KeyForOtherUser()), Lead: &lead.Incident}
	if got := actionOf(alone); got != nothing {
		t.Errorf("the lead has a chain now: %q", got)
	}
	excepted := notify.Message{DetailType: notify.ExceptionMade, Incident: notifytest.GroupOpened()}
	if got := actionOf(excepted); got != acknowledge {
		t.Errorf("an exception of what is open: %q, want acknowledge", got)
	}
	remind := notify.Message{DetailType: notify.IncidentReminder, Incident: notifytest.Remediated(notifytest.KeyForOtherUser())}
	if got := actionOf(remind); got != trigger {
		t.Errorf("a reminder: %q", got)
	}
}

func chained(t *testing.T) notify.Message {
	for _, c := range notifytest.Cases() {
		if c.Name == "chain-lead-remediated-act" {
			return c.Message
		}
	}
	t.Fatal("no case of a chain")
	return notify.Message{}
}

// TestDedupKey holds that the incidents of a chain are one alert, and that odd identifiers make keys too.
func TestDedupKey(t *testing.T) {
	in := notifytest.KeyForOtherUser()
	if got := dedupKey(in); got != "riposte/"+in.ID {
		t.Error(got)
	}
	in.PartOf = "inc-1"
	if got := dedupKey(in); got != "riposte/inc-1" {
		t.Error(got)
	}
	in.PartOf = strings.Repeat("<", 1000)
	other := in
	other.PartOf += "<"
	if a, b := dedupKey(in), dedupKey(other); len(a) > 255 || a == b {
		t.Errorf("%s and %s", a, b)
	}
}

func TestSeverity(t *testing.T) {
	for s, want := range map[detect.Severity]string{
		detect.Critical: "critical", detect.High: "error", detect.Medium: "warning", detect.Low: "info", detect.Info: "info", detect.Inherit: "error", 99: "error",
	} {
		if got := severity(s); got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
}

// TestRemarks holds that a page says by when somebody has to decide, and whom else it did not reach.
func TestRemarks(t *testing.T) {
	m := notify.Message{
		DetailType: notify.IncidentReminder, Incident: notifytest.Remediated(notifytest.AdminAttached()),
		Deadline: time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC), Remark: "Slack could not be reached.",
	}
	got := eventOf(m, trigger).Payload.Details
	if got["Decide before"] != "2026-11-20T18:00:00Z" || got["Remark"] != m.Remark {
		t.Errorf("%v", got)
	}
}

func FuzzShort(f *testing.F) {
	f.Add("abc", 2)
	f.Add("\U0001F600\U0001F600", 3)
	f.Add("", 1)
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = 1 + max(most, -most)%2000
		if most < 1 || !utf8.ValidString(s) {
			return
		}
		got := short(s, most)
		n := 0
		for _, r := range got {
			if n++; r > 0xFFFF {
				n++
			}
		}
		if n > most || !utf8.ValidString(got) || got != s && !strings.HasSuffix(got, "…") {
			t.Errorf("short(%q, %d) = %q of %d", s, most, got, n)
		}
	})
}
