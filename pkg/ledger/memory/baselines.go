package memory

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// A baseline is what is known of a key, with the states by their names.
type baseline struct {
	history record.History
	states  map[string][]byte
}

// Remember keeps a baseline.
func (s *Store) Remember(ctx context.Context, key string, b ledger.Baseline) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	added, err := record.NewBaseline(key, b)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name, states := rand.Text(), map[string][]byte{}
	next, changed := s.baselines[key].history.Add(added, name, s.now())
	if !changed {
		return nil
	}
	if next.Holds(name) {
		if states[name], err = added.Pack(); err != nil {
			return err
		}
	}
	maps.Copy(states, s.baselines[key].states)
	maps.DeleteFunc(states, func(name string, _ []byte) bool { return !next.Holds(name) })
	s.baselines[key] = baseline{next, states}
	return nil
}

// Remembered returns the newest baseline that is older than a time.
func (s *Store) Remembered(ctx context.Context, key string, before time.Time) (ledger.Baseline, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Baseline{}, err
	}
	s.mu.Lock()
	known := s.baselines[key]
	v, found := known.history.Before(before, s.now())
	s.mu.Unlock()
	if !found {
		return ledger.Baseline{}, record.NoBaseline(key, before)
	}
	b, err := v.Unpack(known.states[v.Name])
	if err != nil {
		return ledger.Baseline{}, fmt.Errorf("the ledger's baseline of %.80q is unreadable: %w", key, err)
	}
	return b, nil
}
