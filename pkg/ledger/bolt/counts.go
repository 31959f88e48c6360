package bolt

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger/internal/record"
)

type counter struct {
	N        int64           `json:"n"`
	Deadline record.Deadline `json:"deadline"`
}

// Count adds one to a counter.
func (s *Store) Count(ctx context.Context, key string, ttl time.Duration) (int64, error) {
	var c counter
	err := s.update(ctx, func(tx *bbolt.Tx) error {
		k, now := record.Key("count", key), s.now()
		var found bool
		var err error
		if c, found, err = getJSON[counter](tx, counters, k, now); err != nil {
			return err
		}
		if !found {
			c = counter{Deadline: record.In(now, ttl)}
		}
		c.N++
		return putJSON(tx, counters, k, c.Deadline, c)
	})
	return c.N, err
}
