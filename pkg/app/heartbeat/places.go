package heartbeat

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"riposte/pkg/ledger"
)

// A place is an account and a region that have to beat, with their last beat; its times are zero where none came.
type place struct{ ledger.Beat }

func (p place) heard() bool { return !p.At.IsZero() }

// expected returns the places that are to beat from the beginning, and those that ever did and are not forgotten, each
// once and in the order of their names.
func expected(places, beats []ledger.Beat) []place {
	all := map[string]place{}
	for _, p := range places {
		all[p.Place()] = place{ledger.Beat{Account: p.Account, Region: p.Region}}
	}
	for _, b := range beats {
		all[b.Place()] = place{b}
	}
	out := make([]place, 0, len(all))
	for _, p := range all {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b place) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region))
	})
	return out
}

// extremes returns when the place that was heard of least lately beat, and how long the slowest of the last beats was
// under way. It reports false where nothing was ever heard.
func extremes(all []place) (oldest time.Time, slowest time.Duration, ok bool) {
	for _, p := range all {
		if !p.heard() {
			continue
		}
		if !ok || p.At.Before(oldest) {
			oldest = p.At
		}
		slowest = max(slowest, p.Received.Sub(p.At))
		ok = true
	}
	return oldest, slowest, ok
}
