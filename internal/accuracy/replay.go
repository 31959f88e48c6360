package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"riposte/internal/corpus"
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

// A replay is the detector over a memory ledger. It stands in for the policy, the queue and the bus, in order to note
// what is decided. Its clock is the time of the event at hand, so that windows are as wide as they were. Its breaker has
// no bounds: they would hide what would be acted on.
type replay struct {
	*decide.Policy
	detector *engine.Detector
	clock    time.Time

	row       string
	verdicts  []verdict
	incidents map[string]ledger.Incident
	standFor  map[string][]string // the incidents that stand for a row
}

func newReplay(rules []*detect.Rule, stance config.Stance) *replay {
	cfg := config.Default()
	cfg.OverrideStance(stance)
	r := &replay{
		Policy: decide.New(cfg, decide.Options{}), incidents: map[string]ledger.Incident{}, standFor: map[string][]string{},
	}
	now := func() time.Time { return r.clock }
	r.detector = &engine.Detector{
		Index: detect.NewIndex(rules), Policy: r, Breaker: engine.Breaker{PerRule: -1, PerAccount: -1, Total: -1},
		Store: memory.New(now), Queue: r, Bus: r, Now: now, Log: slog.New(slog.DiscardHandler),
	}
	return r
}

// Decide decides and takes note.
func (r *replay) Decide(f detect.Finding, facts decide.Facts) decide.Decision {
	d := r.Policy.Decide(f, facts)
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
		if !r.detector.Index.Wants(cloudtrail.Scan(d.raw)) {
			continue
		}
		incidents, err := r.detector.Process(ctx, d.ev, r.clock)
		if err != nil {
			return fmt.Errorf("row %s: %w", d.row, err)
		}
		for _, in := range incidents {
			r.incidents[in.ID] = in
			r.standFor[d.row] = append(r.standFor[d.row], in.ID)
		}
	}
	return nil
}

// told reports whether people are told of a row under a class: an incident of the class stands for it or names it.
func (r *replay) told(row, class string) bool {
	for _, id := range r.standFor[row] {
		if r.incidents[id].Class == class {
			return true
		}
	}
	for _, in := range r.incidents {
		if in.Class == class && slices.Contains(in.EventIDs, row) {
			return true
		}
	}
	return false
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

// aboveAlert reports whether more would be done than to tell a person.
func (v verdict) aboveAlert() bool {
	return v.decision.Mode != decide.Off && v.decision.Mode != decide.Alert
}
