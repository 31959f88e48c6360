package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
)

// ends returns when a containment ends by itself, and false for what is none, or waits for ever.
func (s Silence) ends(in ledger.Incident) (time.Time, bool) {
	since := in.Times.Verified
	if in.State != ledger.Remediated || decide.Mode(in.Mode) != decide.Contain || s.After <= 0 || since.IsZero() {
		return time.Time{}, false
	}
	return since.Add(s.After), true
}

// remindBefore is how long before its end people are reminded of a containment: a quarter of the time, an hour at the least,
// but never more than half of it.
func (s Silence) remindBefore() time.Duration { return min(max(s.After/4, time.Hour), s.After/2) }

// A waiting containment has to be reminded of.
type waiting struct {
	Due    int64     `json:"due"`    // of the message that told of it
	Remind time.Time `json:"remind"` // when
	End    time.Time `json:"end"`
}

// await notes a containment that people are told of, so that a tick reminds them. It is noted before they are told: who dies in
// between is called again.
func (n *Notifications) await(ctx context.Context, m notify.Message) error {
	if n.Gate == nil || m.DetailType != notify.IncidentRemediated || m.Deadline.IsZero() || !m.Deadline.After(n.Now()) {
		return nil
	}
	slot, err := n.Store.Slot(ctx, schema.Waiting, m.Incident.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("note that %s waits: %w", m.Incident.ID, err)
	}
	var known waiting
	if slot.Version != 0 && json.Unmarshal(slot.Value, &known) == nil && known.Due >= m.Due {
		return nil
	}
	slot.Key, slot.Expires = m.Incident.ID, m.Deadline.Add(24*time.Hour)
	slot.Value, err = json.Marshal(waiting{Due: m.Due, Remind: m.Deadline.Add(-n.Silence.remindBefore()), End: m.Deadline})
	if err == nil {
		_, err = n.Store.PutSlot(ctx, schema.Waiting, slot)
	}
	if err != nil && !errors.Is(err, ledger.ErrConflict) { // another delivery of the same message
		return fmt.Errorf("note that %s waits: %w", m.Incident.ID, err)
	}
	return nil
}

// remind tells of every containment that still waits, once, when its time is nearly over.
func (n *Notifications) remind(ctx context.Context) error {
	if n.Silence.After <= 0 {
		return nil
	}
	slots, err := n.Store.Slots(ctx, schema.Waiting)
	if err != nil {
		return fmt.Errorf("list what waits for a person: %w", err)
	}
	var errs []error
	for _, s := range slots {
		if err := n.remindOf(ctx, s); err != nil {
			errs = append(errs, fmt.Errorf("remind of %s: %w", s.Key, err))
		}
	}
	return errors.Join(errs...)
}

func (n *Notifications) remindOf(ctx context.Context, s ledger.Slot) error {
	var w waiting
	if err := json.Unmarshal(s.Value, &w); err != nil {
		return fmt.Errorf("what is noted cannot be read: %w", err)
	}
	now := n.Now()
	if now.Before(w.Remind) {
		return nil
	}
	in, known, err := found(n.Store.Get(ctx, s.Key))
	if err != nil {
		return err
	}
	if end, waits := n.Silence.ends(in); known && waits && now.Before(end) {
		m := notify.Message{DetailType: notify.IncidentReminder, Due: w.Due, Incident: forBus(in)}
		if err := n.Handle(ctx, m); err != nil {
			return err
		}
	}
	if err := n.Store.DropSlot(ctx, schema.Waiting, s); err != nil && !errors.Is(err, ledger.ErrConflict) { // it waits anew
		return err
	}
	return nil
}
