package engine

import (
	"context"
	"fmt"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// plan puts the change to make into the journal. It reports done when nothing is left to do.
func (r *Remediator) plan(ctx context.Context, in *ledger.Incident, rem remedy.Remedy) (done bool, err error) {
	change, nothing, err := r.settled(ctx, in.Finding, rem)
	if err != nil {
		return false, err
	}
	if change == nil {
		err := r.update(ctx, in, func(i *ledger.Incident) error { return r.resolve(i, nothing) })
		if err == nil {
			r.logResolved(ctx, *in, nothing)
		}
		return true, err
	}
	return false, r.update(ctx, in, func(i *ledger.Incident) error {
		if !planned(*i) { // another delivery may have planned it meanwhile: the first plan stands
			i.Changes = append(i.Changes, ledger.Change{Change: *change, State: ledger.Planned})
		}
		return nil
	})
}

// young is how old an event may be for a reading of the account not to show it yet.
const young = 30 * time.Second

// settled plans the change. That nothing is left to do is believed at once where the event has had time to be seen
// everywhere; soon after it, only when several readings agree.
func (r *Remediator) settled(ctx context.Context, f detect.Finding, rem remedy.Remedy) (c *remedy.Change, nothing string, err error) {
	for _, wait := range verifyDelays() {
		if err := r.Sleep(ctx, wait); err != nil {
			return nil, "", fmt.Errorf("plan %s: %w", f.Resource, err)
		}
		c, nothing, err = rem.Plan(ctx, f, r.known(f))
		if c != nil || err != nil || r.Now().Sub(f.Event.Time) > young {
			break
		}
	}
	return c, nothing, err
}

// resolve closes an incident about which nothing is left to do.
func (r *Remediator) resolve(i *ledger.Incident, why string) error {
	if err := i.Move(ledger.Resolved); err != nil {
		return err
	}
	i.Notes = append(i.Notes, r.note("nothing left to do: "+why))
	i.Times.Closed = r.Now()
	owe(i, notify.IncidentResolved)
	return nil
}
