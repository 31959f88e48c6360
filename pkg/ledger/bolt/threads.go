package bolt

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Thread returns the incident that leads what happened under a key around a time.
func (s *Store) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (lead string, err error) {
	if err := record.CheckID(candidate); err != nil {
		return "", err
	}
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		k := record.Key("thread", key)
		old, _, err := getJSON[record.Thread](tx, threads, k, s.now())
		if err != nil {
			return err
		}
		var next record.Thread
		if lead, next = old.Join(candidate, at, window); next == old {
			return errUnchanged
		}
		return putJSON(tx, threads, k, record.In(s.now(), ledger.ThreadRetention), next)
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return "", err
	}
	return lead, nil
}

// Threaded returns the incident that leads what happened under a key around a time, or "".
func (s *Store) Threaded(ctx context.Context, key string, at time.Time, window time.Duration) (lead string, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		t, _, err := getJSON[record.Thread](tx, threads, record.Key("thread", key), s.now())
		lead = t.Leads(at, window)
		return err
	})
	if err != nil {
		return "", err
	}
	return lead, nil
}
