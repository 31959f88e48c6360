package bolt

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Open stores a new incident, unless it is there.
func (s *Store) Open(ctx context.Context, in ledger.Incident) (ledger.Incident, bool, error) {
	rec, err := record.First(in)
	if err != nil {
		return ledger.Incident{}, false, err
	}
	var stored []byte
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		var found bool
		var err error
		if stored, found, err = get(tx, incidents, in.ID, s.now()); err != nil || found {
			return err
		}
		if tx.Bucket([]byte(incidents)).Get([]byte(in.ID)) != nil { // over, and not swept up yet
			if err := drop(tx, incidents, in.ID); err != nil {
				return err
			}
		}
		if err := tx.Bucket([]byte(feed)).Put([]byte(record.Feed(rec.Value)), []byte(in.ID)); err != nil {
			return err
		}
		return put(tx, incidents, in.ID, record.Of(rec.Value, s.now()), rec.Body)
	})
	if err != nil {
		return ledger.Incident{}, false, err
	}
	if stored != nil {
		old, err := record.Decode(in.ID, stored)
		return old, false, err
	}
	return rec.Value, true, nil
}

// Get returns an incident, or ledger.ErrNotFound.
func (s *Store) Get(ctx context.Context, id string) (ledger.Incident, error) {
	body, err := s.read(ctx, id)
	if err != nil {
		return ledger.Incident{}, err
	}
	return record.Decode(id, body)
}

// Update edits an incident. change runs while the file is free for others, and so may run more than once.
func (s *Store) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (ledger.Incident, error) {
	for {
		old, err := s.read(ctx, id)
		if err != nil {
			return ledger.Incident{}, err
		}
		rec, err := record.Next(id, old, change)
		if err != nil {
			return ledger.Incident{}, err
		}
		if written, err := s.replace(ctx, rec, old); err != nil || written {
			return rec.Value, err
		}
	}
}

// List returns incidents, the newest first.
func (s *Store) List(ctx context.Context, q ledger.Query) ([]ledger.Incident, error) {
	list := []ledger.Incident{}
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		first := record.Moment(q.Since)
		c := tx.Bucket([]byte(feed)).Cursor()
		for key, id := c.Last(); string(key) >= first && key != nil && len(list) < q.Max(); key, id = c.Prev() {
			if err := ctx.Err(); err != nil {
				return err
			}
			body, found, err := get(tx, incidents, string(id), s.now())
			if err != nil {
				return fmt.Errorf("incident %q: %w", id, err)
			}
			if !found {
				continue
			}
			in, err := record.Decode(string(id), body)
			if err != nil {
				return err
			}
			if q.Matches(in) {
				list = append(list, in)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (s *Store) read(ctx context.Context, id string) (body []byte, err error) {
	if id == "" || len(id) > ledger.MaxID {
		return nil, record.NotFound(id)
	}
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		var found bool
		var err error
		if body, found, err = get(tx, incidents, id, s.now()); err != nil {
			return fmt.Errorf("incident %.80q: %w", id, err)
		}
		if !found {
			return record.NotFound(id)
		}
		return nil
	})
	return body, err
}

// replace writes a version on the condition that old, which holds the version before it, is still what is stored.
func (s *Store) replace(ctx context.Context, rec record.Incident, old []byte) (written bool, err error) {
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		now, found, err := get(tx, incidents, rec.Value.ID, s.now())
		if err != nil || !found || !bytes.Equal(now, old) {
			return err
		}
		written = true
		return put(tx, incidents, rec.Value.ID, record.Of(rec.Value, s.now()), rec.Body)
	})
	return written && err == nil, err
}
