package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
)

// lull is how old the oldest held message of a burst is when the burst is told; one of a critical message is told at once.
const lull = 5 * time.Minute

// atOnce is how many slots are dropped at a time.
const atOnce = 8

// Families returns the families of slots in which messages are held.
func Families() []string { return []string{schema.Pending, schema.Quiet, schema.Digest} }

// Flush tells what is due, one digest for each way of telling and each reason to hold. What cannot be told stays and is due
// the next time; it does not keep others from being told. Two calls at once get in each other's way: the caller sees to it
// that there is one.
func (g *Gate) Flush(ctx context.Context, tell func(ctx context.Context, to To, d notify.Digest) error) error {
	var errs []error
	for _, family := range Families() {
		list, err := g.gather(ctx, family)
		if err != nil {
			errs = append(errs, fmt.Errorf("gather what is held in %s: %w", family, err))
		}
		for _, s := range list {
			if err := g.flush(ctx, family, s, tell); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

func (g *Gate) flush(ctx context.Context, family string, s ledger.Slot, tell func(context.Context, To, notify.Digest) error) error {
	var due gathered
	if err := json.Unmarshal(s.Value, &due); err != nil {
		return fmt.Errorf("what is gathered in %s cannot be read: %w", family, err)
	}
	if !g.due(family, due) {
		return nil
	}
	if err := tell(ctx, due.To, due.digest(family, s.Version)); err != nil {
		return fmt.Errorf("tell %d messages by %s: %w", due.Total, due.To, err)
	}
	if err := g.Store.DropSlot(ctx, family, s); err != nil {
		return fmt.Errorf("%d messages by %s are told, and would be told again: %w", due.Total, due.To, err)
	}
	return nil
}

// due reports whether it is time to tell. Where the operator has taken the quiet hours or the digest away, it is.
func (g *Gate) due(family string, what gathered) bool {
	now := g.Now()
	switch family {
	case schema.Quiet:
		if g.Quiet == nil {
			return true
		}
		_, quiet := quietUntil(*g.Quiet, now)
		return !quiet
	case schema.Digest:
		return g.Digest == nil || !digestAfter(*g.Digest, what.From).After(now)
	}
	return what.Grave >= detect.Critical || now.Sub(what.From) >= lull
}

// gather moves the held messages of a family into what is gathered, and returns that. What could not be moved as a whole is
// left out, since telling it now could tell some of it twice.
func (g *Gate) gather(ctx context.Context, family string) ([]ledger.Slot, error) {
	for {
		slots, err := g.Store.Slots(ctx, family)
		if err != nil {
			return nil, err
		}
		ready, messages := split(slots)
		for to, list := range messages {
			s, err := g.collect(ctx, family, ready[to], to, list)
			if err != nil {
				delete(ready, to) // it is told the next time
				return values(ready), err
			}
			ready[to] = s
		}
		if len(slots) < ledger.MaxSlots || len(messages) == 0 {
			return values(ready), nil
		}
	}
}

// A message that is held, with its slot.
type slotted struct {
	held
	slot ledger.Slot
}

// split tells what is gathered from what is held, both by the way of telling. A held message that nobody can read is held for
// nobody known; it is counted all the same.
func split(slots []ledger.Slot) (ready map[To]ledger.Slot, messages map[To][]slotted) {
	ready, messages = map[To]ledger.Slot{}, map[To][]slotted{}
	for _, s := range slots {
		if !strings.HasPrefix(s.Key, heldKey) {
			var known gathered
			_ = json.Unmarshal(s.Value, &known) // flush says what is wrong with it
			ready[known.To] = s
			continue
		}
		var h held
		if err := json.Unmarshal(s.Value, &h); err != nil {
			h = held{Title: "A message that cannot be read"}
		}
		messages[h.To] = append(messages[h.To], slotted{h, s})
	}
	return ready, messages
}

// collect adds held messages to what is gathered of a way of telling, and then lets go of them: in this order, so that a death
// in between leaves what the next call recognises.
func (g *Gate) collect(ctx context.Context, family string, s ledger.Slot, to To, list []slotted) (ledger.Slot, error) {
	known := gathered{To: to}
	if s.Key == "" {
		s.Key = gatheredKey + name(to)
	} else if err := json.Unmarshal(s.Value, &known); err != nil {
		return s, fmt.Errorf("what is gathered for %s cannot be read: %w", to, err)
	}
	byKey := map[string]held{}
	for _, m := range list {
		byKey[strings.TrimPrefix(m.slot.Key, heldKey)] = m.held
	}
	known.add(byKey)
	s, err := g.keep(ctx, family, s, known)
	if err != nil {
		return s, err
	}
	return s, g.drop(ctx, family, list)
}

// keep writes what is gathered. Lines that do not fit are left to the total.
func (g *Gate) keep(ctx context.Context, family string, s ledger.Slot, known gathered) (ledger.Slot, error) {
	for {
		value, err := encode(known)
		if err != nil {
			return s, err
		}
		s.Value, s.Expires = value, g.Now().Add(heldFor)
		kept, err := g.Store.PutSlot(ctx, family, s)
		if !errors.Is(err, ledger.ErrTooLarge) || len(known.Lines) == 0 {
			return kept, err
		}
		known.Lines = known.Lines[:len(known.Lines)/2]
	}
}

func (g *Gate) drop(ctx context.Context, family string, list []slotted) error {
	work, errs := make(chan ledger.Slot, len(list)), make(chan error, len(list))
	for _, m := range list {
		work <- m.slot
	}
	close(work)
	var workers sync.WaitGroup
	for range min(atOnce, len(list)) {
		workers.Go(func() {
			for s := range work {
				if err := g.Store.DropSlot(ctx, family, s); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	workers.Wait()
	close(errs)
	return <-errs // the first says enough
}

func values(m map[To]ledger.Slot) []ledger.Slot {
	out := make([]ledger.Slot, 0, len(m))
	for _, s := range m {
		out = append(out, s)
	}
	return out
}

func title(family string, total int) string {
	what := fmt.Sprintf("%d messages", total)
	if total == 1 {
		what = "1 message"
	}
	switch family {
	case schema.Quiet:
		return what + " from quiet hours"
	case schema.Digest:
		return what + " in the daily digest"
	}
	if total == 1 {
		return "1 more message"
	}
	return fmt.Sprintf("%d more messages", total)
}
