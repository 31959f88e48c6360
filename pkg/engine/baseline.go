package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// remember keeps the state that an event left behind, where every rule calls it harmless: a later change of the same can be
// put back to it. What an archive replays was so then and need not be so now.
func (d *Detector) remember(ctx context.Context, ev *cloudtrail.Event, findings []detect.Finding) error {
	for _, f := range findings {
		if f.Severity > detect.Info || f.Unjudged != "" {
			return nil
		}
	}
	if d.untrusted(ev) != "" {
		return nil
	}
	var errs []error
	for _, s := range d.Index.Good(ev) {
		key := ledger.BaselineKey(ev.Account, ev.Region, s.Aspect, s.Key())
		err := d.Store.Remember(ctx, key, ledger.Baseline{State: s.State, At: ev.Time, By: ev.DedupeID()})
		if err != nil && !errors.Is(err, ledger.ErrTooLarge) { // too large to keep: nobody will know, and nothing is guessed
			errs = append(errs, fmt.Errorf("remember the %s of %s: %w", s.Aspect, s.Resource, err))
		}
	}
	return errors.Join(errs...)
}

// known returns what the ledger remembers of the time before a finding's event.
func (r *Remediator) known(f detect.Finding) remedy.Known {
	return func(ctx context.Context, aspect string, t remedy.Target) (json.RawMessage, bool, error) {
		name := cmp.Or(t.Params[detect.ParamPolicyName], t.Params[detect.ParamPart])
		key := ledger.BaselineKey(t.Account, t.Region, aspect, detect.AspectKey(t.Type, t.Parent, t.ID, name))
		b, err := r.Store.Remembered(ctx, key, f.Event.Time)
		if errors.Is(err, ledger.ErrNotFound) {
			return nil, false, nil
		}
		return b.State, err == nil, err
	}
}
