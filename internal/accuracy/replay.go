package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"riposte/internal/corpus"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
)

// A verdict is what was decided about one finding.
type verdict struct {
	row      string
	finding  detect.Finding
	decision decide.Decision
}

// A telling is an incident that was opened for a row.
type telling struct {
	row string
	ledger.Incident
}

// A replay is the detector over a memory ledger. It stands in for the policy, the queue and the bus, in order to note
// what is decided. Its clock is the time of the event at hand, so that windows are as wide as they were. Its breaker has
// no bounds: they would hide what would be acted on.
type replay struct {
	*decide.Policy
	detector *engine.Detector
	clock    time.Time

	row       string
	verdicts  []verdict                  // of the finding by itself: one of a series may come to nothing
	opened    []telling                  // in their order
	incidents map[string]ledger.Incident // as they are at the end
	standFor  map[string][]string        // the incidents that stand for a row
}

func newReplay(rules []*detect.Rule, stance config.Stance) *replay {
	cfg := config.Default()
	cfg.OverrideStance(stance)
	r := &replay{
		Policy: decide.New(cfg, decide.Options{}), incidents: map[string]ledger.Incident{}, standFor: map[string][]string{},
	}
	now := func() time.Time { return r.clock }
	r.detector = &engine.Detector{
		Index: detect.NewIndex(rules).In(catalog.EstateOf(cfg)), Policy: r, Breaker: engine.Breaker{PerRule: -1, PerAccount: -1, Total: -1},
		Store: memory.New(now), Queue: r, Bus: r, Now: now, Log: slog.New(slog.DiscardHandler),
	}
	return r
}

// Decide decides and takes note. The detector may ask about a finding more than once, with more facts: the last answer holds.
func (r *replay) Decide(f detect.Finding, facts decide.Facts) decide.Decision {
	d := r.Policy.Decide(f, facts)
	for n, v := range r.verdicts {
		if v.row == r.row && v.finding.Event.ID == f.Event.ID && v.finding.Rule == f.Rule && v.finding.Resource == f.Resource {
			r.verdicts[n].decision = d
			return d
		}
	}
	r.verdicts = append(r.verdicts, verdict{r.row, f, d})
	return d
}

// Send takes a job, on which nobody works.
func (r *replay) Send(context.Context, engine.Job) error { return nil }

// Publish takes a message, which nobody reads.
func (r *replay) Publish(context.Context, notify.Message) error { return nil }

// feed gives the detector the rows of one file in the order in which they happened, each as often as its threshold asks.
func (r *replay) feed(ctx context.Context, rows []corpus.Row) error {
	type delivery struct {
		row string
		raw []byte
		ev  *cloudtrail.Event
	}
	var deliveries []delivery
	for _, row := range rows {
		for n := range max(row.Threshold, 1) {
			ev, err := row.Event()
			if err != nil {
				return err
			}
			if n > 0 {
				ev.ID, ev.Time = fmt.Sprintf("%s#%d", row.ID, n+1), ev.Time.Add(time.Duration(n)*time.Second)
			}
			deliveries = append(deliveries, delivery{row.ID, row.Record, ev})
		}
	}
	slices.SortStableFunc(deliveries, func(a, b delivery) int { return cmp.Compare(a.ev.Time.UnixNano(), b.ev.Time.UnixNano()) })
	for _, d := range deliveries {
		r.clock, r.row = d.ev.Time, d.row
		if !r.detector.Index.WantsRecord(d.raw) {
			continue
		}
		incidents, err := r.detector.Process(ctx, d.ev, r.clock)
		if err != nil {
			return fmt.Errorf("row %s: %w", d.row, err)
		}
		r.note(d.row, incidents)
	}
	return r.readBack(ctx)
}

// note keeps the incidents that stand for a row. One that an exception explains is not told.
func (r *replay) note(row string, incidents []ledger.Incident) {
	for _, in := range incidents {
		if in.State == ledger.Suppressed {
			continue
		}
		if _, known := r.incidents[in.ID]; !known {
			r.opened = append(r.opened, telling{row, in})
		}
		r.incidents[in.ID] = in
		r.standFor[row] = append(r.standFor[row], in.ID)
	}
}

// readBack brings the incidents up to date: later events may have been added to them. What the ledger has forgotten
// since stays as it was.
func (r *replay) readBack(ctx context.Context) error {
	for id := range r.incidents {
		in, err := r.detector.Store.Get(ctx, id)
		switch {
		case errors.Is(err, ledger.ErrNotFound):
		case err != nil:
			return fmt.Errorf("incident %s: %w", id, err)
		default:
			r.incidents[id] = in
		}
	}
	for i := range r.opened {
		r.opened[i].Incident = r.incidents[r.opened[i].ID]
	}
	return nil
}

// classes returns the classes under which people are told of a row: those of the incidents that stand for it or name it.
func (r *replay) classes(row string) []string {
	var out []string
	add := func(class string) {
		if !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	for _, id := range r.standFor[row] {
		add(r.incidents[id].Class)
	}
	for _, t := range r.opened {
		if slices.Contains(t.EventIDs, row) {
			add(t.Class)
		}
	}
	return out
}

// of returns what was decided about a row.
func (r *replay) of(row string) []verdict {
	var out []verdict
	for _, v := range r.verdicts {
		if v.row == row {
			out = append(out, v)
		}
	}
	return out
}

func (v verdict) off() bool { return v.decision.Mode == decide.Off }

// aboveAlert reports whether more is done than to tell a person.
func (t telling) aboveAlert() bool { return t.Mode != string(decide.Alert) }
