package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// byIncident marks the baselines that a risky event left: what became of the incident says whether they are good.
const byIncident = "incident/"

// remember keeps the state that an event left behind. Where every rule calls it harmless, a later change of the same can be
// put back to it. Where one does not, people may still keep it: then it is what a later change has to be put back to, and
// its incident says so. What an archive replays was so then and need not be so now. opened are the incidents of the
// findings; what nobody wants to be told of has none.
func (d *Detector) remember(ctx context.Context, ev *cloudtrail.Event, findings []detect.Finding, opened []ledger.Incident) error {
	if d.untrusted(ev) != "" {
		return nil
	}
	by := ev.DedupeID()
	for _, f := range findings {
		n := slices.IndexFunc(opened, func(in ledger.Incident) bool { return in.ID == f.Incident() })
		if n < 0 || f.Rate != nil {
			continue
		}
		mode := decide.Mode(opened[n].Mode)
		risky := f.Severity > detect.Low || f.Unjudged != "" || mode.Acts() || mode == decide.Ask // what is reversed is not good, however low
		if risky {
			by = byIncident + f.Incident()
			break
		}
	}
	var errs []error
	for _, s := range d.Index.Good(ev) {
		key := ledger.BaselineKey(ev.Account, ev.Region, s.Aspect, s.Key())
		err := d.Store.Remember(ctx, key, ledger.Baseline{State: s.State, At: ev.Time, By: by})
		if err != nil && !errors.Is(err, ledger.ErrTooLarge) { // too large to keep: nobody will know, and nothing is guessed
			errs = append(errs, fmt.Errorf("remember the %s of %s: %w", s.Aspect, s.Resource, err))
		}
	}
	return errors.Join(errs...)
}

// known returns what the ledger remembers of the time before a finding's event: the last state that was harmless, or that
// people kept although it was not. Where the order of what happened, or what became of it, is not known, nobody knows.
func (r *Remediator) known(f detect.Finding) remedy.Known {
	return func(ctx context.Context, aspect string, t remedy.Target) (json.RawMessage, bool, error) {
		name := cmp.Or(t.Params[detect.ParamPolicyName], t.Params[detect.ParamPart])
		key := ledger.BaselineKey(t.Account, t.Region, aspect, detect.AspectKey(t.Type, t.Parent, t.ID, name))
		alone, err := r.alone(ctx, key, f.Event)
		if err != nil || !alone {
			return nil, false, err
		}
		var after []json.RawMessage // what reversals since have left there
		for before := f.Event.Time; ; {
			b, err := r.Store.Remembered(ctx, key, before)
			if errors.Is(err, ledger.ErrNotFound) {
				return nil, false, nil
			}
			if err != nil {
				return nil, false, err
			}
			became, in, err := r.became(ctx, b, f.Event)
			switch {
			case err != nil:
				return nil, false, err
			case became == doubtful, b.Contested, string(b.State) == "null": // an event that does not show what it left
				return nil, false, nil
			case became == harmless && flagged(aspect, t, b.State):
				return nil, false, nil
			case became == harmless, became == stood:
				return b.State, leftBy(after, b.State, t.Params[detect.ParamPart]), nil
			case became == putBack:
				after = append(after, statesAfter(in)...)
			}
			before = b.At
		}
	}
}

// alone reports whether nothing else is remembered of the moment of an event: CloudTrail dates events to the second, and
// which of two came first cannot be told.
func (r *Remediator) alone(ctx context.Context, key string, e detect.EventRef) (bool, error) {
	b, err := r.Store.Remembered(ctx, key, e.Time.Add(1))
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return true, nil
	case err != nil:
		return false, err
	case b.At.Before(e.Time):
		return true, nil
	case b.Contested:
		return false, nil
	}
	id, risky := strings.CutPrefix(b.By, byIncident)
	if !risky {
		return b.By == e.ID, nil
	}
	in, known, err := found(r.Store.Get(ctx, id))
	return known && in.Finding.Event.ID == e.ID, err
}

// became says what became of a state that is remembered, and of which incident, before an event.
func (r *Remediator) became(ctx context.Context, b ledger.Baseline, e detect.EventRef) (fate, ledger.Incident, error) {
	id, risky := strings.CutPrefix(b.By, byIncident)
	if !risky {
		return harmless, ledger.Incident{}, nil
	}
	in, known, err := found(r.Store.Get(ctx, id))
	if err != nil || !known {
		return doubtful, in, err
	}
	if !in.ExceptionEnds.IsZero() && !r.Now().Before(in.ExceptionEnds) {
		return doubtful, in, nil // nobody vouches for it any more
	}
	return fateOf(in, e.Time), in, nil
}

// A fate is what became of a state that a risky event left.
type fate int

const (
	doubtful fate = iota // nobody decided, or nobody knows
	harmless             // no rule said anything against it
	stood                // it stayed, because people or the policy let it
	putBack              // it was reversed, and the reversal stayed
	passed               // it was to be reversed, so that nobody ever meant to have it
)

// fateOf says what became of the state that the event of an incident left, before a later event.
func fateOf(in ledger.Incident, later time.Time) fate {
	changed := slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
		return c.State == ledger.Applied || c.State == ledger.Verified
	})
	undone := slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return c.Action == in.Action && c.State == ledger.Reverted })
	switch {
	case in.State == ledger.Suppressed, in.State == ledger.Undone && undone, in.State == ledger.Dismissed && !changed:
		return stood
	case in.State == ledger.Remediated, in.State == ledger.Kept:
		return putBack
	case in.State == ledger.Dismissed, in.State == ledger.Undone: // what was undone was not the reversal
		return doubtful
	case in.State == ledger.Resolved && in.Times.Closed.Before(later): // somebody had changed it, to what nobody knows
		return doubtful
	case decide.Mode(in.Mode).Acts(), in.State == ledger.Approved, in.State == ledger.Remediating:
		return passed
	}
	return doubtful
}

// statesAfter returns what the changes of an incident left.
func statesAfter(in ledger.Incident) []json.RawMessage {
	out := make([]json.RawMessage, 0, len(in.Changes))
	for _, c := range in.Changes {
		out = append(out, c.After)
	}
	return out
}
