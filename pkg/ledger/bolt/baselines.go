package bolt

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Remember keeps a baseline. The history of a key has the key's prefix alone, its states have their names behind it.
func (s *Store) Remember(ctx context.Context, key string, b ledger.Baseline) error {
	added, err := record.NewBaseline(key, b)
	if err != nil {
		return err
	}
	name := rand.Text()
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		k := prefix(key)
		old, err := history(tx, key, s.now())
		if err != nil {
			return err
		}
		next, changed := old.Add(added, name, s.now())
		if !changed {
			return errUnchanged
		}
		if next.Holds(name) {
			packed, err := added.Pack()
			if err != nil {
				return err
			}
			if err := put(tx, baselines, k+name, next.Kept(name), packed); err != nil {
				return err
			}
		}
		for _, v := range old {
			if next.Holds(v.Name) {
				continue
			}
			if err := remove(tx, baselines, k+v.Name); err != nil {
				return err
			}
		}
		return putJSON(tx, baselines, k, next.Deadline(), next)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// Remembered returns the newest baseline that is older than a time.
func (s *Store) Remembered(ctx context.Context, key string, before time.Time) (b ledger.Baseline, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		h, err := history(tx, key, s.now())
		if err != nil {
			return err
		}
		v, found := h.Before(before, s.now())
		if !found {
			return record.NoBaseline(key, before)
		}
		packed, found, err := get(tx, baselines, prefix(key)+v.Name, s.now())
		switch {
		case err == nil && !found:
			err = errors.New("its state is missing")
		case err == nil:
			b, err = v.Unpack(packed)
		}
		if err != nil {
			return broken(key, err)
		}
		return nil
	})
	if err != nil {
		return ledger.Baseline{}, err
	}
	return b, nil
}

func history(tx *bbolt.Tx, key string, now time.Time) (h record.History, err error) {
	body, found, err := get(tx, baselines, prefix(key), now)
	if err == nil && found {
		err = json.Unmarshal(body, &h)
	}
	if err != nil {
		return nil, broken(key, err)
	}
	return h, nil
}

func broken(key string, err error) error {
	return fmt.Errorf("the ledger's baseline of %.80q cannot be read: %w", key, err)
}
