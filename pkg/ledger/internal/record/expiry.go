package record

import (
	"time"

	"riposte/pkg/ledger"
)

// A Deadline is the moment from which a record is over and counts as absent, in seconds since 1970, as DynamoDB's
// time to live wants it. Zero means never. A record may be found long after its deadline: DynamoDB deletes within a
// few days.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
type Deadline int64

// In returns the deadline of a record that has to live for at least ttl, rounded up to a second.
func In(now time.Time, ttl time.Duration) Deadline {
	end := now.Add(ttl)
	seconds := end.Unix()
	if end.Nanosecond() > 0 {
		seconds++
	}
	return Deadline(seconds)
}

// Of returns the deadline of an incident that is written now: none while it is not over.
func Of(in ledger.Incident, now time.Time) Deadline {
	if !in.Over() {
		return 0
	}
	return In(now, ledger.Retention)
}

// Over reports whether the deadline has passed.
func (d Deadline) Over(now time.Time) bool { return d != 0 && now.Unix() >= int64(d) }
