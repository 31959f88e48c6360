package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
)

// A Silence says what becomes of a containment about which nobody decides.
type Silence struct {
	After time.Duration // from the verified change; 0 for never
	Undo  bool          // undo it rather than keep it
}

// Bounds of one round of settling.
const (
	settleBatch = 10_000              // incidents of one state that it looks at
	settleReach = 30 * 24 * time.Hour // how long after its time has come a containment may still be settled
	deathGrace  = 15 * time.Minute    // how long an undo or an approval may take before it is taken for dead; no process lives longer
)

// Settle keeps or undoes the containments that have waited for a person for too long. It also finishes every undo and every
// approval that died on its way, whoever began it, and tells what somebody who died had still to tell. It returns the
// incidents that it brought to an end. One that cannot be settled does not keep the others from it.
func (r *Remediator) Settle(ctx context.Context, s Silence) ([]ledger.Incident, error) {
	riposte := Person{Name: fmt.Sprintf("riposte, since nobody decided within %s", s.After)}
	var settled []ledger.Incident
	var errs []error
	for _, state := range []ledger.State{
		ledger.Undoing, ledger.Approved, ledger.Remediating, ledger.Remediated, ledger.Undone, ledger.Kept, ledger.Dismissed, ledger.Failed,
	} {
		list, err := r.Store.List(ctx, ledger.Query{
			State: state, Limit: settleBatch, Since: r.Now().Add(-max(s.After, 0) - settleReach),
		})
		if err != nil {
			return settled, errors.Join(append(errs, fmt.Errorf("list the incidents that are %s: %w", state, err))...)
		}
		for _, in := range list {
			done, err := r.settleOne(ctx, in, s, riposte)
			switch {
			case err != nil:
				errs = append(errs, err)
			case done != nil:
				settled = append(settled, *done)
			}
		}
	}
	return settled, errors.Join(errs...)
}

// settleOne does what one incident needs, and returns it where that brought it to an end.
func (r *Remediator) settleOne(ctx context.Context, in ledger.Incident, s Silence, by Person) (*ledger.Incident, error) {
	end := r.Keep
	switch {
	case in.State == ledger.Undoing && r.Now().Sub(lastUndo(in)) < deathGrace:
		return nil, nil
	case in.State == ledger.Undoing:
		end = r.undoUnlessStopped
	case in.State == ledger.Approved || in.State == ledger.Remediating:
		if since := r.Now().Sub(lastWord(in)); !approved(in) || since < deathGrace || since > maxWait {
			return nil, nil // the queue brings what no person approved, and what is too old is for people
		}
		end = r.finishUnlessStopped
	case !waits(in, s, r.Now()), s.Undo && tried(in, by):
		_, err := publish(ctx, r.Store, r.Bus, in)
		return nil, err
	case s.Undo:
		end = r.undoUnlessStopped
	}
	done, err := end(ctx, in.ID, by)
	if err != nil {
		return nil, err
	}
	return &done, nil
}

// waits reports whether an incident is a containment about which nobody has decided in time. One that does not say since when
// it holds is left to people.
func waits(in ledger.Incident, s Silence, now time.Time) bool {
	since := in.Times.Verified
	return in.State == ledger.Remediated && decide.Mode(in.Mode) == decide.Contain && s.After > 0 && !since.IsZero() && now.Sub(since) >= s.After
}

// undoUnlessStopped undoes, unless the kill switch is on: what nobody asked for now has to wait then. What somebody else works on
// is left for the next round, so that it does not keep the others waiting.
func (r *Remediator) undoUnlessStopped(ctx context.Context, id string, by Person) (ledger.Incident, error) {
	if err := r.running(ctx); err != nil {
		return ledger.Incident{}, fmt.Errorf("undo %s: %w", id, err)
	}
	return r.undo(ctx, id, by, false, 0)
}

// finishUnlessStopped finishes an approval. What fails now does not come again.
func (r *Remediator) finishUnlessStopped(ctx context.Context, id string, _ Person) (ledger.Incident, error) {
	if err := r.running(ctx); err != nil {
		return ledger.Incident{}, fmt.Errorf("finish %s: %w", id, err)
	}
	return r.handle(ctx, Job{Incident: id}, true, 0)
}

// lastUndo returns when an undo of an incident was begun, or the zero time.
func lastUndo(in ledger.Incident) time.Time {
	var at time.Time
	for _, n := range in.Notes {
		if n.Text == noteUndo {
			at = n.Time
		}
	}
	return at
}

// tried reports whether somebody has begun to undo an incident before. People were told why that was refused, once.
func tried(in ledger.Incident, by Person) bool {
	return slices.ContainsFunc(in.Notes, func(n ledger.Note) bool { return n.By == by.Name && n.Text == noteUndo })
}
