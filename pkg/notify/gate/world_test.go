package gate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
)

var (
	start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	slack = To{Receiver: "default", Notifier: "slack"}
)

// A world is people behind a gate, who remember what they were told. Every step that leaves the process counts; the process
// dies before or after step number dieAt.
type world struct {
	t      *testing.T
	now    time.Time
	store  *memory.Store
	gate   *Gate
	told   map[string]int // by the key of a message
	stands int            // of all that were told
	// digests are what was told at once. receipts stand for those of the caller.
	digests  []notify.Digest
	receipts map[string]bool
	down     error // why nobody can be told

	mu           sync.Mutex // a step is all there is to do at its moment: slots are dropped side by side
	steps, dieAt int
	after        bool
}

var errDied = errors.New("died")

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: start, told: map[string]int{}, receipts: map[string]bool{}}
	w.store = memory.New(func() time.Time { return w.now })
	w.gate = &Gate{Store: &mortal{w.store, w}, Now: func() time.Time { return w.now }}
	return w
}

func (w *world) step(do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps++
	if w.steps == w.dieAt && !w.after || w.dieAt > 0 && w.steps > w.dieAt {
		return errDied
	}
	err := do()
	if w.steps == w.dieAt {
		return errDied
	}
	return err
}

// deliver gives a message to the gate as the engine does: a receipt keeps it from being told again.
func (w *world) deliver(to To, m notify.Message) error {
	key := to.String() + m.Key()
	if w.receipts[key] {
		return nil
	}
	v, err := w.gate.Pass(w.t.Context(), to, m)
	if err != nil {
		return err
	}
	if v.Tell {
		if err := w.step(func() error {
			if w.down == nil {
				w.told[key]++
				w.stands += v.Stands
			}
			return w.down
		}); err != nil {
			return errors.Join(err, w.gate.Failed(w.t.Context(), to, m, v))
		}
	} else if v.Why == "" {
		w.t.Errorf("%s is not told, and nobody says why", m.Key())
	}
	return w.step(func() error { w.receipts[key] = true; return nil })
}

func (w *world) mustDeliver(to To, messages ...notify.Message) {
	w.t.Helper()
	for _, m := range messages {
		if err := w.deliver(to, m); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) flush() error {
	return w.gate.Flush(w.t.Context(), func(_ context.Context, _ To, d notify.Digest) error {
		return w.step(func() error {
			if w.down == nil {
				w.digests = append(w.digests, d)
			}
			return w.down
		})
	})
}

// tick lets some time pass, and flushes.
func (w *world) tick(d time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(d)
	if err := w.flush(); err != nil {
		w.t.Fatal(err)
	}
}

// inDigests counts the messages that the digests stand for.
func (w *world) inDigests() int {
	n := 0
	for _, d := range w.digests {
		n += d.Total
	}
	return n
}

// messages counts what people had to read.
func (w *world) messages() int { return len(w.told) + len(w.digests) }

// held counts the slots that are left.
func (w *world) held() int {
	n := 0
	for _, family := range Families() {
		list, err := w.store.Slots(w.t.Context(), family)
		if err != nil {
			w.t.Fatal(err)
		}
		n += len(list)
	}
	return n
}

// mortal counts the ledger's writes as steps.
type mortal struct {
	Store
	w *world
}

func (m *mortal) PutSlot(ctx context.Context, family string, s ledger.Slot) (out ledger.Slot, err error) {
	err = m.w.step(func() error { out, err = m.Store.PutSlot(ctx, family, s); return err })
	return out, err
}

func (m *mortal) DropSlot(ctx context.Context, family string, s ledger.Slot) error {
	return m.w.step(func() error { return m.Store.DropSlot(ctx, family, s) })
}

func (m *mortal) Count(ctx context.Context, key string, ttl time.Duration) (n int64, err error) {
	err = m.w.step(func() error { n, err = m.Store.Count(ctx, key, ttl); return err })
	return n, err
}

// message returns the nth message about a rule, by an actor.
func message(n int, rule string, severity detect.Severity, actor string) notify.Message {
	return notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: ledger.Incident{
		ID: fmt.Sprintf("inc-%05d", n), Rule: rule, Title: "Title of " + rule, Severity: severity, Account: "111122223333", Actor: actor,
	}}
}

// partOf makes a message one of a chain.
func partOf(m notify.Message, lead string) notify.Message {
	m.Incident.PartOf = lead
	return m
}

// wantAll makes sure that every message was told by itself or stands in a digest, exactly once.
func (w *world) wantAll(n int) {
	w.t.Helper()
	for key, times := range w.told {
		if times != 1 {
			w.t.Errorf("%s was told %d times", key, times)
		}
	}
	if got := len(w.told) + w.inDigests(); got != n {
		w.t.Errorf("%d told and %d in digests, want %d in all", len(w.told), w.inDigests(), n)
	}
	if held := w.held(); held != 0 {
		w.t.Errorf("%d slots are left", held)
	}
	for _, d := range w.digests {
		sum := 0
		keys := map[string]bool{}
		for _, l := range d.Lines {
			sum += l.Count
			keys[l.Rule+l.Account+l.DetailType] = true
		}
		if sum > d.Total || sum < d.Total && len(d.Lines) < maxLines || len(keys) != len(d.Lines) {
			w.t.Errorf("digest %s of %d has lines of %d: %v", d.Key, d.Total, sum, maps.Keys(keys))
		}
	}
}

func daily(hour time.Duration, below detect.Severity) *config.Digest {
	return &config.Digest{At: hour * time.Hour, Zone: time.UTC, Below: below}
}
