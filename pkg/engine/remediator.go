package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// A Remediator plans, journals, applies and verifies changes, and undoes them. It alone may change accounts.
type Remediator struct {
	Remedies map[string]remedy.Remedy // by action ID
	Store    ledger.Store
	Bus      Bus
	Now      func() time.Time
	Sleep    Sleep
	Log      *slog.Logger
}

// verifyDelays are the waits before each reading of the live state. IAM is eventually consistent: a change is seen
// everywhere only after some seconds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
func verifyDelays() []time.Duration {
	return []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// Handle works on one job until the incident is finished. An error means that the job has to come again. With last
// set it will not come again: the incident then fails and a person is told, rather than being left half done in
// silence.
func (r *Remediator) Handle(ctx context.Context, j Job, last bool) (ledger.Incident, error) {
	in, err := r.Store.Get(ctx, j.Incident)
	if err != nil {
		return in, fmt.Errorf("job for %q: %w", j.Incident, err)
	}
	if err := r.work(ctx, &in); err != nil {
		if !remedy.Final(err) && !last {
			return in, fmt.Errorf("incident %s: %w", in.ID, err)
		}
		if in, err = r.fail(ctx, in, err); err != nil {
			return in, err
		}
	}
	return publish(ctx, r.Store, r.Bus, in)
}

// work brings an incident from where it stands to an end. The journal says what a former delivery has done already.
func (r *Remediator) work(ctx context.Context, in *ledger.Incident) error {
	if !workable(*in) {
		return nil
	}
	remedies, ok := r.Remedies[in.Action]
	if !ok {
		return remedy.Refuse("this deployment has no remedy %q", in.Action)
	}
	if err := r.allowed(ctx); err != nil {
		return err
	}
	if err := r.update(ctx, in, func(i *ledger.Incident) error { return i.Move(ledger.Remediating) }); err != nil {
		return err
	}
	if len(in.Changes) == 0 {
		if done, err := r.plan(ctx, in, remedies); done || err != nil {
			return err
		}
	}
	for n := range in.Changes {
		if err := r.apply(ctx, in, n, remedies); err != nil {
			return err
		}
	}
	return r.update(ctx, in, func(i *ledger.Incident) error {
		i.Times.Verified = r.Now()
		owe(i, notify.IncidentRemediated)
		return i.Move(ledger.Remediated)
	})
}

// workable reports whether a job may change anything for an incident in its present state.
func workable(in ledger.Incident) bool {
	switch in.State {
	case ledger.Open:
		return decide.Mode(in.Mode).Acts()
	case ledger.Approved, ledger.Remediating:
		return true
	default:
		return false
	}
}

// allowed refuses to act while the kill switch is on. When it cannot be read, the job comes again.
func (r *Remediator) allowed(ctx context.Context) error {
	sw, err := r.Store.Switch(ctx)
	if err != nil {
		return fmt.Errorf("read the kill switch: %w", err)
	}
	if sw.Stopped {
		return remedy.Refuse("the kill switch is on since %s (%s: %s); nothing was changed",
			sw.At.UTC().Format(time.RFC3339), sw.By, sw.Reason)
	}
	return nil
}

// plan puts the change to make into the journal. It reports done when nothing is left to do.
func (r *Remediator) plan(ctx context.Context, in *ledger.Incident, rem remedy.Remedy) (done bool, err error) {
	change, nothing, err := rem.Plan(ctx, in.Finding)
	if err != nil {
		return false, err
	}
	if change == nil {
		return true, r.update(ctx, in, func(i *ledger.Incident) error {
			i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: "riposte", Text: "nothing left to do: " + nothing})
			i.Times.Closed = r.Now()
			owe(i, notify.IncidentResolved)
			return i.Move(ledger.Resolved)
		})
	}
	return false, r.update(ctx, in, func(i *ledger.Incident) error {
		if len(i.Changes) == 0 { // another delivery may have planned it meanwhile: the first plan stands
			i.Changes = []ledger.Change{{Change: *change, State: ledger.Planned}}
		}
		return nil
	})
}

// apply brings change n of the journal to verified.
func (r *Remediator) apply(ctx context.Context, in *ledger.Incident, n int, rem remedy.Remedy) error {
	if in.Changes[n].State == ledger.Planned {
		if err := r.touch(ctx, *in); err != nil {
			return err
		}
		if err := rem.Apply(ctx, in.Changes[n].Change); err != nil {
			return err
		}
		err := r.update(ctx, in, func(i *ledger.Incident) error {
			i.Changes[n].State, i.Times.Acted = ledger.Applied, r.Now()
			return nil
		})
		if err != nil {
			return err
		}
	}
	if in.Changes[n].State != ledger.Applied {
		return nil
	}
	live, err := r.verify(ctx, rem.Verify, in.Changes[n].Change)
	if err != nil {
		return err
	}
	return r.update(ctx, in, func(i *ledger.Incident) error {
		i.Changes[n].State, i.Changes[n].ReadBack = ledger.Verified, live
		return nil
	})
}

// verify reads the live state until it is as wanted. What it reads too early is unknown rather than wrong, so a
// difference that stays is an error that may be tried again.
func (r *Remediator) verify(ctx context.Context, check func(context.Context, remedy.Change) (json.RawMessage, error),
	c remedy.Change,
) (live json.RawMessage, err error) {
	for _, wait := range verifyDelays() {
		if err := r.Sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("verify %s: %w", c.Target, err)
		}
		live, err = check(ctx, c)
		var drift *remedy.DriftError
		if err == nil || !errors.As(err, &drift) {
			return live, err
		}
	}
	return nil, fmt.Errorf("the change of %s does not hold: %s", c.Target, err) //nolint:errorlint // not a drift for Final: the next delivery reads again
}

// touch leaves a mark by which the detector recognises the call that follows as Riposte's own.
func (r *Remediator) touch(ctx context.Context, in ledger.Incident) error {
	err := r.Store.Touch(ctx, ledger.ResourceKey(in.Account, in.Resource), in.ID, r.Now())
	if err != nil {
		return fmt.Errorf("mark %s as touched: %w", in.Resource, err)
	}
	return nil
}

// fail records why an incident could not be remediated and owes people a message about it.
func (r *Remediator) fail(ctx context.Context, in ledger.Incident, cause error) (ledger.Incident, error) {
	r.Log.ErrorContext(ctx, "remediation failed", "incident", in.ID, "action", in.Action, "err", cause)
	gone := goneMeanwhile(in, cause)
	err := r.update(ctx, &in, func(i *ledger.Incident) error {
		if gone {
			i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: "riposte", Text: "nothing left to do: " + cause.Error()})
			i.Times.Closed = r.Now()
			owe(i, notify.IncidentResolved)
			return i.Move(ledger.Resolved)
		}
		for n := range i.Changes {
			if i.Changes[n].State == ledger.Planned || i.Changes[n].State == ledger.Applied {
				i.Changes[n].Error = cause.Error()
			}
			if i.Changes[n].State == ledger.Planned {
				i.Changes[n].State = ledger.Broken
			}
		}
		i.Error = cause.Error()
		owe(i, notify.RemediationFailed)
		return i.Move(ledger.Failed)
	})
	return in, err
}

// goneMeanwhile reports whether the resource vanished between planning and applying: the risk is gone with it.
func goneMeanwhile(in ledger.Incident, cause error) bool {
	var drift *remedy.DriftError
	if !errors.As(cause, &drift) || drift.Live != nil {
		return false
	}
	for _, c := range in.Changes {
		if c.State != ledger.Planned {
			return false
		}
	}
	return true
}

// update edits the incident in the ledger and takes over what was stored.
func (r *Remediator) update(ctx context.Context, in *ledger.Incident, change func(*ledger.Incident) error) error {
	stored, err := r.Store.Update(ctx, in.ID, change)
	if err != nil {
		return fmt.Errorf("record in the ledger: %w", err)
	}
	*in = stored
	return nil
}
