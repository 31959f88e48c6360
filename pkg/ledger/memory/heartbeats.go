package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Beat records a beat of a place.
func (s *Store) Beat(ctx context.Context, b ledger.Beat) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b, err := record.Beat(b)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, known := s.beats[b.Place()]; !known || old.At.Before(b.At) {
		s.beats[b.Place()] = b
	}
	return nil
}

// Beats returns the last beat of every place.
func (s *Store) Beats(ctx context.Context) ([]ledger.Beat, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []ledger.Beat{}
	for _, b := range s.beats {
		if !record.In(b.At, ledger.BeatRetention).Over(s.now()) {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b ledger.Beat) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region))
	})
	return list, nil
}

// ForgetBeat forgets a place.
func (s *Store) ForgetBeat(ctx context.Context, account, region string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if err := record.CheckPlace(account, region); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	place := ledger.Beat{Account: account, Region: region}.Place()
	b, known := s.beats[place]
	delete(s.beats, place)
	return known && !record.In(b.At, ledger.BeatRetention).Over(s.now()), nil
}
