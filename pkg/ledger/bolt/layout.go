package bolt

import (
	"bytes"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// format is the version of the layout that this package reads and writes.
const format = "5"

// lacks returns the buckets that an earlier format did not have, and nil for one that there never was. What wrote it
// would take the deadlines of their records for damage.
func lacks(format string) []string {
	switch format {
	case "1":
		return []string{series, threads, baselines, beats, slots}
	case "2":
		return []string{baselines, beats, slots}
	case "3":
		return []string{beats, slots}
	case "4":
		return []string{slots}
	}
	return nil
}

var errOlder = fmt.Errorf("%w that was opened by this version", errForeign)

// The file's buckets. All but meta, feed and deadlines hold values that seal makes.
const (
	meta       = "riposte"
	incidents  = "incidents"
	feed       = "feed" // record.Feed → identifier
	counters   = "counters"
	deliveries = "deliveries"
	touches    = "touches"
	series     = "series"
	threads    = "threads"
	baselines  = "baselines"
	beats      = "beats"
	slots      = "slots"
	deadlines  = "deadlines" // deadline, bucket and key of every record that ends
)

// Keys of the meta bucket.
const (
	formatKey = "format"
	switchKey = "switch"
)

// lay makes an empty file a ledger.
func lay(tx *bbolt.Tx) error {
	return layOut(tx, meta, incidents, feed, counters, deliveries, touches, series, threads, baselines, beats, slots, deadlines)
}

// layOut adds buckets, after which the file has this package's format.
func layOut(tx *bbolt.Tx, buckets ...string) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("lay out the ledger: %w", err)
		}
	}
	return tx.Bucket([]byte(meta)).Put([]byte(formatKey), []byte(format))
}

// prepare makes an empty file a ledger, and one of an earlier format one of this.
func prepare(tx *bbolt.Tx) error {
	switch err := check(tx); {
	case errors.Is(err, errEmpty):
		return lay(tx)
	case errors.Is(err, errOlder):
		return layOut(tx, lacks(string(tx.Bucket([]byte(meta)).Get([]byte(formatKey))))...)
	default:
		return err
	}
}

// check reports whether a file is a ledger.
func check(tx *bbolt.Tx) error {
	m := tx.Bucket([]byte(meta))
	if m == nil {
		if name, _ := tx.Cursor().First(); name != nil {
			return errForeign
		}
		return errEmpty
	}
	switch got := m.Get([]byte(formatKey)); {
	case bytes.Equal(got, []byte(format)):
		return nil
	case lacks(string(got)) != nil:
		return fmt.Errorf("%w: its format is %q, not %q", errOlder, got, format)
	default:
		return fmt.Errorf("%w that this version reads: its format is %.20q, not %q", errForeign, got, format)
	}
}
