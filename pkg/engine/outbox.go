package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// busSteps is how many steps of a chain a message carries: the bus takes 256 KB, and people read fewer.
const busSteps = 20

// publish empties an incident's outbox. A message leaves the outbox only after the bus has taken it, so that a death
// in between repeats the message rather than loses it; receivers know messages by their key.
func publish(ctx context.Context, store ledger.Store, bus Bus, in ledger.Incident) (ledger.Incident, error) {
	for len(in.Outbox) > 0 {
		owed := in.Outbox[0]
		m := notify.Message{DetailType: owed.DetailType, Due: owed.Version, Incident: forBus(in)}
		if err := bus.Publish(ctx, m); err != nil {
			return in, fmt.Errorf("publish %q of %s: %w", owed.DetailType, in.ID, err)
		}
		updated, err := store.Update(ctx, in.ID, func(i *ledger.Incident) error {
			i.Outbox = slices.DeleteFunc(i.Outbox, func(o ledger.Owed) bool { return o == owed })
			return nil
		})
		if err != nil {
			return in, fmt.Errorf("clear %q from the outbox of %s: %w", owed.DetailType, in.ID, err)
		}
		in = updated
	}
	return in, nil
}

// owesOpened reports whether people have still to be told that an incident was opened.
func owesOpened(in ledger.Incident) bool {
	return slices.ContainsFunc(in.Outbox, func(o ledger.Owed) bool { return o.DetailType == notify.IncidentOpened })
}

// renew gives the message that an incident was opened another key, where it is still owed: one that a process has published
// meanwhile without having cleared it does not tell what this one does.
func renew(in *ledger.Incident) {
	for n := range in.Outbox {
		if in.Outbox[n].DetailType == notify.IncidentOpened {
			in.Outbox[n].Version = in.Version + 1
		}
	}
}

// forBus leaves out of an incident what only the ledger needs.
func forBus(in ledger.Incident) ledger.Incident {
	in.Outbox = nil
	if in.Chain != nil {
		recent := in.Chain.Recent(busSteps)
		in.Chain = &recent
	}
	return in
}

// owe puts a message into the outbox of an incident that is being written.
func owe(in *ledger.Incident, detailType string) {
	in.Outbox = append(in.Outbox, ledger.Owed{DetailType: detailType, Version: in.Version + 1})
}

// found reports whether an incident exists, separating absence from failure.
func found(in ledger.Incident, err error) (ledger.Incident, bool, error) {
	if errors.Is(err, ledger.ErrNotFound) {
		return in, false, nil
	}
	return in, err == nil, err
}
