package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// slotKey is where a slot is: no family has a slash.
func slotKey(family, key string) string { return family + "/" + key }

// Slot returns the slot of a key, or ledger.ErrNotFound.
func (s *Store) Slot(ctx context.Context, family, key string) (found ledger.Slot, err error) {
	if err := record.CheckSlot(family, key); err != nil {
		return ledger.Slot{}, err
	}
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		var known bool
		found, known, err = getSlot(tx, family, key, s.now())
		if err == nil && !known {
			return record.NoSlot(family, key)
		}
		return err
	})
	if err != nil {
		return ledger.Slot{}, err
	}
	return found, nil
}

// Slots returns the slots of a family.
func (s *Store) Slots(ctx context.Context, family string) ([]ledger.Slot, error) {
	if err := record.CheckFamily(family); err != nil {
		return nil, err
	}
	list := []ledger.Slot{}
	err := s.view(ctx, func(tx *bbolt.Tx) error {
		first := []byte(slotKey(family, ""))
		c := tx.Bucket([]byte(slots)).Cursor()
		for key, value := c.Seek(first); bytes.HasPrefix(key, first) && len(list) < ledger.MaxSlots; key, value = c.Next() {
			found, known, err := slotOf(family, string(key[len(first):]), value, s.now())
			if err != nil {
				return err
			}
			if known {
				list = append(list, found)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// PutSlot writes a slot that nobody else has written since it was read.
func (s *Store) PutSlot(ctx context.Context, family string, given ledger.Slot) (ledger.Slot, error) {
	next, deadline, err := record.Slot(family, given, s.now())
	if err != nil {
		return ledger.Slot{}, err
	}
	err = s.update(ctx, func(tx *bbolt.Tx) error {
		old, _, err := getSlot(tx, family, given.Key, s.now())
		switch {
		case err != nil:
			return err
		case old.Version != given.Version:
			return record.SlotConflict(family, given.Key)
		}
		// The value stays as it is, byte for byte, behind its version.
		return put(tx, slots, slotKey(family, next.Key), deadline, append(binary.BigEndian.AppendUint64(nil, uint64(next.Version)), next.Value...))
	})
	if err != nil {
		return ledger.Slot{}, err
	}
	return next, nil
}

// DropSlot removes a slot that nobody else has written since it was read.
func (s *Store) DropSlot(ctx context.Context, family string, drop ledger.Slot) error {
	if err := record.CheckSlot(family, drop.Key); err != nil {
		return err
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		old, known, err := getSlot(tx, family, drop.Key, s.now())
		switch {
		case err != nil:
			return err
		case known && old.Version != drop.Version:
			return record.SlotConflict(family, drop.Key)
		}
		return remove(tx, slots, slotKey(family, drop.Key))
	})
}

func getSlot(tx *bbolt.Tx, family, key string, now time.Time) (ledger.Slot, bool, error) {
	return slotOf(family, key, tx.Bucket([]byte(slots)).Get([]byte(slotKey(family, key))), now)
}

// slotOf reads a slot that is not over. It is valid after the transaction too.
func slotOf(family, key string, value []byte, now time.Time) (ledger.Slot, bool, error) {
	if value == nil {
		return ledger.Slot{}, false, nil
	}
	d, body, err := unseal(value)
	if err == nil && len(body) < stampSize {
		err = errDamaged
	}
	if err != nil {
		return ledger.Slot{}, false, fmt.Errorf("the ledger's slot %.80q of %s cannot be read: %w", key, family, err)
	}
	if d.Over(now) {
		return ledger.Slot{}, false, nil
	}
	return ledger.Slot{
		Key: key, Value: bytes.Clone(body[stampSize:]), Version: int64(binary.BigEndian.Uint64(body)), Expires: time.Unix(int64(d), 0).UTC(),
	}, true, nil
}
