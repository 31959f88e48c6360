package gate

import (
	"time"

	"riposte/pkg/config"
)

// quietUntil returns when the quiet hours in which a moment lies are over, and false where it lies in none.
func quietUntil(q config.Quiet, now time.Time) (time.Time, bool) {
	if q.From == q.To {
		return time.Time{}, false
	}
	local := now.In(zone(q.Zone))
	clock := sinceMidnight(local)
	overnight := q.From > q.To
	switch {
	case !overnight && clock >= q.From && clock < q.To, overnight && clock < q.To:
		return at(local, q.To, 0), true
	case overnight && clock >= q.From:
		return at(local, q.To, 1), true
	}
	return time.Time{}, false
}

// digestAfter returns when the next daily digest after a moment is due.
func digestAfter(d config.Digest, now time.Time) time.Time {
	local := now.In(zone(d.Zone))
	for days := range 3 { // a day may lack the hour, and then has another
		if due := at(local, d.At, days); due.After(now) {
			return due
		}
	}
	return now.Add(24 * time.Hour)
}

// at returns a time of a day, some days after another's, as the clocks there show it.
func at(day time.Time, clock time.Duration, days int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+days, int(clock/time.Hour), int(clock%time.Hour/time.Minute),
		int(clock%time.Minute/time.Second), 0, day.Location())
}

func sinceMidnight(t time.Time) time.Duration {
	hour, minute, second := t.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
}

func zone(z *time.Location) *time.Location {
	if z == nil {
		return time.UTC
	}
	return z
}
