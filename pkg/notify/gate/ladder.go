package gate

import (
	"context"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
)

// The bounds of a burst. Of messages that are alike the first ones are told singly, and of all that this lets pass in a
// while again the first ones, so that twenty rules at once do not make a hundred messages.
const (
	alike       = time.Hour
	fewAlike    = 3
	flood       = 10 * time.Minute
	fewInFlood  = 10
	fewCritical = 10
)

// climb counts a message and returns for how many it stands, or 0 where it is not told singly. A death after counting
// counts it once more when it comes again.
func (g *Gate) climb(ctx context.Context, to To, m notify.Message) (stands int, err error) {
	first, weight := int64(fewAlike), "ordinary"
	if m.Weight() >= detect.Critical {
		first, weight = fewCritical, "critical" // counted apart, so that nothing less grave uses up its place
	}
	n, err := g.Store.Count(ctx, "notify/"+kindOf(m.DetailType)+"/"+weight+"/"+name(to, group(m)), alike)
	if err != nil {
		return 0, err
	}
	if stands = rung(n, first); stands == 0 {
		return 0, nil
	}
	if n, err = g.Store.Count(ctx, "notify/all/"+weight+"/"+name(to), flood); err != nil || rung(n, fewInFlood) == 0 {
		return 0, err
	}
	return stands, nil
}

// group returns what messages have in common that are alike: the chain, or the account and the rule.
func group(m notify.Message) string {
	if m.Chained() {
		return "chain/" + m.Leader()
	}
	return "rule/" + m.Incident.Account + "/" + m.Incident.Rule
}

// rung returns for how many messages the nth of a burst stands, itself included: 0 where it is none of those that are told,
// which are the first ones, then the 10th, 30th, 100th, 300th, 1000th and so on.
func rung(n, first int64) int {
	if n <= first {
		return 1
	}
	last := first
	for step, three := int64(10), true; step <= n && step < 1e15; three = !three {
		if step == n {
			return int(n - last)
		}
		last = max(last, step)
		if three {
			step *= 3
		} else {
			step = step / 3 * 10
		}
	}
	return 0
}
