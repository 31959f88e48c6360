package dynamo

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
)

// TestLostAnswers has the server do what it was asked and the answer not arrive; the SDK then asks again.
func TestLostAnswers(t *testing.T) {
	s, other, w := newStore(t)
	ctx := t.Context()
	add := func(text string) func(*ledger.Incident) error {
		return func(in *ledger.Incident) error {
			in.Notes = append(in.Notes, ledger.Note{Text: text})
			return nil
		}
	}
	texts := func(in ledger.Incident) (list []string) {
		for _, n := range in.Notes {
			list = append(list, n.Text)
		}
		return list
	}

	w.lost("PutItem", 1, nil)
	in, created, err := s.Open(ctx, ledger.Incident{ID: "inc-1", State: ledger.Open})
	if err != nil || !created || in.Version != 1 {
		t.Fatalf("Open = version %d, created %t, %v; want its own version 1", in.Version, created, err)
	}
	if _, created, err = other.Open(ctx, ledger.Incident{ID: "inc-1", State: ledger.Open}); err != nil || created {
		t.Errorf("an equal Open afterwards = created %t, %v; want not created", created, err)
	}

	w.lost("PutItem", 1, func() {
		if _, err := other.Update(ctx, "inc-2", add("by the other")); err != nil {
			t.Error(err)
		}
	})
	in, created, err = s.Open(ctx, ledger.Incident{ID: "inc-2", State: ledger.Open})
	if err != nil || !created || in.Version != 2 {
		t.Errorf("overtaken Open = version %d, created %t, %v; want version 2, created", in.Version, created, err)
	}

	w.lost("PutItem", 1, nil)
	if in, err = s.Update(ctx, "inc-1", add("one")); err != nil || in.Version != 2 {
		t.Errorf("Update = version %d, %v; want version 2", in.Version, err)
	}
	w.lost("PutItem", 1, func() {
		for range 3 {
			if _, err := other.Update(ctx, "inc-1", add("by the other")); err != nil {
				t.Error(err)
			}
		}
	})
	if in, err = s.Update(ctx, "inc-1", add("two")); err != nil || in.Version != 3 {
		t.Errorf("overtaken Update = version %d, %v; want version 3", in.Version, err)
	}
	stored, err := s.Get(ctx, "inc-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one", "two", "by the other", "by the other", "by the other"}, texts(stored)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}

	w.lost("PutItem", 1, nil)
	if done, err := s.Begin(ctx, "d", time.Minute); err != nil || done {
		t.Errorf("Begin = done %t, %v; want its own claim", done, err)
	}
	if _, err := other.Begin(ctx, "d", time.Minute); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("another Begin = %v, want ErrBusy", err)
	}
	w.lost("DeleteItem", 1, nil)
	if err := s.Release(ctx, "d"); err != nil {
		t.Errorf("Release: %v", err)
	}
	w.lost("PutItem", 1, nil)
	if err := s.Finish(ctx, "d", time.Hour); err != nil {
		t.Errorf("Finish: %v", err)
	}

	slot := ledger.Slot{Key: "k", Value: []byte("1"), Expires: clock().Add(time.Hour)}
	w.lost("PutItem", 1, nil)
	if slot, err = s.PutSlot(ctx, "quiet", slot); err != nil || slot.Version == 0 {
		t.Errorf("PutSlot = version %d, %v; want its own", slot.Version, err)
	}
	w.lost("PutItem", 1, func() {
		if err := replaceSlot(ctx, other, "k"); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.PutSlot(ctx, "quiet", slot); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("overtaken PutSlot = %v, want ErrConflict", err)
	}
	if slot, err = other.Slot(ctx, "quiet", "k"); err != nil {
		t.Fatal(err)
	}
	w.lost("DeleteItem", 1, nil)
	if err := s.DropSlot(ctx, "quiet", slot); err != nil {
		t.Errorf("DropSlot: %v", err)
	}

	w.lost("UpdateItem", 1, nil)
	if n, err := s.Count(ctx, "k", time.Hour); err != nil || n < 1 {
		t.Errorf("Count = %d, %v; want at least 1", n, err)
	}
}

// TestNoAnswer makes sure that a write whose answer never comes is an error, and that the same call may follow.
func TestNoAnswer(t *testing.T) {
	s, _, w := newStore(t)
	w.lost("PutItem", 2, nil) // as often as the client tries
	if _, _, err := s.Open(t.Context(), ledger.Incident{ID: "inc-1"}); !errors.As(err, new(lostAnswer)) {
		t.Fatalf("Open = %v, want the lost answer", err)
	}
	if in, _, err := s.Open(t.Context(), ledger.Incident{ID: "inc-1"}); err != nil || in.Version != 1 {
		t.Errorf("Open again = version %d, %v", in.Version, err)
	}
}

// replaceSlot drops a slot and makes it anew.
func replaceSlot(ctx context.Context, s *Store, key string) error {
	old, err := s.Slot(ctx, "quiet", key)
	if err != nil {
		return err
	}
	if err := s.DropSlot(ctx, "quiet", old); err != nil {
		return err
	}
	old.Version = 0
	_, err = s.PutSlot(ctx, "quiet", old)
	return err
}
