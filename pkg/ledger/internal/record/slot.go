package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"
	"unicode/utf8"

	"riposte/pkg/ledger"
)

var family = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// CheckSlot refuses what cannot be a slot's family and key.
func CheckSlot(name, key string) error {
	if err := CheckFamily(name); err != nil {
		return err
	}
	if key == "" || len(key) > ledger.MaxSlotKey || !utf8.ValidString(key) {
		return fmt.Errorf("slot %.80q of %s: want a key of 1 to %d bytes of valid UTF-8", key, name, ledger.MaxSlotKey)
	}
	return nil
}

// CheckFamily refuses what cannot be the name of a family of slots.
func CheckFamily(name string) error {
	if !family.MatchString(name) {
		return fmt.Errorf("slots %.80q: want the name of a family, of 1 to %d letters, digits and hyphens", name, ledger.MaxFamily)
	}
	return nil
}

// Slot returns a slot as it is written now, under a version that no other write has, with its deadline.
func Slot(name string, s ledger.Slot, now time.Time) (ledger.Slot, Deadline, error) {
	if err := CheckSlot(name, s.Key); err != nil {
		return s, 0, err
	}
	s.Value = bytes.ToValidUTF8(s.Value, []byte("\uFFFD")) // a copy
	switch {
	case len(s.Value) > ledger.MaxSlot:
		return s, 0, fmt.Errorf("slot %.80q of %s has %d bytes, at most %d are possible: %w", s.Key, name, len(s.Value), ledger.MaxSlot, ledger.ErrTooLarge)
	case !json.Valid(s.Value):
		return s, 0, fmt.Errorf("slot %.80q of %s: its value is no JSON", s.Key, name)
	}
	end := In(When(s.Expires), 0)
	if end.Over(now) || end > In(now, ledger.MaxSlotLife) {
		return s, 0, fmt.Errorf("slot %.80q of %s: it is to be forgotten at %s: want a time ahead, by %d days at the most", s.Key, name,
			When(s.Expires).Format(time.RFC3339), ledger.MaxSlotLife/(24*time.Hour))
	}
	s.Expires = time.Unix(int64(end), 0).UTC()
	s.Version = 1 + rand.Int64N(1<<62) //nolint:gosec // tells writes apart, guards nothing
	return s, end, nil
}

// NoSlot says which slot is not in the ledger. It is a ledger.ErrNotFound.
func NoSlot(name, key string) error {
	return absent(fmt.Sprintf("no slot %.80q of %s is in the ledger", key, name))
}

// SlotConflict says which slot somebody else has written.
func SlotConflict(name, key string) error {
	return fmt.Errorf("slot %.80q of %s: %w", key, name, ledger.ErrConflict)
}
