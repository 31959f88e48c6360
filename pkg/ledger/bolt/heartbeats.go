package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Beat records a beat of a place.
func (s *Store) Beat(ctx context.Context, b ledger.Beat) error {
	b, err := record.Beat(b)
	if err != nil {
		return err
	}
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		old, known, err := getJSON[ledger.Beat](tx, beats, b.Place(), s.now())
		switch {
		case err != nil:
			return err
		case known && !old.At.Before(b.At):
			return errUnchanged
		}
		return putJSON(tx, beats, b.Place(), record.In(b.At, ledger.BeatRetention), b)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// Beats returns the last beat of every place.
func (s *Store) Beats(ctx context.Context) ([]ledger.Beat, error) {
	list := []ledger.Beat{}
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(beats)).ForEach(func(place, value []byte) error {
			d, body, err := unseal(value)
			if err == nil && d.Over(s.now()) {
				return nil
			}
			var b ledger.Beat
			if err == nil {
				err = json.Unmarshal(body, &b)
			}
			if err != nil {
				return fmt.Errorf("the ledger's beat of %.80q cannot be read: %w", place, err)
			}
			list = append(list, b)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// ForgetBeat forgets a place.
func (s *Store) ForgetBeat(ctx context.Context, account, region string) (known bool, err error) {
	if err := record.CheckPlace(account, region); err != nil {
		return false, err
	}
	place := ledger.Beat{Account: account, Region: region}.Place()
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		_, known, _ = get(tx, beats, place, s.now()) // a damaged one goes too
		return remove(tx, beats, place)
	})
	if err != nil {
		return false, err
	}
	return known, nil
}
