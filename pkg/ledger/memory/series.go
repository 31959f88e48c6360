package memory

import (
	"context"
	"slices"
	"strings"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

type sighting struct {
	ledger.Sighting
	key      string
	deadline record.Deadline
}

func (s sighting) compare(key string) int { return strings.Compare(s.key, key) }

// Observe adds sightings to a series, which is in the order of its keys.
func (s *Store) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	added, err := record.Sightings(seen)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	list, deadline := s.series[key], record.In(now, keep)
	for k, v := range added {
		at, found := slices.BinarySearchFunc(list, k, sighting.compare)
		if found {
			list[at].deadline = max(list[at].deadline, deadline)
			continue
		}
		list = slices.Insert(list, at, sighting{Sighting: v, key: k, deadline: deadline})
	}
	over := 0 // the oldest are over first, as long as all of a series are kept equally long
	for over < len(list) && list[over].deadline.Over(now) {
		over++
	}
	s.series[key] = slices.Delete(list, 0, over)
	return nil
}

// Observed returns the sightings of a series between two times.
func (s *Store) Observed(ctx context.Context, key string, from, to time.Time) ([]ledger.Sighting, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, series := s.now(), s.series[key]
	low, high, _ := record.Range(from, to)
	end, _ := slices.BinarySearchFunc(series, high, sighting.compare)
	var list []ledger.Sighting
	for _, v := range slices.Backward(series[:end]) {
		if v.key < low || len(list) == ledger.MaxSightings {
			break
		}
		if !v.deadline.Over(now) {
			list = append(list, v.Sighting)
		}
	}
	return list, nil
}
