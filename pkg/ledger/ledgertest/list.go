package ledgertest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// receive opens incidents that were received at the given times after start; their identifiers count from a.
func receive(t *testing.T, b *bench, after ...time.Duration) {
	t.Helper()
	for n, d := range after {
		in := incident(fmt.Sprintf("inc-%c", 'a'+n))
		in.Times.Received = start.Add(d)
		mustOpen(t, b.a, in)
	}
}

func wantList(t *testing.T, b *bench, q ledger.Query, ids ...string) {
	t.Helper()
	list, err := b.b.List(t.Context(), q)
	if err != nil {
		t.Fatalf("List(%+v): %v", q, err)
	}
	got := []string{}
	for _, in := range list {
		got = append(got, in.ID)
		wantEqual(t, "listed "+in.ID, in, mustGet(t, b.a, in.ID))
	}
	if !slices.Equal(got, ids) {
		t.Errorf("List(%+v) = %v, want %v", q, got, ids)
	}
}

func testListOrder(t *testing.T, b *bench) {
	wantList(t, b, ledger.Query{})
	receive(t, b, 0, time.Hour, time.Nanosecond, 0, -24*time.Hour, 900*time.Millisecond)
	elsewhere := incident("inc-z")
	elsewhere.Times.Received = start.Add(30 * time.Minute).In(time.FixedZone("", -9*60*60))
	mustOpen(t, b.a, elsewhere)
	mustOpen(t, b.a, ledger.Incident{ID: "inc-zero"})
	wantList(t, b, ledger.Query{}, "inc-b", "inc-z", "inc-f", "inc-c", "inc-d", "inc-a", "inc-e", "inc-zero")

	mustUpdate(t, b.a, "inc-e", moveTo(ledger.Remediating))
	wantList(t, b, ledger.Query{Limit: 1}, "inc-b") // an update does not move an incident up
}

func testListFilters(t *testing.T, b *bench) {
	receive(t, b, 0, time.Hour, 2*time.Hour, 3*time.Hour)
	mustUpdate(t, b.a, "inc-b", moveTo(ledger.Asked))
	mustUpdate(t, b.a, "inc-d", moveTo(ledger.Asked))
	mustUpdate(t, b.a, "inc-d", func(in *ledger.Incident) error {
		in.Rule = "NET-001"
		return nil
	})
	wantList(t, b, ledger.Query{State: ledger.Asked}, "inc-d", "inc-b")
	wantList(t, b, ledger.Query{State: ledger.Open}, "inc-c", "inc-a")
	wantList(t, b, ledger.Query{Rule: "IAM-002"}, "inc-c", "inc-b", "inc-a")
	wantList(t, b, ledger.Query{Rule: "NET-001", State: ledger.Asked}, "inc-d")
	wantList(t, b, ledger.Query{Rule: "NET-001", State: ledger.Open})
	wantList(t, b, ledger.Query{State: ledger.Undone})
	wantList(t, b, ledger.Query{Since: start.Add(time.Hour)}, "inc-d", "inc-c", "inc-b")
	wantList(t, b, ledger.Query{Since: start.Add(time.Hour + 1)}, "inc-d", "inc-c")
	wantList(t, b, ledger.Query{Since: start.Add(time.Hour).In(time.FixedZone("", 5*60*60)), State: ledger.Asked}, "inc-d", "inc-b")
	wantList(t, b, ledger.Query{Since: start.Add(24 * time.Hour)})
	wantList(t, b, ledger.Query{Since: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)})
	wantList(t, b, ledger.Query{State: ledger.Asked, Limit: 1}, "inc-d")
	wantList(t, b, ledger.Query{State: ledger.Open, Limit: 1}, "inc-c")
}

func testListLimit(t *testing.T, b *bench) {
	for n := range 103 {
		in := ledger.Incident{ID: fmt.Sprintf("inc-%03d", n), State: ledger.Open, Times: ledger.Times{Received: start.Add(time.Duration(n))}}
		mustOpen(t, b.a, in)
	}
	for limit, want := range map[int]int{0: 100, -1: 100, 1: 1, 100: 100, 102: 102, 1 << 40: 103} {
		list, err := b.a.List(t.Context(), ledger.Query{Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != want || list[0].ID != "inc-102" {
			t.Errorf("List with limit %d returned %d incidents from %s on, want %d from inc-102 on", limit, len(list), list[0].ID, want)
		}
	}
}
