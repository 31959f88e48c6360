package memory

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

type slot struct {
	ledger.Slot
	deadline record.Deadline
}

// read returns a copy that the caller may keep.
func (s slot) read() ledger.Slot {
	s.Value = bytes.Clone(s.Value)
	return s.Slot
}

// Slot returns the slot of a key, or ledger.ErrNotFound.
func (s *Store) Slot(ctx context.Context, family, key string) (ledger.Slot, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Slot{}, err
	}
	if err := record.CheckSlot(family, key); err != nil {
		return ledger.Slot{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.slot(family, key)
	if !ok {
		return ledger.Slot{}, record.NoSlot(family, key)
	}
	return found.read(), nil
}

// Slots returns the slots of a family.
func (s *Store) Slots(ctx context.Context, family string) ([]ledger.Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := record.CheckFamily(family); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []ledger.Slot{}
	for key := range s.slots[family] {
		if found, ok := s.slot(family, key); ok {
			list = append(list, found.read())
		}
	}
	slices.SortFunc(list, func(a, b ledger.Slot) int { return strings.Compare(a.Key, b.Key) })
	return list[:min(len(list), ledger.MaxSlots)], nil
}

// PutSlot writes a slot that nobody else has written since it was read.
func (s *Store) PutSlot(ctx context.Context, family string, put ledger.Slot) (ledger.Slot, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Slot{}, err
	}
	next, deadline, err := record.Slot(family, put, s.now())
	if err != nil {
		return ledger.Slot{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, _ := s.slot(family, put.Key); old.Version != put.Version {
		return ledger.Slot{}, record.SlotConflict(family, put.Key)
	}
	if s.slots[family] == nil {
		s.slots[family] = map[string]slot{}
	}
	stored := slot{next, deadline}
	s.slots[family][put.Key] = stored
	return stored.read(), nil
}

// DropSlot removes a slot that nobody else has written since it was read.
func (s *Store) DropSlot(ctx context.Context, family string, drop ledger.Slot) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := record.CheckSlot(family, drop.Key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.slot(family, drop.Key); ok && old.Version != drop.Version {
		return record.SlotConflict(family, drop.Key)
	}
	delete(s.slots[family], drop.Key)
	return nil
}

// slot finds a slot that is not over. The caller holds the lock.
func (s *Store) slot(family, key string) (slot, bool) {
	if found, ok := s.slots[family][key]; ok && !found.deadline.Over(s.now()) {
		return found, true
	}
	return slot{}, false
}
