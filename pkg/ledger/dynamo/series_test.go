package dynamo

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// operations returns what was called since the last time, in order.
func operations(w *wire) string {
	var names []string
	for _, c := range w.take() {
		names = append(names, c.operation)
	}
	return strings.Join(names, " ")
}

// TestSeriesCalls holds what a sighting costs: as a rule there is one.
func TestSeriesCalls(t *testing.T) {
	s, _, w := newStore(t)
	sightings := func(n int) (list []ledger.Sighting) {
		for i := range n {
			list = append(list, ledger.Sighting{Member: fmt.Sprint(i), Event: "e", At: now})
		}
		return list
	}
	for _, test := range []struct{ sightings, puts int }{{0, 0}, {1, 1}, {1, 1}, {ledger.MaxObserved, ledger.MaxObserved}} {
		if err := s.Observe(t.Context(), "k", sightings(test.sightings), time.Hour); err != nil {
			t.Fatal(err)
		}
		if got, want := operations(w), strings.TrimSpace(strings.Repeat("PutItem ", test.puts)); got != want {
			t.Errorf("Observe of %d sightings calls %s, want %d times PutItem", test.sightings, got, test.puts)
		}
	}
	if list, err := s.Observed(t.Context(), "k", now, now); err != nil || len(list) != ledger.MaxObserved {
		t.Errorf("Observed = %d sightings, %v", len(list), err)
	}
	if got := operations(w); got != "Query" {
		t.Errorf("Observed calls %s, want one Query", got)
	}
}

// TestSeriesLost has answers of Observe lost: sightings are neither doubled nor missing, and an error says that some may be.
func TestSeriesLost(t *testing.T) {
	s, other, w := newStore(t)
	seen := make([]ledger.Sighting, 20)
	for n := range seen {
		seen[n] = ledger.Sighting{Member: fmt.Sprint(n), At: now}
	}
	want := func(n int) {
		t.Helper()
		if list, err := other.Observed(t.Context(), "k", now, now); err != nil || len(list) != n {
			t.Errorf("Observed = %d sightings, %v; want %d", len(list), err, n)
		}
	}
	w.lost("PutItem", 1, nil)
	if err := s.Observe(t.Context(), "k", seen[:1], time.Hour); err != nil {
		t.Errorf("Observe: %v", err)
	}
	want(1)
	w.lost("PutItem", 1000, nil)
	if err := s.Observe(t.Context(), "k", seen, time.Hour); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("Observe without any answer = %v, want one error", err)
	}
	w.lost("PutItem", 0, nil)
	if err := s.Observe(t.Context(), "k", seen, time.Hour); err != nil {
		t.Errorf("Observe again: %v", err)
	}
	want(len(seen))
}

// TestSeriesPages reads more than DynamoDB sends in one page, behind what is over and not deleted yet.
func TestSeriesPages(t *testing.T) {
	s, _, w := newStore(t)
	for from := 0; from < ledger.MaxSightings+ledger.MaxObserved; from += ledger.MaxObserved {
		seen := make([]ledger.Sighting, ledger.MaxObserved)
		for n := range seen {
			seen[n] = ledger.Sighting{Member: "live", Event: fmt.Sprint(from + n), At: now.Add(time.Duration(from + n))}
		}
		if err := s.Observe(t.Context(), "k", seen, time.Hour); err != nil {
			t.Fatal(err)
		}
		for n := range seen {
			seen[n].Member, seen[n].At = "over", now.Add(time.Hour+time.Duration(from+n))
		}
		if err := s.Observe(t.Context(), "k", seen, -time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	w.take()
	list, err := s.Observed(t.Context(), "k", time.Time{}, now.Add(2*time.Hour))
	if err != nil || len(list) != ledger.MaxSightings {
		t.Fatalf("Observed = %d sightings, %v; want %d", len(list), err, ledger.MaxSightings)
	}
	for n, v := range list {
		if want := fmt.Sprint(ledger.MaxSightings + ledger.MaxObserved - 1 - n); v.Member != "live" || v.Event != want {
			t.Fatalf("sighting %d is %+v, want live %s", n, v, want)
		}
	}
	if got := operations(w); !strings.HasPrefix(got, "Query Query") {
		t.Errorf("Observed calls %s: this test turns no page", got)
	}
}
