package ledgertest

import (
	"errors"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// testRetention takes every state: one that is finished is kept for the retention, one that is not stays.
func testRetention(t *testing.T, b *bench) {
	for _, state := range ledger.States() {
		mustOpen(t, b.a, incident("inc-"+string(state)))
		mustUpdate(t, b.a, "inc-"+string(state), moveTo(state))
	}
	told := incident("inc-told-only")
	told.Action = ""
	mustOpen(t, b.a, told)
	check := func(when string, finishedToo bool) {
		t.Helper()
		listed := map[string]bool{}
		list, err := b.b.List(t.Context(), ledger.Query{})
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range list {
			listed[in.ID] = true
		}
		for _, state := range ledger.States() {
			id, want := "inc-"+string(state), finishedToo || !state.Finished()
			_, err := b.b.Get(t.Context(), id)
			if got := err == nil; got != want || !want && !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("%s: Get(%s) = %v, want found %t", when, id, err, want)
			}
			if listed[id] != want {
				t.Errorf("%s: %s is listed %t, want %t", when, id, listed[id], want)
			}
		}
	}
	b.clock.advance(ledger.Retention)
	check("at the end of the retention", true)
	b.clock.advance(time.Second)
	check("after the retention", false)
	if _, err := b.b.Get(t.Context(), "inc-told-only"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Get of what was only told, after the retention = %v, want ErrNotFound", err)
	}
	if _, err := b.a.Update(t.Context(), "inc-kept", moveTo(ledger.Undoing)); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Update of what is over = %v, want ErrNotFound", err)
	}

	mustUpdate(t, b.a, "inc-open", moveTo(ledger.Resolved))
	b.clock.advance(ledger.Retention / 2)
	mustUpdate(t, b.a, "inc-open", func(*ledger.Incident) error { return nil }) // writing renews
	mustUpdate(t, b.a, "inc-approved", moveTo(ledger.Failed))
	mustUpdate(t, b.a, "inc-approved", moveTo(ledger.Undoing)) // no longer finished
	b.clock.advance(ledger.Retention)
	mustGet(t, b.a, "inc-open")
	b.clock.advance(time.Second)
	if _, err := b.a.Get(t.Context(), "inc-open"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Get after the renewed retention = %v, want ErrNotFound", err)
	}
	mustGet(t, b.a, "inc-approved")
}

func testOpenAfterRetention(t *testing.T, b *bench) {
	mustOpen(t, b.a, incident("inc-1"))
	mustUpdate(t, b.a, "inc-1", moveTo(ledger.Kept))
	b.clock.advance(ledger.Retention + time.Second)
	in := incident("inc-1")
	in.Times.Received = b.clock.Now()
	want := mustOpen(t, b.b, in)
	wantEqual(t, "state of the new one", want.State, ledger.Open)
	list, err := b.a.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "List", list, []ledger.Incident{want})
}
