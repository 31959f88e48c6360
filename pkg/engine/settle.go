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

// settleBatch is how many incidents one round looks at.
const settleBatch = 1000

// Settle keeps or undoes the containments that have waited for a person for too long, and returns them. One that cannot be
// settled does not keep the others from it.
func (r *Remediator) Settle(ctx context.Context, s Silence) ([]ledger.Incident, error) {
	if s.After <= 0 {
		return nil, nil
	}
	waiting, err := r.Store.List(ctx, ledger.Query{State: ledger.Remediated, Limit: settleBatch})
	if err != nil {
		return nil, fmt.Errorf("list the containments that wait: %w", err)
	}
	var settled []ledger.Incident
	var errs []error
	riposte := Person{Name: fmt.Sprintf("riposte, since nobody decided within %s", s.After)}
	for _, in := range waiting {
		if decide.Mode(in.Mode) != decide.Contain || r.Now().Sub(in.Times.Verified) < s.After {
			continue
		}
		settle := r.Keep
		if s.Undo {
			if tried(in, riposte) {
				continue
			}
			if err := r.running(ctx); err != nil {
				return settled, errors.Join(append(errs, fmt.Errorf("undo what nobody decided about: %w", err))...)
			}
			settle = r.Undo
		}
		done, err := settle(ctx, in.ID, riposte)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		settled = append(settled, done)
	}
	return settled, errors.Join(errs...)
}

// tried reports whether somebody has begun to undo an incident before. People were told why that was refused, once.
func tried(in ledger.Incident, by Person) bool {
	return slices.ContainsFunc(in.Notes, func(n ledger.Note) bool { return n.By == by.Name && n.Text == noteUndo })
}
