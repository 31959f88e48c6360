package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
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
	return r.undo(ctx, id, by, false, workLease)
}

// ForceUndo is Undo for somebody who has seen what changed since and wants the state before the remediation all the same.
// What it overwrites goes into the journal first.
func (r *Remediator) ForceUndo(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	return r.undo(ctx, id, by, true, workLease)
}

// undo undoes while nobody else works on the resource, for which it waits for as long as patience lasts.
func (r *Remediator) undo(ctx context.Context, id string, by Person, force bool, patience time.Duration) (in ledger.Incident, err error) {
	if in, err = r.Store.Get(ctx, id); err != nil {
		return in, fmt.Errorf("undo %q: %w", id, err)
	}
	err = r.exclusively(ctx, in.Finding.Group(), patience, func(ctx context.Context) error {
		in, err = r.undoNow(r.onBehalf(ctx, id), id, by, force)
		return err
	})
	if errors.Is(err, ledger.ErrBusy) {
		err = fmt.Errorf("undo %s: work on %s: %w", id, in.Resource, err)
	}
	return in, err
}

func (r *Remediator) undoNow(ctx context.Context, id string, by Person, force bool) (ledger.Incident, error) {
	in, err := r.Store.Get(ctx, id)
	if err != nil {
		return in, fmt.Errorf("undo %q: %w", id, err)
	}
	if in.State == ledger.Undone {
		in, err = publish(ctx, r.Store, r.Bus, in) // a former undo may have died before it told
		return in, errors.Join(fmt.Errorf("undo %s: it is undone already", id), err)
	}
	if err := r.undoable(in); err != nil {
		return in, fmt.Errorf("undo %s: %w", id, err)
	}
	if force {
		if err := r.acceptLive(ctx, &in, by); err != nil {
			return in, fmt.Errorf("undo %s: %w", id, err)
		}
	}
	if err := r.beginUndo(ctx, &in, by); err != nil {
		return in, fmt.Errorf("undo %s: %w", id, err)
	}
	for n, c := range slices.Backward(in.Changes) {
		if c.State != ledger.Reverting {
			continue
		}
		rem := r.Remedies[c.Action]
		err := r.alsoOn(ctx, in, c.Change, func(ctx context.Context) error { return r.revert(ctx, &in, n, rem) })
		if errors.Is(err, ledger.ErrBusy) {
			return in, err
		}
		if err != nil {
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
	r.logClosed(ctx, in)
	return publish(ctx, r.Store, r.Bus, in)
}

// undoable reports what keeps the changes of an incident from being undone at all.
func (r *Remediator) undoable(in ledger.Incident) error {
	for _, c := range in.Changes {
		rem, ok := r.Remedies[c.Action]
		switch {
		case !ok:
			return fmt.Errorf("no remedy %q here", c.Action)
		case !rem.Action().Reversible:
			return fmt.Errorf("%s cannot be undone: %s", c.Action, rem.Action().UndoDoc)
		}
	}
	return nil
}

// acceptLive makes the live state of each change that stands the one that undo starts from. The journal keeps what it
// said before in a note.
func (r *Remediator) acceptLive(ctx context.Context, in *ledger.Incident, by Person) error {
	for n, c := range in.Changes {
		if c.State != ledger.Applied && c.State != ledger.Verified && c.State != ledger.Reverting {
			continue
		}
		rem := r.Remedies[c.Action]
		if _, err := rem.VerifyUndo(ctx, c.Change); err == nil {
			continue // an undo that died has done it, and the journal still knows what it undid
		}
		_, err := rem.Verify(ctx, c.Change)
		var drift *remedy.DriftError
		switch {
		case err == nil:
			continue
		case !errors.As(err, &drift) || drift.Live == nil:
			return err
		}
		err = r.update(ctx, in, func(i *ledger.Incident) error {
			i.Changes[n].After = drift.Live
			text := detect.Line(fmt.Sprintf("undo is forced over what changed since on %s: %s", c.Target, strings.Join(differences(drift), "; ")), maxNote)
			i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: text})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// differences says in words how the live state differs from the one that was expected.
func differences(drift *remedy.DriftError) []string {
	if len(drift.Differs) > 0 {
		return drift.Differs
	}
	if diff := remedy.Differences(drift.Want, drift.Live); len(diff) > 0 {
		return diff
	}
	return []string{fmt.Sprintf("expected %s, found %s", drift.Want, drift.Live)}
}

// maxNote is how many characters a note has at the most.
const maxNote = 1024

// noteUndo is the line of an incident's history that an undo leaves.
const noteUndo = "undo"

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
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: noteUndo})
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
