package record

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"riposte/pkg/ledger"
)

// maxPlain is how large a state may be before compression, so that reading one back cannot exhaust a function's memory.
const maxPlain = 16_000_000

// A Baseline is a baseline that is to be kept, beside the hash that stands for its state.
type Baseline struct {
	ledger.Baseline
	Hash string
	key  string
}

// NewBaseline returns a baseline as every store keeps it under a key.
func NewBaseline(key string, b ledger.Baseline) (Baseline, error) {
	if len(b.State) > maxPlain {
		return Baseline{}, tooLarge(key, len(b.State), maxPlain)
	}
	if !json.Valid(b.State) {
		return Baseline{}, fmt.Errorf("baseline of %.80q: its state of %d bytes is no JSON", key, len(b.State))
	}
	return Baseline{Baseline: ledger.Baseline{State: b.State, At: When(b.At), By: bound(b.By)}, Hash: hashOf(b.State), key: key}, nil
}

func hashOf(state []byte) string {
	sum := sha256.Sum256(state)
	return hex.EncodeToString(sum[:])
}

// Pack returns the state as it is stored.
func (b Baseline) Pack() ([]byte, error) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b.State); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if packed.Len() > ledger.MaxState {
		return nil, tooLarge(b.key, packed.Len(), ledger.MaxState)
	}
	return packed.Bytes(), nil
}

func tooLarge(key string, size, most int) error {
	return fmt.Errorf("baseline of %.80q: its state takes %d bytes, at most %d are possible: %w", key, size, most, ledger.ErrTooLarge)
}

// Unpack returns a version with the state that Pack has made of it.
func (v Version) Unpack(packed []byte) (ledger.Baseline, error) {
	state, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxPlain+1))
	if err != nil {
		return ledger.Baseline{}, err
	}
	if hashOf(state) != v.Hash {
		return ledger.Baseline{}, errors.New("it is not the state that was stored")
	}
	return ledger.Baseline{State: state, At: v.First, By: v.By, Contested: v.Contested}, nil
}

// NoBaseline says which key has no baseline that is old enough. It is a ledger.ErrNotFound.
func NoBaseline(key string, before time.Time) error {
	return absent(fmt.Sprintf("no baseline of %.80q from before %s is in the ledger", key, Moment(before)))
}

type absent string

// Error says what is not there.
func (a absent) Error() string { return string(a) }

// Is reports whether target is ledger.ErrNotFound.
func (a absent) Is(target error) bool { return target == ledger.ErrNotFound }
