package engine_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/bolt"
	"riposte/pkg/notify"
)

var races = flag.Int("races", 120, "how many schedules each of the race tests runs")

// watched are rules that see one event from two sides, rules that lead to an action, and one that counts.
func watched() *detect.Index {
	key := deed("KEY-001", "CreateKey", "T1098.001", detect.Medium)
	key.Actions = []string{"switch-off"}
	return detect.NewIndex([]*detect.Rule{
		key, deed("LOW-001", "CreateKey", "T1526", detect.Low), deed("ADM-001", "AttachAdmin", "T1098.003", detect.High),
		deed("ADM-002", "AttachAdmin", "T1078.004", detect.Medium), deed("LOG-001", "StopLogging", "T1562.008", detect.High), readRule(),
	})
}

func (s *schedule) detector(mode decide.Mode) *engine.Detector {
	d := s.w.detector()
	d.Index, s.w.mode = watched(), mode
	return d
}

// TestRacesOfOneActor holds that what one actor does within an hour becomes one chain, however the processes that see it
// interleave, die and fail.
func TestRacesOfOneActor(t *testing.T) {
	for seed := range uint64(*races) {
		w := newWorld(t)
		s := newSchedule(w, seed)
		var events []*cloudtrail.Event
		for n := range 2 + s.random.IntN(5) {
			name := []string{"CreateKey", "AttachAdmin", "StopLogging"}[s.random.IntN(3)]
			events = append(events, event(fmt.Sprint("e", n), name, "", w.now.Add(time.Duration(s.random.IntN(3))*time.Minute), "mallory"))
		}
		s.run(t.Context(), s.detector(decide.Act), events)
		roots := 0
		for _, in := range s.check(t, seed, events) {
			if in.PartOf == "" {
				roots++
			}
		}
		if roots != 1 {
			t.Errorf("seed %d: %d incidents lead, want one", seed, roots)
		}
		if t.Failed() {
			return
		}
	}
}

// TestRacesOfManyActors lets actors change each other, so that what belongs together is found from several sides at once.
func TestRacesOfManyActors(t *testing.T) {
	excess := 0
	for seed := range uint64(*races) {
		s := newSchedule(newWorld(t), seed)
		events := entangled(s)
		s.run(t.Context(), s.detector(decide.Act), events)
		byActor := map[string]map[string]bool{}
		got := s.check(t, seed, events)
		for _, in := range got {
			if byActor[in.Actor] == nil {
				byActor[in.Actor] = map[string]bool{}
			}
			byActor[in.Actor][rootOf(got, in).ID] = true
		}
		for _, chains := range byActor {
			excess += len(chains) - 1
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d times an actor's deeds are in one chain more", excess)
}

// TestRacesOnFile does the same on the ledger of one machine.
func TestRacesOnFile(t *testing.T) {
	for seed := range uint64(min(*races/100, 30)) {
		w := newWorld(t)
		s := newSchedule(w, seed)
		store, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"), w.clock)
		if err != nil {
			t.Fatal(err)
		}
		s.Store, s.inside = store, false // a file lets nobody come between
		events := entangled(s)[:4]
		s.run(t.Context(), s.detector(decide.Act), events)
		s.check(t, seed, events)
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestRacesOfSeries holds that a window gets one incident while many processes count at once.
func TestRacesOfSeries(t *testing.T) {
	for seed := range uint64(*races) {
		w := newWorld(t)
		s := newSchedule(w, seed)
		s.processes = 8
		start := w.now
		events := reads(3+s.random.IntN(8), func(int) time.Time { return start.Add(time.Duration(s.random.IntN(600)) * time.Second) })
		s.run(t.Context(), s.detector(decide.Alert), events)
		got := s.check(t, seed, nil)
		if len(got) != 1 {
			t.Errorf("seed %d: %d incidents, want one", seed, len(got))
		}
		for _, in := range got {
			if len(in.EventIDs) < 3 || len(in.EventIDs) > len(events) {
				t.Errorf("seed %d: names %v of %d events", seed, in.EventIDs, len(events))
			}
		}
		if t.Failed() {
			return
		}
	}
}

// TestRacesOfStorms lets a series last for much longer than its window, out of order: every window that is full has an
// incident that names one of its events, and there are far fewer incidents than events.
func TestRacesOfStorms(t *testing.T) {
	for seed := range uint64(*races / 3) {
		w := newWorld(t)
		s := newSchedule(w, seed)
		start := w.now
		events := reads(30, func(int) time.Time { return start.Add(time.Duration(s.random.IntN(7200)) * time.Second) })
		s.run(t.Context(), s.detector(decide.Alert), events)
		got := s.check(t, seed, nil)
		if len(got) > 14 {
			t.Errorf("seed %d: %d incidents of %d events", seed, len(got), len(events))
		}
		slices.SortFunc(events, func(a, b *cloudtrail.Event) int { return a.Time.Compare(b.Time) })
		for n := range len(events) - 2 {
			window := events[n : n+3]
			if window[2].Time.Sub(window[0].Time) > 10*time.Minute {
				continue
			}
			if !slices.ContainsFunc(window, func(e *cloudtrail.Event) bool { return names(got, e.ID) }) {
				t.Errorf("seed %d: no incident names an event of the window at %s", seed, window[0].Time)
			}
		}
		if t.Failed() {
			return
		}
	}
}

func names(all map[string]ledger.Incident, event string) bool {
	for _, in := range all {
		if slices.Contains(in.EventIDs, event) {
			return true
		}
	}
	return false
}

func entangled(s *schedule) []*cloudtrail.Event {
	people := []string{"ann", "bob", "eve", "mallory"}
	var events []*cloudtrail.Event
	for n := range 4 + s.random.IntN(6) {
		name := []string{"CreateKey", "AttachAdmin", "StopLogging"}[s.random.IntN(3)]
		events = append(events, event(fmt.Sprint("e", n), name, people[s.random.IntN(4)],
			s.w.now.Add(time.Duration(s.random.IntN(4))*time.Minute), people[s.random.IntN(4)]))
	}
	return events
}

// rootOf follows an incident to what leads it; the zero value where that is a circle or unknown.
func rootOf(all map[string]ledger.Incident, in ledger.Incident) ledger.Incident {
	for range len(all) {
		if in.PartOf == "" {
			return in
		}
		in = all[in.PartOf]
		if in.ID == "" {
			break
		}
	}
	return ledger.Incident{}
}

// check holds what every schedule ends with, and returns the incidents by their identifiers. Each of the events opens what
// the rules say.
func (s *schedule) check(t *testing.T, seed uint64, events []*cloudtrail.Event) map[string]ledger.Incident {
	t.Helper()
	list, err := s.List(t.Context(), ledger.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]ledger.Incident{}
	for _, in := range list {
		all[in.ID] = in
	}
	for _, e := range events {
		for _, f := range watched().Match(e) {
			if _, ok := all[f.Incident()]; !ok {
				t.Errorf("seed %d: %s of %s has no incident", seed, f.Rule, e.ID)
			}
		}
	}
	for _, in := range list {
		if in.Joining || len(in.Outbox) > 0 {
			t.Errorf("seed %d: %s is not settled: joining %t, owes %v", seed, in.ID, in.Joining, in.Outbox)
		}
		if in.Action != "" && s.jobs[in.ID] == 0 {
			t.Errorf("seed %d: nothing acts on %s", seed, in.ID)
		}
		root := rootOf(all, in)
		switch {
		case root.ID == "":
			t.Errorf("seed %d: %s is part of %s, which leads nowhere", seed, in.ID, in.PartOf)
		case in.PartOf != "" && (root.Chain == nil || !root.Chain.Has(in.ID)):
			t.Errorf("seed %d: %s is not in the timeline of %s", seed, in.ID, root.ID)
		case in.PartOf != "" && (in.Chain == nil || in.Severity != in.Finding.Severity):
			t.Errorf("seed %d: the part %s is %s and knows of %+v", seed, in.ID, in.Severity, in.Chain)
		case in.PartOf == "" && in.Chain != nil && (in.Chain.Lead != in.ID || in.Severity != in.Chain.Severity):
			t.Errorf("seed %d: %s leads %+v and is %s", seed, in.ID, in.Chain, in.Severity)
		}
		if !s.toldOf(in) {
			t.Errorf("seed %d: nobody was told of %s %s, part of %q", seed, in.Rule, in.ID, in.PartOf)
		}
	}
	return all
}

// toldOf reports whether a message tells of an incident: its own, or that of what led it at the same event. Of messages with
// one key people get only one, whichever comes first, so that all of them have to tell.
func (s *schedule) toldOf(in ledger.Incident) bool {
	told := map[string]bool{}
	for _, m := range s.published {
		about, key := m.Incident, m.Key()
		if before, ok := told[key]; m.DetailType != notify.IncidentOpened || ok && !before {
			continue
		}
		told[key] = about.ID == in.ID || in.Action == "" && in.PartOf != "" &&
			about.Finding.Event.ID == in.Finding.Event.ID && about.Chain != nil && about.Chain.Has(in.ID)
	}
	for _, tells := range told {
		if tells {
			return true
		}
	}
	return false
}
