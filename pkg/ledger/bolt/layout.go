package bolt

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"
)

// format is the version of the layout that this package reads and writes.
const format = "1"

// The file's buckets. All but meta, feed and deadlines hold values that seal makes.
const (
	meta       = "riposte"
	incidents  = "incidents"
	feed       = "feed" // record.Feed → identifier
	counters   = "counters"
	deliveries = "deliveries"
	touches    = "touches"
	deadlines  = "deadlines" // deadline, bucket and key of every record that ends
)

// Keys of the meta bucket.
const (
	formatKey = "format"
	switchKey = "switch"
)

// lay makes an empty file a ledger.
func lay(tx *bbolt.Tx) error {
	for _, name := range []string{meta, incidents, feed, counters, deliveries, touches, deadlines} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("lay out the ledger: %w", err)
		}
	}
	return tx.Bucket([]byte(meta)).Put([]byte(formatKey), []byte(format))
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
	if got := m.Get([]byte(formatKey)); !bytes.Equal(got, []byte(format)) {
		return fmt.Errorf("%w that this version reads: its format is %.20q, not %q", errForeign, got, format)
	}
	return nil
}
