package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
)

// readRule counts different secrets that one actor reads: three within ten minutes are told.
func readRule() *detect.Rule {
	return &detect.Rule{
		ID: "SEC-001", Title: "Secrets read", Class: "secrets-read", Severity: detect.Medium,
		Pattern: detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"Read"}}},
		Match: func(e *cloudtrail.Event) ([]detect.Finding, error) {
			request, err := cloudtrail.RequestOf[struct{ User string }](e)
			if err != nil {
				return nil, err
			}
			return []detect.Finding{{
				Summary: "read " + request.User, Resource: detect.Resource{Type: detect.Account, ID: e.Account},
				Rate: &detect.Rate{
					Key: []string{e.Identity.ARN}, Members: strings.Fields(request.User), Threshold: 3, Window: 10 * time.Minute, Noun: "different secrets read",
				},
			}}, nil
		},
	}
}

// TestSeries holds that a window gets one incident, whatever the order of its events and however often they come.
func TestSeries(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	at := func(minutes float64) time.Time { return start.Add(time.Duration(minutes * float64(time.Minute))) }
	for name, tt := range map[string]struct {
		events []*cloudtrail.Event
		want   int // incidents
	}{
		"too few":              {events: []*cloudtrail.Event{event("1", "Read", "a", at(0), "bob"), event("2", "Read", "b", at(1), "bob")}},
		"the same one":         {events: []*cloudtrail.Event{event("1", "Read", "a", at(0), "bob"), event("2", "Read", "a", at(1), "bob"), event("3", "Read", "a", at(2), "bob")}},
		"different actors":     {events: []*cloudtrail.Event{event("1", "Read", "a", at(0), "bob"), event("2", "Read", "b", at(1), "ann"), event("3", "Read", "c", at(2), "eve")}},
		"too far apart":        {events: []*cloudtrail.Event{event("1", "Read", "a", at(0), "bob"), event("2", "Read", "b", at(6), "bob"), event("3", "Read", "c", at(10.5), "bob")}},
		"just enough":          {events: []*cloudtrail.Event{event("1", "Read", "a", at(0), "bob"), event("2", "Read", "b", at(6), "bob"), event("3", "Read", "c", at(10), "bob")}, want: 1},
		"across a round hour":  {events: []*cloudtrail.Event{event("1", "Read", "a", at(56), "bob"), event("2", "Read", "b", at(60), "bob"), event("3", "Read", "c", at(65), "bob")}, want: 1},
		"one event alone":      {events: []*cloudtrail.Event{event("1", "Read", "a b c", at(0), "bob")}, want: 1},
		"many":                 {events: reads(20, func(n int) time.Time { return at(float64(n) / 10) }), want: 1},
		"again after a pause":  {events: append(reads(5, func(n int) time.Time { return at(float64(n)) }), event("x", "Read", "x y z", at(60), "bob")), want: 2},
		"one long storm":       {events: reads(60, func(n int) time.Time { return at(float64(n)) }), want: 1},
		"two actors at a time": {events: append(reads(5, func(n int) time.Time { return at(float64(n)) }), event("x", "Read", "x y z", at(1), "eve")), want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(8) {
				w := newWorld(t)
				d := w.detector()
				d.Index = detect.NewIndex([]*detect.Rule{readRule()})
				events := append(slices.Clip(tt.events), tt.events[0], tt.events[len(tt.events)-1]) // some come twice
				// A storm that comes out of order falls into pieces at the window's bounds.
				if seed > 0 && name != "one long storm" {
					rand.New(rand.NewPCG(seed, 2)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
				}
				got := process(t, w, d, events...)
				if len(got) != tt.want || len(w.told()) != tt.want {
					t.Errorf("seed %d: %d incidents and %d messages, want %d", seed, len(got), len(w.told()), tt.want)
				}
			}
		})
	}
}

func reads(n int, at func(int) time.Time) []*cloudtrail.Event {
	var out []*cloudtrail.Event
	for i := range n {
		out = append(out, event(fmt.Sprint(i), "Read", fmt.Sprintf("secret-%d", i), at(i), "bob"))
	}
	return out
}

// TestSeriesTells holds what the incident of a series says and names.
func TestSeriesTells(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{readRule()})
	var in ledger.Incident
	for _, got := range process(t, w, d, reads(150, func(n int) time.Time { return w.now.Add(time.Duration(n) * time.Second) })...) {
		in = got
	}
	if want := "3 different secrets read within 2s, the last: read secret-2"; in.Summary != want {
		t.Errorf("says %q, want %q", in.Summary, want)
	}
	if len(in.EventIDs) != 100 || in.EventIDs[0] != "0" || in.EventIDs[3] != "3" {
		t.Errorf("names %d events: %v", len(in.EventIDs), in.EventIDs)
	}
}

// TestSeriesDeathAtAnyStep lets the process die at every step of the event that fills a window.
func TestSeriesDeathAtAnyStep(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			w := newWorld(t)
			d := w.detector()
			d.Index = detect.NewIndex([]*detect.Rule{readRule()})
			events := reads(4, func(n int) time.Time { return w.now.Add(time.Duration(n) * time.Second) })
			process(t, w, d, events[:2]...)
			w.steps, w.dieAt, w.after = 0, dieAt, after
			died := !w.lives(func() { _, _ = d.Process(t.Context(), events[2], w.now) })
			w.dieAt = 0
			got := process(t, w, d, events[2], events[3])
			if len(got) != 1 || len(w.told()) != 1 {
				t.Fatalf("step %d, after %t: %d incidents and %d messages, want one", dieAt, after, len(got), len(w.told()))
			}
			if !died {
				if dieAt < 5 {
					t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
				}
				break
			}
		}
	}
}

// TestSeriesLeaderNeverOpened holds that a window is told although the event that was to stand for it never came again
// after its process died.
func TestSeriesLeaderNeverOpened(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{readRule()})
	start := w.now
	events := reads(9, func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) })
	process(t, w, d, events[:2]...)
	w.steps, w.dieAt, w.after = 0, 2, true // after it took the lead
	if w.lives(func() { _, _ = d.Process(t.Context(), events[2], w.now) }) {
		t.Fatal("the process survived")
	}
	w.dieAt = 0
	if got := process(t, w, d, events[3:]...); len(got) != 1 {
		t.Errorf("%d incidents, want one", len(got))
	}
}

// TestSilentSeriesIsNotCounted holds that what the policy turns off or excepts costs nothing and adds up to nothing.
func TestSilentSeriesIsNotCounted(t *testing.T) {
	for name, silent := range map[string]decide.Decision{"off": {Mode: decide.Off}, "excepted": {Mode: decide.Alert, Suppressed: true}} {
		w := newWorld(t)
		d := w.detector()
		d.Policy = always{w, silent}
		d.Index = detect.NewIndex([]*detect.Rule{readRule()})
		if got := process(t, w, d, reads(5, func(int) time.Time { return w.now })...); len(got) != 0 || w.steps != 0 {
			t.Errorf("%s: %d incidents after %d steps", name, len(got), w.steps)
		}
	}
}

type always struct {
	*world
	decision decide.Decision
}

func (a always) Decide(detect.Finding, decide.Facts) decide.Decision { return a.decision }

// TestFollowNamesEachEventOnce keeps the identifiers of a window apart.
func TestFollowNamesEachEventOnce(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{readRule()})
	events := reads(4, func(n int) time.Time { return w.now.Add(time.Duration(n) * time.Second) })
	for _, in := range process(t, w, d, append(events, events...)...) {
		if diff := cmp.Diff([]string{"0", "1", "2", "3"}, in.EventIDs); diff != "" {
			t.Error(diff)
		}
	}
}

// TestSeriesWithoutTrust holds that a series of a replay, or under a configuration that cannot be read, is told and leads
// to nothing.
func TestSeriesWithoutTrust(t *testing.T) {
	rule := readRule()
	rule.Actions = []string{"switch-off"}
	for name, spoil := range map[string]func(*engine.Detector, *cloudtrail.Event){
		"a replay": func(_ *engine.Detector, e *cloudtrail.Event) {
			e.Envelope = &cloudtrail.Envelope{ReplayName: "old", Source: "aws.iam", Account: e.Account}
		},
		"another account": func(_ *engine.Detector, e *cloudtrail.Event) {
			e.Envelope = &cloudtrail.Envelope{Source: "aws.iam", Account: "999988887777"}
		},
		"an unknown account": func(d *engine.Detector, _ *cloudtrail.Event) { d.Accounts = []string{"999988887777"} },
		"no configuration":   func(d *engine.Detector, _ *cloudtrail.Event) { d.ConfigError = errors.New("line 3") },
	} {
		w := newWorld(t)
		w.mode = decide.Act
		d := w.detector()
		d.Index = detect.NewIndex([]*detect.Rule{rule})
		for _, e := range reads(3, func(int) time.Time { return w.now }) {
			spoil(d, e)
			if _, err := d.Process(t.Context(), e, w.now); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.told()) != 1 || len(w.jobs) != 0 {
			t.Errorf("%s: %d messages and %d jobs, want one message", name, len(w.told()), len(w.jobs))
		}
	}
}

// TestExplainedSeriesHidesNothing holds that an incident which the journal explains stands for no window in which others
// act.
func TestExplainedSeriesHidesNothing(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{readRule()})
	for n, e := range reads(6, func(n int) time.Time { return w.now.Add(time.Duration(n) * time.Second) }) {
		d.Policy = explainsOne{w, n == 2} // the one that fills the window
		if _, err := d.Process(t.Context(), e, w.now); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.told()) != 1 || !slices.Equal(w.published[0].Incident.EventIDs, []string{"0", "1", "2", "3"}) {
		t.Errorf("published %+v, want one message about those that nothing explains", w.published)
	}
}

// explainsOne decides that the journal explains a finding, once it is counted.
type explainsOne struct {
	*world
	explained bool
}

func (e explainsOne) Decide(f detect.Finding, _ decide.Facts) decide.Decision {
	told := strings.Contains(f.Summary, "different secrets")
	return decide.Decision{Mode: decide.Alert, Suppressed: e.explained && told}
}
