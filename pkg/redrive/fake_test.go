package redrive_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"riposte/pkg/redrive"
)

// A world is a dead-letter queue and the next hop under one clock. The process may die at any call.
type world struct {
	now     time.Time
	fifo    bool
	letters []*letter
	given   []redrive.Parcel // what the next hop has taken, in order
	slow    time.Duration    // how long the next hop takes
	refuse  func(redrive.Parcel) error
	calls   int
	dieAt   int // the call at which the process dies; 0 for none
}

// letter is one message of the queue.
type letter struct {
	redrive.Letter
	shown time.Time // when it can be received again
}

// errDead ends whatever the process was at.
var errDead = errors.New("the process died")

func newWorld(fifo bool) *world {
	return &world{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), fifo: fifo}
}

// add puts letters into the queue, which are named m1, m2 and so on.
func (w *world) add(group string, bodies ...string) {
	for _, body := range bodies {
		l := redrive.Letter{ID: fmt.Sprintf("m%d", len(w.letters)+1), Body: body, Group: group, Sent: w.now.Add(-time.Hour)}
		w.letters = append(w.letters, &letter{Letter: l})
	}
}

func (w *world) died(ctx context.Context) error {
	w.calls++
	if w.dieAt > 0 && w.calls >= w.dieAt {
		return errDead
	}
	return ctx.Err()
}

// Receive returns up to ten letters. In a FIFO queue none comes whose group has one that is hidden.
func (w *world) Receive(ctx context.Context, hidden time.Duration) ([]redrive.Letter, error) {
	if err := w.died(ctx); err != nil {
		return nil, err
	}
	blocked := map[string]bool{}
	var batch []redrive.Letter
	for _, l := range w.letters {
		switch {
		case l.shown.After(w.now):
			blocked[l.Group] = true
		case w.fifo && blocked[l.Group], len(batch) == 10:
		default:
			l.shown, l.Receipt = w.now.Add(hidden), fmt.Sprintf("%s at call %d", l.ID, w.calls)
			batch = append(batch, l.Letter)
		}
	}
	return batch, nil
}

func (w *world) Hide(ctx context.Context, l redrive.Letter, hidden time.Duration) error {
	if err := w.died(ctx); err != nil {
		return err
	}
	n := w.find(l)
	if n < 0 || !w.letters[n].shown.After(w.now) {
		return errors.New("the letter is not in flight")
	}
	w.letters[n].shown = w.now.Add(hidden)
	return nil
}

func (w *world) Delete(ctx context.Context, l redrive.Letter) error {
	if err := w.died(ctx); err != nil {
		return err
	}
	n := w.find(l)
	if n < 0 {
		return errors.New("the receipt has expired")
	}
	w.letters = slices.Delete(w.letters, n, n+1)
	return nil
}

// find finds a letter by its receipt, which holds until the letter is received again.
func (w *world) find(l redrive.Letter) int {
	return slices.IndexFunc(w.letters, func(have *letter) bool { return have.Receipt == l.Receipt })
}

func (w *world) Give(ctx context.Context, p redrive.Parcel) error {
	if err := w.died(ctx); err != nil {
		return err
	}
	w.now = w.now.Add(w.slow)
	if w.refuse != nil {
		if err := w.refuse(p); err != nil {
			return err
		}
	}
	w.given = append(w.given, p)
	return nil
}

// run walks through the queue and returns what became of each letter.
func (w *world) run(t *testing.T, kind redrive.Kind, edit ...func(*redrive.Run)) (outcomes []redrive.Outcome, left int, err error) {
	t.Helper()
	r := redrive.Run{
		Name: "LostThings", Kind: kind, Queue: w, Hop: w, Now: func() time.Time { return w.now },
		Report: func(o redrive.Outcome) error { outcomes = append(outcomes, o); return nil },
	}
	for _, change := range edit {
		change(&r)
	}
	left, err = r.Do(t.Context())
	return outcomes, left, err
}

// hiddenLetters returns the letters that cannot be received now.
func (w *world) hiddenLetters() []string {
	var ids []string
	for _, l := range w.letters {
		if l.shown.After(w.now) {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

func (w *world) leftIDs() []string {
	ids := []string{}
	for _, l := range w.letters {
		ids = append(ids, l.ID)
	}
	return ids
}

func (w *world) incidents() []string {
	names := []string{}
	for _, p := range w.given {
		names = append(names, p.Incident)
	}
	return names
}
