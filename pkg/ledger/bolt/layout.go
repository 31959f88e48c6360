package bolt

import (
	"bytes"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// format is the version of the layout that this package reads and writes. Version 1 had neither series nor threads; what
// wrote it would take their deadlines for damage.
const (
	format  = "2"
	format1 = "1"
)

var errFormat1 = fmt.Errorf("%w that was opened by this version: its format is %q, not %q", errForeign, format1, format)

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
	deadlines  = "deadlines" // deadline, bucket and key of every record that ends
)

// Keys of the meta bucket.
const (
	formatKey = "format"
	switchKey = "switch"
)

// lay makes an empty file a ledger.
func lay(tx *bbolt.Tx) error {
	return layOut(tx, meta, incidents, feed, counters, deliveries, touches, series, threads, deadlines)
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
	case errors.Is(err, errFormat1):
		return layOut(tx, series, threads)
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
	case bytes.Equal(got, []byte(format1)):
		return errFormat1
	default:
		return fmt.Errorf("%w that this version reads: its format is %.20q, not %q", errForeign, got, format)
	}
}
