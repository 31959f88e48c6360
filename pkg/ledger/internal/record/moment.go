package record

import "time"

// layout has a fixed width, so that texts sort as the times do.
const layout = "2006-01-02T15:04:05.000000000Z"

// Moment writes a time so that texts sort as the times do, to the nanosecond, in UTC.
func Moment(t time.Time) string { return When(t).Format(layout) }

// ParseMoment reads what Moment writes.
func ParseMoment(s string) (time.Time, error) { return time.Parse(layout, s) }

// When returns a time as every store gives it back: in UTC, without a monotonic reading, and within the years 0 to 9999,
// which are all that Moment and JSON can write.
func When(t time.Time) time.Time {
	t = t.Round(0).UTC()
	switch first := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC); {
	case t.Before(first):
		return first
	case t.After(Forever()):
		return Forever()
	}
	return t
}

// Forever returns the last moment that Moment can write.
func Forever() time.Time { return time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC) }

// Range returns the bounds, both included, within which keys that begin with a Moment of a span of time lie, and false
// where it has none.
func Range(from, to time.Time) (low, high string, ok bool) {
	// A key goes on with "#" or "-" after its time; "~" sorts behind both.
	low, high = Moment(from), Moment(to)+"~"
	return low, high, !to.Before(from)
}
