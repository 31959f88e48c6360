// Package bolt is the ledger of one machine: an embedded file. Any number of processes may use it at once. Each call
// opens the file, locks it, makes one transaction and lets it go again, so that no process keeps others waiting for
// longer than a transaction takes and one that is killed leaves nothing locked. Every write is synced to the disk before
// it is acknowledged.
package bolt

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
)

var _ ledger.Store = (*Store)(nil)

// patience is how long a call waits for other processes to let go of the file.
const patience = 10 * time.Second

// A Store is a handle on a ledger file. It is safe for concurrent use.
type Store struct {
	path     string
	now      func() time.Time
	patience time.Duration
	turn     chan *turn // holds the one turn while no call of this Store is at the file
	holder   holder
}

// A turn is the right to use the file. Once that has turned out to be damaged, the lock on it may stay with this process,
// and every later call gets the same error at once.
type turn struct{ broken error }

// Open returns a handle on the ledger file at path. It creates the file, and the folders above it, for this user alone
// where they are missing.
func Open(path string, now func() time.Time) (*Store, error) {
	s := &Store{path: path, now: now, patience: patience, turn: make(chan *turn, 1), holder: newHolder(rand.Text())}
	s.turn <- &turn{}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { //nolint:gosec // a command line opens the files that it is given
		return nil, fmt.Errorf("make the folder of the ledger %s: %w", path, err)
	}
	_, err := os.Stat(path) //nolint:gosec // a command line opens the files that it is given
	missing := errors.Is(err, os.ErrNotExist)
	if err := s.create(); err != nil {
		return nil, err
	}
	if missing {
		syncFolder(filepath.Dir(path))
	}
	return s, nil
}

// Close does nothing: the file is open only while a call is at work on it.
func (s *Store) Close() error { return nil }

// create makes the file a ledger of this format unless it is one.
func (s *Store) create() error {
	f := file{path: s.path, patience: s.patience, create: true}
	return f.use(nil, func(db *bbolt.DB) error { return db.Update(prepare) })
}

// view runs a reading transaction.
func (s *Store) view(ctx context.Context, run func(*bbolt.Tx) error) error {
	return s.transact(ctx, file{path: s.path, patience: s.patience, readOnly: true}, (*bbolt.DB).View, run)
}

// errUnchanged ends a writing transaction that has found nothing to write, so that nothing has to be synced.
var errUnchanged = errors.New("nothing changed")

// update runs a writing transaction, and sweeps up what is over on the way.
func (s *Store) update(ctx context.Context, run func(*bbolt.Tx) error) error {
	return s.transact(ctx, file{path: s.path, patience: s.patience}, (*bbolt.DB).Update, func(tx *bbolt.Tx) error {
		if err := run(tx); err != nil {
			return err
		}
		return sweep(tx, s.now())
	})
}

func (s *Store) transact(ctx context.Context, f file, begin func(*bbolt.DB, func(*bbolt.Tx) error) error,
	run func(*bbolt.Tx) error,
) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var t *turn
	select {
	case t = <-s.turn:
		defer func() { s.turn <- t }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if t.broken != nil {
		return t.broken
	}
	err := f.use(ctx.Done(), func(db *bbolt.DB) error {
		return begin(db, func(tx *bbolt.Tx) error {
			if err := check(tx); err != nil {
				return err
			}
			return run(tx)
		})
	})
	switch {
	case errors.Is(err, errStopped):
		return ctx.Err()
	case errors.Is(err, errBroken):
		t.broken = err
	}
	return err
}

// syncFolder makes a new file's name durable. Systems that cannot sync a folder keep names by themselves.
func syncFolder(path string) {
	if dir, err := os.Open(path); err == nil { //nolint:gosec // a command line opens the files that it is given
		_ = dir.Sync()
		_ = dir.Close()
	}
}
