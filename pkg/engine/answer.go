package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// Approve lets Riposte act on an incident that it asked about, try once more on one that failed, or make the change again of
// one that was undone, and acts. Repeating it finishes what an approval that died has begun.
func (r *Remediator) Approve(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	if err := r.running(ctx); err != nil {
		return ledger.Incident{}, fmt.Errorf("approve %q: %w", id, err)
	}
	in, err := r.Store.Update(ctx, id, func(i *ledger.Incident) error {
		if underWay(*i) && approved(*i) {
			return nil
		}
		if err := i.Move(ledger.Approved); err != nil {
			return err
		}
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: noteApproved})
		r.again(i)
		return nil
	})
	if err != nil {
		return in, fmt.Errorf("approve %q: %w", id, err)
	}
	return r.Handle(ctx, Job{Incident: id, Group: in.Finding.Group()}, true)
}

// noteApproved is the line of an incident's history that an approval leaves.
const noteApproved = "approved"

// underWay reports whether an approval has not come to its end, or has just done so.
func underWay(in ledger.Incident) bool {
	return slices.Contains([]ledger.State{ledger.Approved, ledger.Remediating, ledger.Remediated, ledger.Resolved}, in.State)
}

// approved reports whether somebody has approved the incident already, whose approval is then to be finished.
func approved(in ledger.Incident) bool {
	return slices.ContainsFunc(in.Notes, func(n ledger.Note) bool { return n.Text == noteApproved })
}

// again readies the journal of an incident that failed for another try: a change that was made but did not hold is made
// again from where the journal says, and one that was never made is planned anew.
func (r *Remediator) again(i *ledger.Incident) {
	i.Times.Closed = time.Time{}
	if i.Error != "" {
		i.Notes = append(i.Notes, r.note("failed before: "+i.Error))
		i.Error = ""
	}
	kept := i.Changes[:0]
	for _, c := range i.Changes {
		if c.State == ledger.Reverted && c.Action != i.Action {
			continue // who undid a containment of the caller does not ask for it by approving the incident's own action
		}
		if c.State == ledger.Applied || c.State == ledger.Reverted {
			c.State, c.ReadBack, c.Again = ledger.Planned, nil, 0
		}
		if c.State != ledger.Broken {
			kept = append(kept, c)
		}
	}
	i.Changes = kept
}

// Dismiss closes an incident without a change.
func (r *Remediator) Dismiss(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	return r.close(ctx, id, by, "dismissed", ledger.Dismissed, notify.IncidentDismissed)
}

// Keep closes a remediated incident: what was changed stays.
func (r *Remediator) Keep(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	return r.close(ctx, id, by, "kept", ledger.Kept, notify.IncidentKept)
}

// close records a person's decision that ends an incident. Repeating it is no error.
func (r *Remediator) close(ctx context.Context, id string, by Person, verb string, to ledger.State, message string,
) (ledger.Incident, error) {
	moved := false
	in, err := r.Store.Update(ctx, id, func(i *ledger.Incident) error {
		if moved = i.State != to; !moved {
			return nil
		}
		if err := i.Move(to); err != nil {
			return err
		}
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: verb})
		i.Times.Closed = r.Now()
		owe(i, message)
		return nil
	})
	if err != nil {
		return in, fmt.Errorf("record %q as %s: %w", id, verb, err)
	}
	if moved {
		r.logClosed(ctx, in)
	}
	return publish(ctx, r.Store, r.Bus, in)
}
