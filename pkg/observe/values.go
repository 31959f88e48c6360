package observe

import (
	"log/slog"
	"time"
)

// One is the attribute that counts an outcome.
func One(metric string) slog.Attr { return slog.Int64(metric, 1) }

// OneIf counts an outcome where it is one; the attribute is left out of the line otherwise.
func OneIf(is bool, metric string) slog.Attr {
	if !is {
		return slog.Attr{}
	}
	return One(metric)
}

// Span is the attribute that measures the time from one moment to another, in milliseconds. It is left out of the line
// where one of them is not known. Clocks differ a little: a span is never negative.
func Span(metric string, from, to time.Time) slog.Attr {
	if from.IsZero() || to.IsZero() {
		return slog.Attr{}
	}
	return slog.Int64(metric, max(to.Sub(from), 0).Milliseconds())
}

// Number is the attribute that counts several outcomes at once, or none.
func Number(metric string, n int) slog.Attr { return slog.Int64(metric, int64(n)) }

// Age is the attribute that says, in seconds, how long ago something happened.
func Age(metric string, at, now time.Time) slog.Attr {
	return slog.Int64(metric, int64(max(now.Sub(at), 0)/time.Second))
}

// Took is the attribute that measures a duration in milliseconds.
func Took(metric string, d time.Duration) slog.Attr {
	return slog.Int64(metric, max(d, 0).Milliseconds())
}
