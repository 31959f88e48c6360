package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// ErrConflict is returned for a slot that somebody else has written since it was read.
var ErrConflict = errors.New("somebody else has written it meanwhile")

// Bounds of slots.
const (
	MaxFamily   = 64      // bytes of a family's name: letters, digits and "-"
	MaxSlotKey  = 512     // bytes of a key, which is valid UTF-8; longer ones are refused, and empty ones
	MaxSlot     = 100_000 // bytes of a value
	MaxSlots    = 1000    // slots that Slots returns at the most
	MaxSlotLife = 400 * 24 * time.Hour
)

// A Slot is a small record of somebody who tells people or takes their answers: where a message was posted, what waits for
// a digest, an exception that a person made. Slots of one kind are a family.
type Slot struct {
	Key     string
	Value   json.RawMessage
	Version int64     // another one with every write, and when it is made anew; 0 for one that is not there yet
	Expires time.Time // when it is forgotten, to the second; has to lie ahead, MaxSlotLife at the most
}

// Slots keep small records by family and key.
type Slots interface {
	// Slot returns the slot of a key, or ErrNotFound. One that has expired is not found.
	Slot(ctx context.Context, family, key string) (Slot, error)

	// Slots returns the slots of a family by their keys, MaxSlots at the most, without those that have expired.
	Slots(ctx context.Context, family string) ([]Slot, error)

	// PutSlot writes a slot whose Version is the one that was read, 0 for a new one, and returns it with its new version. It
	// is an ErrConflict where somebody else has written it since, and ErrTooLarge where the value is more than MaxSlot. One
	// that has expired is a new one. A call that the caller repeats after an error may be a conflict with itself: read it
	// again.
	PutSlot(ctx context.Context, family string, s Slot) (Slot, error)

	// DropSlot removes a slot whose Version is the one that was read, or is an ErrConflict. One that is gone is no error;
	// one that was made anew is a conflict.
	DropSlot(ctx context.Context, family string, s Slot) error
}
