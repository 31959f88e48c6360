package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// A Person is somebody who decides about an incident.
type Person struct {
	Name      string // for the history
	Principal string // the ARN under which they change the account, where they do
}

// Undo puts an account back to what it was before the remediation of an incident. It refuses, with a *remedy.DriftError,
// where somebody has changed the resource since: nothing is overwritten. Undo finishes what an undo that died has begun.
func (r *Remediator) Undo(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	in, err := r.Store.Get(ctx, id)
	if err != nil {
		return in, fmt.Errorf("undo %q: %w", id, err)
	}
	if in.State == ledger.Undone {
		in, err = publish(ctx, r.Store, r.Bus, in) // a former undo may have died before it told
		return in, errors.Join(fmt.Errorf("undo %s: it is undone already", id), err)
	}
	rem, ok := r.Remedies[in.Action]
	switch {
	case !ok && len(in.Changes) > 0:
		return in, fmt.Errorf("undo %s: no remedy %q here", id, in.Action)
	case ok && !rem.Action().Reversible:
		return in, fmt.Errorf("undo %s: %s cannot be undone: %s", id, in.Action, rem.Action().UndoDoc)
	}
	if err := r.beginUndo(ctx, &in, by); err != nil {
		return in, fmt.Errorf("undo %s: %w", id, err)
	}
	for n, c := range slices.Backward(in.Changes) {
		if c.State != ledger.Reverting {
			continue
		}
		if err := r.revert(ctx, &in, n, rem); err != nil {
			return r.refuseUndo(ctx, in, n, rem, err)
		}
	}
	err = r.update(ctx, &in, func(i *ledger.Incident) error {
		i.Times.Closed = r.Now()
		owe(i, notify.IncidentUndone)
		return i.Move(ledger.Undone)
	})
	if err != nil {
		return in, err
	}
	return publish(ctx, r.Store, r.Bus, in)
}

// beginUndo journals that the changes are about to be reverted.
func (r *Remediator) beginUndo(ctx context.Context, in *ledger.Incident, by Person) error {
	return r.update(ctx, in, func(i *ledger.Incident) error {
		if i.State == ledger.Undoing {
			return nil
		}
		if err := i.Move(ledger.Undoing); err != nil {
			return err
		}
		reverting := 0
		for n := range i.Changes {
			if s := i.Changes[n].State; s == ledger.Applied || s == ledger.Verified {
				i.Changes[n].State = ledger.Reverting
				reverting++
			}
		}
		if reverting == 0 {
			return errors.New("it made no change that could be undone")
		}
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: "undo"})
		return nil
	})
}

func (r *Remediator) revert(ctx context.Context, in *ledger.Incident, n int, rem remedy.Remedy) error {
	if err := r.touch(ctx, *in, n); err != nil {
		return err
	}
	if err := rem.Undo(ctx, in.Changes[n].Change); err != nil {
		return err
	}
	live, err := r.verify(ctx, rem.VerifyUndo, in.Changes[n].Change)
	if err != nil {
		return err
	}
	return r.update(ctx, in, func(i *ledger.Incident) error {
		i.Changes[n].State, i.Changes[n].ReadBack = ledger.Reverted, live
		return nil
	})
}

// refuseUndo puts an incident whose undo cannot be done back and returns the cause. Where it is not known whether change
// n has been reverted, the incident stays as it is and the undo may be repeated.
func (r *Remediator) refuseUndo(ctx context.Context, in ledger.Incident, n int, rem remedy.Remedy, cause error) (ledger.Incident, error) {
	if !remedy.Final(cause) {
		if _, err := rem.Verify(ctx, in.Changes[n].Change); err != nil {
			return in, fmt.Errorf("undo %s: %w", in.ID, cause)
		}
	}
	cause = fmt.Errorf("undo %s: %w", in.ID, cause)
	err := r.update(ctx, &in, func(i *ledger.Incident) error {
		to := i.AfterRefusedUndo()
		for n := range i.Changes {
			if i.Changes[n].State == ledger.Reverting {
				i.Changes[n].State = ledger.Verified
			}
		}
		i.Notes = append(i.Notes, r.note(cause.Error()))
		owe(i, notify.UndoFailed)
		return i.Move(to)
	})
	if err != nil {
		return in, errors.Join(cause, err)
	}
	in, err = publish(ctx, r.Store, r.Bus, in)
	return in, errors.Join(cause, err)
}
