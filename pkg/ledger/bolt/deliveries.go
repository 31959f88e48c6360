package bolt

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// A delivery is a claim until its lease ends, or a receipt until its deadline.
type delivery struct {
	Done     bool            `json:"done,omitempty"`
	Lease    time.Time       `json:"lease,omitzero"`
	Deadline record.Deadline `json:"deadline,omitempty"`
	Holder   *holder         `json:"holder,omitempty"`
}

// Begin claims a delivery.
func (s *Store) Begin(ctx context.Context, key string, lease time.Duration) (done bool, err error) {
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		k, now := record.Key("delivery", key), s.now()
		d, found, err := getJSON[delivery](tx, deliveries, k, now)
		switch {
		case err != nil:
			return err
		case found && d.Done:
			done = true
			return nil
		case found && now.Before(d.Lease) && (d.Holder == nil || !d.Holder.gone(s.holder)):
			return ledger.ErrBusy
		}
		until := now.Add(lease)
		return putJSON(tx, deliveries, k, record.In(until, 0), delivery{Lease: until, Holder: &s.holder})
	})
	return done, err
}

// Finish marks a delivery as done.
func (s *Store) Finish(ctx context.Context, key string, ttl time.Duration) error {
	return s.update(ctx, func(tx *bbolt.Tx) error {
		k, now := record.Key("delivery", key), s.now()
		old, found, err := getJSON[delivery](tx, deliveries, k, now)
		if err != nil {
			return err
		}
		deadline := record.In(now, ttl)
		if found && old.Done {
			deadline = max(deadline, old.Deadline)
		}
		return putJSON(tx, deliveries, k, deadline, delivery{Done: true, Deadline: deadline})
	})
}

// Release gives up a claim of this Store.
func (s *Store) Release(ctx context.Context, key string) error {
	return s.update(ctx, func(tx *bbolt.Tx) error {
		k := record.Key("delivery", key)
		d, found, err := getJSON[delivery](tx, deliveries, k, s.now())
		if err != nil || !found || d.Done || d.Holder == nil || *d.Holder != s.holder {
			return err
		}
		return remove(tx, deliveries, k)
	})
}
