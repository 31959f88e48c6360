package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/detect"
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

// maxWait is how long a job may wait before nothing is started for it any more. A job that is redriven from a
// dead-letter queue days later meets another account than the one that was judged.
const maxWait = 6 * time.Hour

// Handle works on one job until the incident is finished. An error means that the job has to come again. With last
// set it will not come again: the incident then fails and a person is told, rather than being left half done in
// silence.
func (r *Remediator) Handle(ctx context.Context, j Job, last bool) (ledger.Incident, error) {
	return r.handle(ctx, j, last, workLease)
}

// handle is Handle that waits for others who work on the resource for as long as patience lasts.
func (r *Remediator) handle(ctx context.Context, j Job, last bool, patience time.Duration) (ledger.Incident, error) {
	in, err := r.Store.Get(ctx, j.Incident)
	if err != nil {
		return in, fmt.Errorf("job for %q: %w", j.Incident, err)
	}
	if err := r.attempt(ctx, &in, patience); err != nil {
		moved := errors.Is(err, ledger.ErrTransition) || errors.Is(err, ledger.ErrBusy) // by another, who will finish it
		stopped := ctx.Err() != nil && (!last || !errors.Is(ctx.Err(), context.DeadlineExceeded))
		if moved || stopped || !remedy.Final(err) && !last {
			return in, err
		}
		return r.GiveUp(context.WithoutCancel(ctx), in, err) // what is not told now never is
	}
	return publish(ctx, r.Store, r.Bus, in)
}

// attempt works on an incident while nobody else works on its resource.
func (r *Remediator) attempt(ctx context.Context, in *ledger.Incident, patience time.Duration) error {
	if !workable(*in) {
		return nil
	}
	err := r.exclusively(ctx, in.Finding.Group(), patience, func(ctx context.Context) error {
		now, err := r.Store.Get(ctx, in.ID) // who had it before may have ended it
		if err != nil {
			return fmt.Errorf("job for %q: %w", in.ID, err)
		}
		*in = now
		return r.try(ctx, in)
	})
	if errors.Is(err, ledger.ErrBusy) {
		return fmt.Errorf("work on %s: %w", in.Resource, err)
	}
	return err
}

// try works on an incident. A remedy that panics is an error like another: people must hear of it.
func (r *Remediator) try(ctx context.Context, in *ledger.Incident) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.ErrorContext(ctx, "remedy panicked", "incident", in.ID, "action", in.Action, "stack", string(debug.Stack()))
			err = fmt.Errorf("the remedy %s panicked: %v", in.Action, p)
		}
	}()
	return r.work(r.onBehalf(ctx, in.ID), in)
}

// work brings an incident from where it stands to an end. The journal says what a former delivery has done already.
func (r *Remediator) work(ctx context.Context, in *ledger.Incident) error {
	if !workable(*in) {
		return nil
	}
	rem, ok := r.Remedies[in.Action]
	if !ok {
		return remedy.Refuse("this deployment has no remedy %q", in.Action)
	}
	if writes(*in) {
		if err := r.allowed(ctx, *in); err != nil {
			return err
		}
	}
	if err := r.update(ctx, in, func(i *ledger.Incident) error { return i.Move(ledger.Remediating) }); err != nil {
		return err
	}
	if !planned(*in) {
		if done, err := r.plan(ctx, in, rem); done || err != nil {
			return err
		}
	}
	for n, c := range in.Changes {
		if c.State == ledger.Broken { // an escalation that died has begun
			return r.escalate(ctx, in, &remedy.Refusal{Reason: strings.TrimSuffix(c.Error, ": "+errBack.Error()), Err: errBack})
		}
		by, ok := r.Remedies[c.Action]
		if !ok {
			return remedy.Refuse("this deployment has no remedy %q", c.Action)
		}
		err := r.alsoOn(ctx, *in, c.Change, func(ctx context.Context) error { return r.hold(ctx, in, n, by) })
		if err != nil {
			return r.escalate(ctx, in, err)
		}
	}
	return r.done(ctx, in)
}

// done ends the work on an incident all of whose changes hold.
func (r *Remediator) done(ctx context.Context, in *ledger.Incident) error {
	moved := false
	err := r.update(ctx, in, func(i *ledger.Incident) error {
		moved = i.State != ledger.Remediated
		i.Times.Verified = r.Now()
		owe(i, notify.IncidentRemediated)
		return i.Move(ledger.Remediated)
	})
	if err == nil && moved {
		r.logRemediated(ctx, *in)
	}
	return err
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

// writes reports whether the account has still to be changed, rather than only read again.
func writes(in ledger.Incident) bool {
	return !planned(in) || slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return c.State == ledger.Planned })
}

// planned reports whether the journal holds what the incident's own action is to change.
func planned(in ledger.Incident) bool {
	return slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return c.Action == in.Action })
}

// allowed refuses to act while the kill switch is on, and to start what has waited too long. When the switch cannot be
// read, the job comes again.
func (r *Remediator) allowed(ctx context.Context, in ledger.Incident) error {
	if err := r.running(ctx); err != nil {
		return err
	}
	if waited := r.Now().Sub(lastWord(in)); !planned(in) && waited > maxWait {
		return remedy.Refuse("the job has waited for %s, more than %s; nothing was changed: look at the account, then approve it",
			waited.Round(time.Minute), maxWait)
	}
	return nil
}

// lastWord returns when it was last decided that something is to be done, by the policy or by a person.
func lastWord(in ledger.Incident) time.Time {
	at := in.Times.Decided
	for _, n := range in.Notes {
		if n.Text == noteApproved && n.Time.After(at) {
			at = n.Time
		}
	}
	return at
}

// running refuses to act while the kill switch is on.
func (r *Remediator) running(ctx context.Context) error {
	sw, err := r.Store.Switch(ctx)
	if err != nil {
		return fmt.Errorf("read the kill switch: %w", err)
	}
	if sw.Stopped {
		return remedy.Refuse("the kill switch is on since %s (%s: %s); nothing was changed",
			sw.At.UTC().Format(time.RFC3339), detect.Text(sw.By), detect.Text(sw.Reason))
	}
	return nil
}

// apply brings change n of the journal to verified.
func (r *Remediator) apply(ctx context.Context, in *ledger.Incident, n int, rem remedy.Remedy) error {
	if in.Changes[n].State == ledger.Planned {
		if err := r.touch(ctx, *in, n); err != nil {
			return err
		}
		if err := rem.Apply(ctx, in.Changes[n].Change); err != nil {
			return err
		}
		err := r.update(ctx, in, func(i *ledger.Incident) error {
			i.Changes[n].State, i.Changes[n].Error = ledger.Applied, ""
			if i.Changes[n].Action == i.Action && i.Changes[n].Again == 0 {
				i.Times.Acted = r.Now()
			}
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

// touch leaves marks by which the detector recognises the call that follows as Riposte's own.
func (r *Remediator) touch(ctx context.Context, in ledger.Incident, n int) error {
	c := in.Changes[n]
	own := detect.Resource{Type: detect.OwnCalls, ID: in.Account} // explains the call itself, whatever it is made on
	resources := slices.Concat([]string{in.Resource, c.Target.Type + "/" + c.Target.ID, own.String()}, keysIn(c.Before), namesOf(in, c))
	for _, resource := range slices.Compact(resources) {
		if err := r.Store.Touch(ctx, ledger.ResourceKey(in.Account, resource), in.ID, r.Now()); err != nil {
			return fmt.Errorf("mark %s as touched: %w", resource, err)
		}
	}
	return nil
}

// keysIn returns the access keys whose statuses a state holds: a change of all keys of a user is seen on each of them.
func keysIn(state json.RawMessage) []string {
	var statuses map[string]string
	if json.Unmarshal(state, &statuses) != nil {
		return nil
	}
	var out []string
	for _, id := range slices.Sorted(maps.Keys(statuses)) {
		if strings.HasPrefix(id, "AKIA") && len(out) < maxKeys {
			out = append(out, detect.Resource{Type: detect.AccessKey, ID: id}.String())
		}
	}
	return out
}

// namesOf returns the other names under which a call may name what a change is about: its ARN, and the id that AWS gave
// what was made anew.
func namesOf(in ledger.Incident, c ledger.Change) []string {
	var out []string
	if arn := in.Finding.Params[detect.ParamProviderARN]; arn != "" {
		out = append(out, c.Target.Type+"/"+arn)
	}
	var live struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(c.ReadBack, &live) == nil && live.ID != "" {
		out = append(out, c.Target.Type+"/"+live.ID)
	}
	return out
}

// maxKeys is more than the keys that a user can have.
const maxKeys = 10

// GiveUp ends an incident whose job will not come again: it records the cause and tells people.
func (r *Remediator) GiveUp(ctx context.Context, in ledger.Incident, cause error) (ledger.Incident, error) {
	gone, moved := goneMeanwhile(in, cause), false
	err := r.update(ctx, &in, func(i *ledger.Incident) error {
		moved = i.State != ledger.Failed && i.State != ledger.Resolved
		if gone {
			i.Changes = nil
			return r.resolve(i, cause.Error())
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
	switch {
	case err != nil:
		return in, errors.Join(err, cause)
	case !moved:
	case gone:
		r.logResolved(ctx, in, Loggable(cause))
	default:
		r.logFailed(ctx, in, cause)
	}
	return publish(ctx, r.Store, r.Bus, in)
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
	switch {
	case errors.Is(err, ledger.ErrTransition):
		return err
	case err != nil:
		return fmt.Errorf("record in the ledger: %w", err)
	}
	*in = stored
	return nil
}

// note is a line of Riposte's own in an incident's history.
func (r *Remediator) note(text string) ledger.Note {
	return ledger.Note{Time: r.Now(), By: "riposte", Text: text}
}
