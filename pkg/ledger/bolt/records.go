package bolt

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// A value is the record's deadline, a checksum of all else, and the record. bbolt itself does not notice a page that rots.
const (
	stampSize = 8
	sealSize  = stampSize + crc32.Size
)

// sweepSize is how many records that are over one write removes at the most: more than one write adds.
const sweepSize = 2 * ledger.MaxObserved

var errDamaged = errors.New("the entry is damaged")

// stamp writes a deadline so that texts sort as deadlines do.
func stamp(d record.Deadline) []byte { return binary.BigEndian.AppendUint64(nil, uint64(d)) }

func unstamp(b []byte) record.Deadline { return record.Deadline(binary.BigEndian.Uint64(b)) }

// seal makes a value.
func seal(d record.Deadline, body []byte) []byte {
	value := stamp(d)
	return append(binary.BigEndian.AppendUint32(value, checksum(value, body)), body...)
}

// unseal takes a value apart.
func unseal(value []byte) (record.Deadline, []byte, error) {
	if len(value) < sealSize {
		return 0, nil, errDamaged
	}
	head, body := value[:stampSize], value[sealSize:]
	if checksum(head, body) != binary.BigEndian.Uint32(value[stampSize:]) {
		return 0, nil, errDamaged
	}
	return unstamp(head), body, nil
}

func checksum(head, body []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(head), crc32.IEEETable, body)
}

// get returns a record that is not over. The value is valid after the transaction too.
func get(tx *bbolt.Tx, bucket, key string, now time.Time) (body []byte, found bool, err error) {
	value := tx.Bucket([]byte(bucket)).Get([]byte(key))
	if value == nil {
		return nil, false, nil
	}
	d, body, err := unseal(value)
	if err != nil || d.Over(now) {
		return nil, false, err
	}
	return bytes.Clone(body), true, nil
}

// put writes a record and notes when it is over.
func put(tx *bbolt.Tx, bucket, key string, d record.Deadline, body []byte) error {
	if err := remove(tx, bucket, key); err != nil {
		return err
	}
	if err := tx.Bucket([]byte(bucket)).Put([]byte(key), seal(d, body)); err != nil || d == 0 {
		return err
	}
	return tx.Bucket([]byte(deadlines)).Put(note(d, bucket, key), nil)
}

// remove takes a record away, with the note of its deadline.
func remove(tx *bbolt.Tx, bucket, key string) error {
	b := tx.Bucket([]byte(bucket))
	old := b.Get([]byte(key))
	if old == nil {
		return nil
	}
	d, _, broken := unseal(old)
	if err := b.Delete([]byte(key)); err != nil || broken != nil || d == 0 {
		return err
	}
	return tx.Bucket([]byte(deadlines)).Delete(note(d, bucket, key))
}

func putJSON(tx *bbolt.Tx, bucket, key string, d record.Deadline, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return put(tx, bucket, key, d, body)
}

// getJSON reads a record that is not over.
func getJSON[T any](tx *bbolt.Tx, bucket, key string, now time.Time) (v T, found bool, err error) {
	body, found, err := get(tx, bucket, key, now)
	if err == nil && found {
		err = json.Unmarshal(body, &v)
	}
	if err != nil {
		return v, false, fmt.Errorf("the ledger's entry %.80q in %s cannot be read: %w", key, bucket, err)
	}
	return v, found, nil
}

func note(d record.Deadline, bucket, key string) []byte {
	return append(append(stamp(d), bucket+"\x00"...), key...)
}

// sweep removes some of the records that are over.
func sweep(tx *bbolt.Tx, now time.Time) error {
	c := tx.Bucket([]byte(deadlines)).Cursor()
	for range sweepSize {
		first, _ := c.First()
		if first == nil {
			return nil
		}
		if len(first) < stampSize {
			return fmt.Errorf("in %s: %w", deadlines, errDamaged)
		}
		first = bytes.Clone(first)
		if !unstamp(first).Over(now) {
			return nil
		}
		if err := c.Delete(); err != nil {
			return err
		}
		bucket, key, _ := bytes.Cut(first[stampSize:], []byte{0})
		if err := drop(tx, string(bucket), string(key)); err != nil {
			return err
		}
	}
	return nil
}

// drop removes a record and, for an incident, its place in the feed. One that is unreadable leaves its place, which then
// leads nowhere: what is over must not keep anybody from writing.
func drop(tx *bbolt.Tx, bucket, key string) error {
	if bucket != incidents {
		return remove(tx, bucket, key)
	}
	if _, body, err := unseal(tx.Bucket([]byte(incidents)).Get([]byte(key))); err == nil {
		if in, err := record.Decode(key, body); err == nil {
			if err := tx.Bucket([]byte(feed)).Delete([]byte(record.Feed(in))); err != nil {
				return err
			}
		}
	}
	return remove(tx, incidents, key)
}
