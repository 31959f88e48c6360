package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A fight is the same change by the same principal on the same resource, made again after it was reversed. After
// fightRounds reversals within fightWindow Riposte stops: whatever makes the change will not give in, and people have to.
const (
	fightRounds = 2
	fightWindow = 24 * time.Hour
)

// fight says how often a change has been reversed that its maker has made once more, or "" where it is no fight.
func (d *Detector) fight(ctx context.Context, f detect.Finding) (string, error) {
	at := f.Event.Time
	touches, err := d.Store.Touches(ctx, ledger.ResourceKey(f.Event.Account, f.Resource.String()), at.Add(-fightWindow), d.Now())
	if err != nil {
		return "", fmt.Errorf("look for a fight over %s: %w", f.Resource, err)
	}
	var seen []string
	rounds := 0
	for _, touch := range touches {
		if slices.Contains(seen, touch.Incident) || touch.Incident == f.Incident() {
			continue
		}
		seen = append(seen, touch.Incident)
		in, known, err := found(d.Store.Get(ctx, touch.Incident))
		if err != nil {
			return "", fmt.Errorf("look for a fight over %s: %w", f.Resource, err)
		}
		if known && sameAgain(in.Finding, f) && reversed(in) {
			rounds++
		}
	}
	if rounds < fightRounds {
		return "", nil
	}
	return fmt.Sprintf("%s has made this change of %s again after it was reversed %d times within %s",
		detect.Text(f.Actor.Name), detect.Text(f.Resource.String()), rounds, fightWindow), nil
}

// sameAgain reports whether two findings are of the same change by the same principal.
func sameAgain(was, now detect.Finding) bool {
	key := sameKey(now)
	return key != "" && key == sameKey(was) && was.Event.ID != now.Event.ID && !was.Event.Time.After(now.Event.Time)
}

// reversed reports whether Riposte changed the account for an incident and nobody undid it.
func reversed(in ledger.Incident) bool {
	return slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
		return c.State == ledger.Applied || c.State == ledger.Verified
	})
}
