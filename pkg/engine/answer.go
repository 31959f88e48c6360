package engine

import (
	"context"
	"fmt"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// Approve lets Riposte act on an incident that it asked about, and acts.
func (r *Remediator) Approve(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	in, err := r.answer(ctx, id, by, "approved", ledger.Approved, "")
	if err != nil {
		return in, err
	}
	return r.Handle(ctx, Job{Incident: id, Group: in.Finding.Group()}, true)
}

// Dismiss closes an incident without a change.
func (r *Remediator) Dismiss(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	return r.answer(ctx, id, by, "dismissed", ledger.Dismissed, notify.IncidentDismissed)
}

// Keep closes a remediated incident: what was changed stays.
func (r *Remediator) Keep(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	return r.answer(ctx, id, by, "kept", ledger.Kept, notify.IncidentKept)
}

// answer records a person's decision. Repeating it is no error.
func (r *Remediator) answer(ctx context.Context, id string, by Person, verb string, to ledger.State, message string,
) (ledger.Incident, error) {
	in, err := r.Store.Update(ctx, id, func(i *ledger.Incident) error {
		if i.State == to {
			return nil
		}
		if err := i.Move(to); err != nil {
			return err
		}
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: verb})
		if message != "" {
			i.Times.Closed = r.Now()
			owe(i, message)
		}
		return nil
	})
	if err != nil {
		return in, fmt.Errorf("%s %q: %w", verb, id, err)
	}
	return publish(ctx, r.Store, r.Bus, in)
}
