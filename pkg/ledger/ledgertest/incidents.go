package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

func testOpen(t *testing.T, b *bench) {
	in := incident("inc-1")
	stored := mustOpen(t, b.a, in)
	want := in
	want.Version = 1
	wantEqual(t, "Open returned", stored, want)
	wantEqual(t, "Get by the other handle", mustGet(t, b.b, "inc-1"), want)

	other := incident("inc-1")
	other.Title, other.State, other.Version = "another title", ledger.Asked, 7
	again, created, err := b.b.Open(t.Context(), other)
	if err != nil || created {
		t.Fatalf("second Open = created %t, %v; want the stored incident", created, err)
	}
	wantEqual(t, "second Open returned", again, want)
	wantEqual(t, "Get after the second Open", mustGet(t, b.a, "inc-1"), want)

	mustUpdate(t, b.a, "inc-1", moveTo(ledger.Remediating))
	if again, _, err = b.b.Open(t.Context(), in); err != nil || again.State != ledger.Remediating || again.Version != 2 {
		t.Errorf("Open after an update = state %s version %d, %v; want what is stored", again.State, again.Version, err)
	}
}

func testOpenRace(t *testing.T, b *bench) {
	var created atomic.Int32
	together(t, b, 8, func(ctx context.Context, s ledger.Store, i int) error {
		in := incident("inc-1")
		in.Title = fmt.Sprint("by ", i)
		stored, first, err := s.Open(ctx, in)
		if err != nil {
			return err
		}
		if first {
			created.Add(1)
		}
		if first != (stored.Title == in.Title) {
			return fmt.Errorf("a call of Open returned created %t with the title %q of opener %d", first, stored.Title, i)
		}
		return nil
	})
	if n := created.Load(); n != 1 {
		t.Errorf("%d openers were told that they created the incident, want 1", n)
	}
}

func testOpenRefusesIDs(t *testing.T, b *bench) {
	longest := strings.Repeat("é", ledger.MaxID/2)
	mustOpen(t, b.a, incident(longest))
	wantEqual(t, "id of the longest", mustGet(t, b.a, longest).ID, longest)
	for _, id := range []string{"", longest + "x", "inc-\xff"} {
		if _, _, err := b.a.Open(t.Context(), incident(id)); err == nil {
			t.Errorf("Open(%.20q) worked", id)
		}
	}
	list, err := b.a.List(t.Context(), ledger.Query{})
	if err != nil || len(list) != 1 {
		t.Errorf("List after refused ids = %d incidents, %v; want the one that was opened", len(list), err)
	}
}

func testGetNotFound(t *testing.T, b *bench) {
	mustOpen(t, b.a, incident("inc-1"))
	for _, id := range []string{"inc-2", "inc", "inc-1 ", "INC-1", "", "inc-\xff", strings.Repeat("x", 5000), "inc-1#", "\x00"} {
		if _, err := b.a.Get(t.Context(), id); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("Get(%.20q) = %v, want ErrNotFound", id, err)
		}
		_, err := b.a.Update(t.Context(), id, func(*ledger.Incident) error {
			t.Errorf("Update(%.20q) ran its change", id)
			return nil
		})
		if !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("Update(%.20q) = %v, want ErrNotFound", id, err)
		}
	}
}

// testSharesNoMemory: what a caller does to what it gave or got must not reach the ledger.
func testSharesNoMemory(t *testing.T, b *bench) {
	in := incident("inc-1")
	stored := mustOpen(t, b.a, in)
	want := mustGet(t, b.a, "inc-1")
	for _, mine := range []ledger.Incident{in, stored, mustGet(t, b.a, "inc-1")} {
		mine.EventIDs[0] = "overwritten"
		mine.Changes[0].Before[1] = 'X'
		mine.Finding.Params["new"] = "x"
	}
	var held *ledger.Incident
	mustUpdate(t, b.a, "inc-1", func(i *ledger.Incident) error {
		held = i
		return nil
	})
	held.EventIDs[0], held.Changes[0].Before[1] = "overwritten", 'X'
	want.Version = 2
	wantEqual(t, "the stored incident", mustGet(t, b.a, "inc-1"), want)
}

func testUpdate(t *testing.T, b *bench) {
	mustOpen(t, b.a, incident("inc-1"))
	b.clock.advance(time.Hour)
	want := incident("inc-1")
	want.State, want.Version, want.Times.Acted, want.Outbox = ledger.Remediating, 2, b.clock.Now(), nil
	got := mustUpdate(t, b.b, "inc-1", func(in *ledger.Incident) error {
		in.State, in.Times.Acted, in.Outbox = ledger.Remediating, b.clock.Now(), nil
		in.Version = 99 // the store counts
		return nil
	})
	wantEqual(t, "Update returned", got, want)
	wantEqual(t, "Get by the other handle", mustGet(t, b.a, "inc-1"), want)
	if got := mustUpdate(t, b.a, "inc-1", moveTo(ledger.Remediated)); got.Version != 3 {
		t.Errorf("version after two updates = %d, want 3", got.Version)
	}
}

func testUpdateError(t *testing.T, b *bench) {
	stored := mustOpen(t, b.a, incident("inc-1"))
	boom := errors.New("boom")
	_, err := b.a.Update(t.Context(), "inc-1", func(in *ledger.Incident) error {
		in.State = ledger.Failed
		return boom
	})
	if err != boom { //nolint:errorlint // the error is returned as it is
		t.Errorf("Update returned %v, want the error of change itself", err)
	}
	wantEqual(t, "the incident afterwards", mustGet(t, b.a, "inc-1"), stored)
}

func testUpdateCannotMove(t *testing.T, b *bench) {
	stored := mustOpen(t, b.a, incident("inc-1"))
	for what, change := range map[string]func(*ledger.Incident){
		"id":              func(in *ledger.Incident) { in.ID = "inc-2" },
		"time of receipt": func(in *ledger.Incident) { in.Times.Received = in.Times.Received.Add(1) },
	} {
		_, err := b.a.Update(t.Context(), "inc-1", func(in *ledger.Incident) error {
			change(in)
			return nil
		})
		if err == nil {
			t.Errorf("Update changed the %s", what)
		}
	}
	wantEqual(t, "the incident afterwards", mustGet(t, b.a, "inc-1"), stored)
}

func testUpdateRace(t *testing.T, b *bench) {
	const writers, writes = 6, 4
	mustOpen(t, b.a, incident("inc-1"))
	together(t, b, writers, func(ctx context.Context, s ledger.Store, i int) error {
		for n := range writes {
			_, err := s.Update(ctx, "inc-1", func(in *ledger.Incident) error {
				in.Notes = append(in.Notes, ledger.Note{Time: start, By: fmt.Sprint(i), Text: fmt.Sprint(n)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	in := mustGet(t, b.b, "inc-1")
	if in.Version != 1+writers*writes {
		t.Errorf("version = %d, want %d", in.Version, 1+writers*writes)
	}
	next := map[string]int{}
	for _, note := range in.Notes[1:] {
		if note.Text != fmt.Sprint(next[note.By]) {
			t.Errorf("writer %s: note %s where %d was due", note.By, note.Text, next[note.By])
		}
		next[note.By]++
	}
	for i := range writers {
		if n := next[fmt.Sprint(i)]; n != writes {
			t.Errorf("%d of %d notes of writer %d are there", n, writes, i)
		}
	}
}

// testUpdateInsideUpdate makes sure that a conflict starts change over on a fresh copy.
func testUpdateInsideUpdate(t *testing.T, b *bench) {
	mustOpen(t, b.a, incident("inc-1"))
	runs := 0
	got := mustUpdate(t, b.a, "inc-1", func(in *ledger.Incident) error {
		if runs++; runs == 1 {
			mustUpdate(t, b.b, "inc-1", func(in *ledger.Incident) error {
				in.Title = "by the other"
				return nil
			})
		} else if in.Title != "by the other" || len(in.Notes) != 1 {
			t.Errorf("second run saw title %q and %d notes", in.Title, len(in.Notes))
		}
		in.Notes = append(in.Notes, ledger.Note{Text: "mine"})
		return nil
	})
	if runs != 2 || got.Version != 3 || got.Title != "by the other" || len(got.Notes) != 2 {
		t.Errorf("after %d runs: version %d, title %q, %d notes", runs, got.Version, got.Title, len(got.Notes))
	}
}
