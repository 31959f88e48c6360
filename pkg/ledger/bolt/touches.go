package bolt

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Touch records a touch of a resource.
func (s *Store) Touch(ctx context.Context, key, incident string, at time.Time) error {
	t, err := record.Touch(incident, at)
	if err != nil {
		return err
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		return putJSON(tx, touches, prefix(key)+record.TouchKey(t), record.In(s.now(), ledger.TouchRetention), t)
	})
}

// Touched returns the last touch of a resource.
func (s *Store) Touched(ctx context.Context, key string) (string, time.Time, error) {
	list, err := s.touches(ctx, key, time.Time{}, record.Forever(), 1)
	if err != nil || len(list) == 0 {
		return "", time.Time{}, err
	}
	return list[0].Incident, list[0].At, nil
}

// Touches returns the touches of a resource between two times.
func (s *Store) Touches(ctx context.Context, key string, from, to time.Time) ([]ledger.Touch, error) {
	return s.touches(ctx, key, from, to, ledger.MaxTouches)
}

func (s *Store) touches(ctx context.Context, key string, from, to time.Time, most int) (list []ledger.Touch, err error) {
	low, high, _ := record.Range(from, to)
	low, high = prefix(key)+low, prefix(key)+high
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(touches)).Cursor()
		for k, value := before(c, high); k != nil && string(k) >= low && len(list) < most; k, value = c.Prev() {
			d, body, err := unseal(value)
			if err == nil && d.Over(s.now()) {
				continue
			}
			var t ledger.Touch
			if err == nil {
				err = json.Unmarshal(body, &t)
			}
			if err != nil {
				return fmt.Errorf("the ledger's touch of %.80q cannot be read: %w", key, err)
			}
			list = append(list, t)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// before moves to the last key that is not behind high.
func before(c *bbolt.Cursor, high string) (key, value []byte) {
	if key, value = c.Seek([]byte(high)); key == nil {
		return c.Last()
	} else if string(key) == high {
		return key, value
	}
	return c.Prev()
}

// prefix has one length for every resource, so that no name can reach into the keys of another.
func prefix(key string) string {
	sum := sha256.Sum256([]byte(key))
	return string(sum[:])
}
