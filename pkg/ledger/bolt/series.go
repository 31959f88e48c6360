package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Observe adds sightings to a series.
func (s *Store) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	added, err := record.Sightings(seen)
	if err != nil {
		return err
	}
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		deadline, changed := record.In(s.now(), keep), false
		for k, v := range added {
			k = prefix(key) + k
			if value := tx.Bucket([]byte(series)).Get([]byte(k)); value != nil {
				if d, _, err := unseal(value); err == nil && d >= deadline {
					continue // a damaged one is written anew
				}
			}
			changed = true
			if err := putJSON(tx, series, k, deadline, v); err != nil {
				return err
			}
		}
		if !changed {
			return errUnchanged
		}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// Observed returns the sightings of a series between two times.
func (s *Store) Observed(ctx context.Context, key string, from, to time.Time) (list []ledger.Sighting, err error) {
	low, high, _ := record.Range(from, to)
	low, high = prefix(key)+low, prefix(key)+high
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(series)).Cursor()
		for k, value := before(c, high); k != nil && string(k) >= low && len(list) < ledger.MaxSightings; k, value = c.Prev() {
			d, body, err := unseal(value)
			if err == nil && d.Over(s.now()) {
				continue
			}
			var v ledger.Sighting
			if err == nil {
				err = json.Unmarshal(body, &v)
			}
			if err != nil {
				return fmt.Errorf("the ledger's series %.80q cannot be read: %w", key, err)
			}
			list = append(list, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}
