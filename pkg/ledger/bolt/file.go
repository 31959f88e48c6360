package bolt

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

var (
	// errStopped says that waiting for the file was given up because the caller's work ended.
	errStopped = errors.New("stopped")
	errEmpty   = errors.New("it holds nothing")
	errBroken  = errors.New("it is damaged")
	errForeign = errors.New("it is not a ledger of Riposte")
)

// A file is how a ledger file is to be opened.
type file struct {
	path     string
	patience time.Duration
	readOnly bool
	create   bool
}

// use opens the file, runs work and closes it. A damaged file makes bbolt panic, and one that was cut short makes reading
// from its mapping fault: both become errors.
func (f file) use(stop <-chan struct{}, work func(*bbolt.DB) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			// The DB is left as it is: what panicked may hold locks on which its Close would wait forever.
			err = f.explain(fmt.Errorf("%w: %v", errBroken, r))
		}
	}()
	db, err := f.open(stop)
	if err != nil {
		return err
	}
	err = work(db)
	if closeErr := db.Close(); err == nil && closeErr != nil {
		return f.explain(closeErr)
	}
	if errors.Is(err, errEmpty) || errors.Is(err, errForeign) {
		return f.explain(err)
	}
	return err
}

// open waits until it can lock the file. bbolt would ask for the lock every 50 milliseconds, which seldom hits the
// moment between two calls of a busy process; so it is made to ask once, and asked often.
func (f file) open(stop <-chan struct{}) (*bbolt.DB, error) {
	options := &bbolt.Options{
		Timeout: 1, ReadOnly: f.readOnly, FreelistType: bbolt.FreelistMapType, NoStatistics: true, OpenFile: f.openFile,
	}
	giveUp := time.NewTimer(f.patience)
	defer giveUp.Stop()
	for {
		db, err := bbolt.Open(f.path, 0o600, options)
		if err == nil {
			return db, nil
		}
		if !errors.Is(err, berrors.ErrTimeout) {
			return nil, f.explain(err)
		}
		select {
		case <-time.After(time.Millisecond + rand.N(4*time.Millisecond)): //nolint:gosec // spreads attempts, guards nothing
		case <-giveUp.C:
			return nil, fmt.Errorf("the ledger %s is in use by another process: wait until that has ended, or name another file", f.path)
		case <-stop:
			return nil, errStopped
		}
	}
}

// openFile keeps bbolt from making a new, empty ledger where somebody took the file away.
func (f file) openFile(name string, flag int, mode os.FileMode) (*os.File, error) {
	if !f.create {
		flag &^= os.O_CREATE
	}
	return os.OpenFile(name, flag, mode)
}

func (f file) explain(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the ledger %s has been taken away: %w", f.path, err)
	}
	if path, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("open the ledger %s: %w", f.path, path.Err)
	}
	return fmt.Errorf("the ledger %s cannot be read: %w: restore it, move it away, or name another file", f.path, err)
}
