package ocsf

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// maxEvent is what an event may have, so that it fits beside the incident on the bus.
const maxEvent = 64 << 10

// TestOf holds the event of every state, and of hostile events, and that each is valid.
func TestOf(t *testing.T) {
	s := readSchema(t)
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		t.Run(c.Name, func(t *testing.T) {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(Of(c.Message)); err != nil {
				t.Fatal(err)
			}
			for _, fault := range s.faults(b.Bytes()) {
				t.Error(fault)
			}
			golden(t, c.Name+".golden.json", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestStates holds what the event says of each state: how far it is, whether somebody has to look, and what came of it.
func TestStates(t *testing.T) {
	type says struct {
		Activity, Status, Action, Disposition string
		Alert                                 bool
	}
	want := map[string]says{
		"key-opened-act":            {"Create", "In Progress", "Observed", "Delayed", true},
		"key-remediated-act":        {"Close", "Resolved", "Modified", "Corrected", false},
		"key-undone":                {"Close", "Resolved", "Modified", "Restored", false},
		"key-undo-failed":           {"Update", "In Progress", "Modified", "Corrected", true},
		"key-unjudged":              {"Create", "New", "Observed", "Alert", true},
		"admin-opened-contain":      {"Create", "In Progress", "Observed", "Delayed", true},
		"admin-remediated-contain":  {"Update", "In Progress", "Modified", "Corrected", true},
		"admin-kept":                {"Close", "Resolved", "Modified", "Corrected", false},
		"trail-failed":              {"Update", "New", "Observed", "Uncorrected", true},
		"group-failed-half":         {"Update", "New", "Modified", "Partially Corrected", true},
		"group-opened-alert":        {"Create", "New", "Observed", "Alert", true},
		"group-attempt":             {"Create", "New", "Denied", "Blocked", true},
		"inline-opened-ask":         {"Create", "New", "Observed", "Delayed", true},
		"inline-dismissed":          {"Close", "Suppressed", "Observed", "No Action", false},
		"inline-resolved":           {"Close", "Resolved", "Observed", "No Action", false},
		"chain-part-opened-contain": {"Create", "In Progress", "Observed", "Delayed", true},
	}
	for _, c := range notifytest.Cases() {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		delete(want, c.Name)
		f := Of(c.Message)
		if got := (says{f.ActivityName, f.Status, f.Action, f.Disposition, f.IsAlert}); got != w {
			t.Errorf("%s: %+v, want %+v", c.Name, got, w)
		}
	}
	for name := range want {
		t.Errorf("no case %s", name)
	}
	raised := notify.Message{DetailType: notify.IncidentRaised, Incident: notifytest.KeyForOtherUser()}
	if got := Of(raised).ActivityName; got != "Update" {
		t.Errorf("a raised incident: %s", got)
	}
	odd := notifytest.KeyForOtherUser()
	odd.State, odd.Severity = "eaten", detect.Inherit
	if f := Of(notify.Message{Incident: odd}); f.Status != "Unknown" || f.Severity != "Unknown" || f.Action != "Unknown" || !f.IsAlert {
		t.Errorf("a state of a later version: %+v", f)
	}
}

// TestChain holds that the events of incidents that belong together name each other, and what they have in common.
func TestChain(t *testing.T) {
	common := map[string]bool{}
	for _, c := range notifytest.Cases() {
		if strings.HasPrefix(c.Name, "chain-lead") || strings.HasPrefix(c.Name, "chain-part") {
			f := Of(c.Message)
			common[f.Metadata.CorrelationUID] = true
			if len(f.FindingInfo.RelatedEvents) != 2 || f.FindingInfo.Attacks == nil {
				t.Errorf("%s: %+v", c.Name, f.FindingInfo)
			}
		}
	}
	if len(common) != 1 {
		t.Errorf("a chain is correlated by %v", common)
	}
}

// TestEmpty holds that an incident that says nothing makes a valid event too.
func TestEmpty(t *testing.T) {
	raw, err := json.Marshal(Of(notify.Message{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range readSchema(t).faults(raw) {
		t.Error(fault)
	}
}

func TestEndpoint(t *testing.T) {
	for source, want := range map[string]*Endpoint{
		"192.0.2.1": {IP: "192.0.2.1"}, "2001:db8::1": {IP: "2001:db8::1"}, "cloudformation.amazonaws.com": {SvcName: "cloudformation.amazonaws.com"},
		"AWS Internal": nil, "": nil, "fe80::1%eth0": nil, "evil.example": nil,
	} {
		if diff := cmp.Diff(want, endpoint(source)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", source, diff)
		}
	}
}

// FuzzOf holds that every text of an event makes a valid event of bounded size.
func FuzzOf(f *testing.F) {
	for _, s := range []string{"", " ", "\x00", strings.Repeat("<", 5000), "arn:aws:iam::111122223333:user/x", strings.Repeat("\U0001F600", 5000), "persistence", "192.0.2.1"} {
		f.Add(s)
	}
	var s schema
	if err := json.Unmarshal(published, &s); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := notifytest.Poisoned(notifytest.GroupOpened(), text)
		in.State, in.Mode, in.Finding.Tactic = ledger.State(text), text, text
		in.Times.Event = time.Date(len(text), 1, 1, 0, 0, 0, 0, time.UTC)
		raw, err := json.Marshal(Of(notify.Message{DetailType: text, Incident: in}))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range s.faults(raw) {
			t.Error(fault)
		}
		if len(raw) > maxEvent {
			t.Errorf("%d bytes", len(raw))
		}
	})
}
