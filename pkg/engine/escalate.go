package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// containment returns what a finding says as one about the user or role that acted, with the action that contains it. It
// reports false where nobody can be contained.
func containment(f detect.Finding) (detect.Finding, bool) {
	arn := f.Actor.ARN
	if f.Actor.Role != "" {
		arn = f.Actor.Role
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[4] != f.Event.Account {
		return f, false // another account's principal is not ours to contain
	}
	kind, name, _ := strings.Cut(parts[5], "/")
	f.Params = nil
	switch kind {
	case "user":
		f.Resource = detect.Resource{Type: detect.User, ID: lastPart(name)}
		f.Actions = []string{actions.QuarantineUser().ID}
	case "role":
		f.Resource = detect.Resource{Type: detect.Role, ID: lastPart(name)}
		f.Actions = []string{actions.QuarantineRole().ID}
	default:
		return f, false
	}
	return f, f.Resource.ID != ""
}

// escalation returns the action that contains the actor of a finding, where the policy would let Riposte do that at once:
// the remediator takes it when what it reversed keeps coming back. Whoever Riposte itself runs as is never contained, nor
// anybody while that is not known.
func (d *Detector) escalation(ctx context.Context, f detect.Finding, facts decide.Facts) string {
	actor, ok := containment(f)
	if !ok || d.Policy.Own(f.Actor) {
		return ""
	}
	if d.Caller != nil {
		self, err := d.Caller(ctx)
		if err != nil || self == "" || isActor(self, f.Actor) {
			return ""
		}
	}
	facts.CameBack = true
	if decision := d.Policy.Decide(actor, facts); decision.Mode.Acts() {
		return decision.Action
	}
	return ""
}

// isActor reports whether an ARN is that of the user or role that acted. What contains a role contains all its sessions.
func isActor(arn string, a detect.Actor) bool {
	return arn != "" && principalNode(arn) == principalNode(cmp.Or(a.Role, a.ARN))
}

// contain reports what speaks against containing the actor of an incident: somebody else may have made again what was
// reversed, or somebody who works on the incident acts with the same credentials.
func (r *Remediator) contain(ctx context.Context, in ledger.Incident) error {
	for _, n := range in.Notes {
		if isActor(n.Principal, in.Finding.Actor) {
			return fmt.Errorf("nobody is contained: %s works on the incident under the principal that made the change", detect.Text(n.By))
		}
	}
	if decided := r.Now().Sub(in.Times.Decided); decided > maxWait {
		return fmt.Errorf("nobody is contained: that it may be done was decided %s ago, more than %s", decided.Round(time.Minute), maxWait)
	}
	again, err := r.madeAgain(ctx, in)
	switch {
	case err != nil:
		return fmt.Errorf("nobody is contained: %w", err)
	case !again:
		return errors.New("nobody is contained: no event shows yet that the same principal made it again")
	}
	return nil
}

// escalate contains the actor of an incident whose change came back again after it was reversed, where an event shows that
// it was they who made it again. The incident fails all the same, because the risky change stands: people have to look.
func (r *Remediator) escalate(ctx context.Context, in *ledger.Incident, cause error) error {
	actor, ok := containment(in.Finding)
	rem := r.Remedies[in.Escalation]
	if !ok || rem == nil || !errors.Is(cause, errBack) {
		return cause
	}
	if err := r.running(ctx); err != nil { // it may have been stopped while the change was watched
		return errors.Join(cause, err)
	}
	if last := in.Changes[len(in.Changes)-1]; last.Action != in.Escalation {
		if err := r.planContainment(ctx, in, actor, rem, cause); err != nil {
			return err
		}
	}
	n := len(in.Changes) - 1
	err := r.alsoOn(ctx, *in, in.Changes[n].Change, func(ctx context.Context) error { return r.apply(ctx, in, n, rem) })
	if err != nil {
		if remedy.Final(err) {
			return errors.Join(cause, err)
		}
		return err
	}
	return r.update(ctx, in, func(i *ledger.Incident) error {
		i.Error = detect.Line(cause.Error()+"; the caller is contained instead: "+i.Changes[n].Summary, maxNote)
		owe(i, notify.RemediationFailed)
		return i.Move(ledger.Failed)
	})
}

// planContainment puts the containment of an incident's actor into the journal.
func (r *Remediator) planContainment(ctx context.Context, in *ledger.Incident, actor detect.Finding, rem remedy.Remedy, cause error) error {
	if why := r.contain(ctx, *in); why != nil {
		return fmt.Errorf("%w; %w", cause, why)
	}
	change, nothing, err := rem.Plan(ctx, actor, r.known(actor))
	if err != nil || change == nil {
		return errors.Join(cause, err, nothingLeft(nothing))
	}
	return r.update(ctx, in, func(i *ledger.Incident) error {
		for c := range i.Changes {
			if i.Changes[c].State == ledger.Applied || i.Changes[c].State == ledger.Planned {
				i.Changes[c].State, i.Changes[c].Error = ledger.Broken, cause.Error()
			}
		}
		i.Changes = append(i.Changes, ledger.Change{Change: *change, State: ledger.Planned})
		i.Notes = append(i.Notes, r.note(fmt.Sprintf("what was reversed came back again; %s", change.Summary)))
		return nil
	})
}

func nothingLeft(nothing string) error {
	if nothing == "" {
		return nil
	}
	return errors.New(nothing)
}
