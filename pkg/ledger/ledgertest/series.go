package ledgertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"riposte/pkg/ledger"
)

// ever is later than whatever the suite stores.
var ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// saw returns a sighting some time after the suite's clock begins.
func saw(member, event string, after time.Duration) ledger.Sighting {
	return ledger.Sighting{Member: member, Event: event, At: start.Add(after)}
}

func observe(t *testing.T, s ledger.Store, key string, seen ...ledger.Sighting) {
	t.Helper()
	if err := s.Observe(t.Context(), key, seen, time.Hour); err != nil {
		t.Fatalf("Observe(%.40q): %v", key, err)
	}
}

func observed(t *testing.T, s ledger.Store, key string, from, to time.Time) []ledger.Sighting {
	t.Helper()
	list, err := s.Observed(t.Context(), key, from, to)
	if err != nil {
		t.Fatalf("Observed(%.40q): %v", key, err)
	}
	return list
}

func wantObserved(t *testing.T, s ledger.Store, key string, from, to time.Time, want ...ledger.Sighting) {
	t.Helper()
	if got := observed(t, s, key, from, to); len(got) != 0 || len(want) != 0 {
		wantEqual(t, fmt.Sprintf("Observed(%.40q, %v, %v)", key, from, to), got, want)
	}
}

func testSeries(t *testing.T, b *bench) {
	at := func(d time.Duration) time.Time { return start.Add(d) }
	one, two, three := saw("bob", "e1", 0), saw("bob", "e2", 1), saw("bob", "e3", time.Hour)
	observe(t, b.a, "r")
	wantObserved(t, b.a, "r", time.Time{}, ever)
	observe(t, b.a, "r", two)
	observe(t, b.b, "r", three, one, one)
	observe(t, b.b, "r", two, ledger.Sighting{Member: "bob", Event: "e1", At: at(0).In(time.FixedZone("", 3600))})
	observe(t, b.a, "r2", saw("other", "e1", 0))
	observe(t, b.a, "", saw("", "", 0))
	for _, s := range []ledger.Store{b.a, b.b} {
		wantObserved(t, s, "r", time.Time{}, ever, three, two, one)
		wantObserved(t, s, "r", at(0), at(0), one) // both bounds are included
		wantObserved(t, s, "r", at(1), at(time.Hour), three, two)
		wantObserved(t, s, "r", at(2), at(time.Hour-1))
		wantObserved(t, s, "r", at(time.Hour+1), ever)
		wantObserved(t, s, "r", time.Time{}, at(-1))
		wantObserved(t, s, "r", at(1), at(0)) // the wrong way round
		wantObserved(t, s, "r", at(0).In(time.FixedZone("", -3600)), at(1).In(time.FixedZone("", 3600)), two, one)
		wantObserved(t, s, "", time.Time{}, ever, saw("", "", 0))
		wantObserved(t, s, "s", time.Time{}, ever)
	}
	observe(t, b.a, "r", ledger.Sighting{Member: "zero"})
	wantObserved(t, b.b, "r", time.Time{}, at(-1), ledger.Sighting{Member: "zero"})
}

// testSeriesTies: what differs in its member, its event or its time is a sighting of its own, and those of one moment are
// in one order, whichever way they were added.
func testSeriesTies(t *testing.T, b *bench) {
	seen := []ledger.Sighting{
		saw("a", "e1", 0), saw("a", "e2", 0), saw("b", "e1", 0), saw("ab", "e", 0), saw("a", "be", 0), saw("abe", "", 0),
		saw("", "abe", 0), saw("a#b", "e", 0), saw("a", "b#e", 0), saw("a\x00b", "e", 0), saw("a", "e1", 1),
	}
	observe(t, b.a, "forwards", seen...)
	for _, v := range slices.Backward(seen) {
		observe(t, b.b, "backwards", v)
	}
	got := observed(t, b.b, "forwards", start, ever)
	wantObserved(t, b.a, "backwards", start, ever, got...)
	if len(got) == 0 || got[0] != saw("a", "e1", 1) {
		t.Errorf("the newest is not the first: %v", got)
	}
	for _, v := range seen {
		if !slices.Contains(got, v) {
			t.Errorf("%+v is not in the series", v)
		}
	}
	if len(got) != len(seen) {
		t.Errorf("%d sightings, want %d", len(got), len(seen))
	}
}

func testSeriesMax(t *testing.T, b *bench) {
	sightings := func(from, n int) (list []ledger.Sighting) {
		for i := range n {
			list = append(list, saw(fmt.Sprint("m", from+i), "e", time.Duration(from+i)*time.Second))
		}
		return list
	}
	err := b.a.Observe(t.Context(), "r", sightings(0, ledger.MaxObserved+1), time.Hour)
	if err == nil || !strings.Contains(err.Error(), "at most 64") {
		t.Errorf("Observe of too many = %v, want an error that says how many are possible", err)
	}
	wantObserved(t, b.a, "r", time.Time{}, ever)
	const all = ledger.MaxSightings + 3
	for from := 0; from < all; from += ledger.MaxObserved {
		observe(t, b.a, "r", sightings(from, min(ledger.MaxObserved, all-from))...)
	}
	want := sightings(3, ledger.MaxSightings)
	slices.Reverse(want)
	wantObserved(t, b.b, "r", time.Time{}, ever, want...)
	wantObserved(t, b.b, "r", time.Time{}, start.Add(time.Second), sightings(1, 1)[0], sightings(0, 1)[0])
}

func testSeriesRetention(t *testing.T, b *bench) {
	keep := func(v ledger.Sighting, d time.Duration) {
		t.Helper()
		if err := b.a.Observe(t.Context(), "r", []ledger.Sighting{v}, d); err != nil {
			t.Fatal(err)
		}
	}
	short, long, late := saw("short", "e", 2), saw("long", "e", 1), saw("late", "e", 0)
	keep(short, time.Hour)
	keep(long, 10*time.Hour)
	keep(long, time.Hour) // does not shorten what was promised
	wantObserved(t, b.b, "r", time.Time{}, ever, short, long)
	b.clock.advance(time.Hour)
	wantObserved(t, b.b, "r", time.Time{}, ever, short, long)
	b.clock.advance(time.Second)
	wantObserved(t, b.b, "r", time.Time{}, ever, long)
	keep(late, time.Hour)
	wantObserved(t, b.b, "r", time.Time{}, ever, long, late)
	keep(short, time.Hour) // what is over may be seen again
	wantObserved(t, b.b, "r", time.Time{}, ever, short, long, late)
	b.clock.advance(30 * time.Minute)
	keep(short, time.Hour) // and adding it again keeps it longer
	b.clock.advance(45 * time.Minute)
	wantObserved(t, b.b, "r", time.Time{}, ever, short, long)
	b.clock.advance(10 * time.Hour)
	wantObserved(t, b.b, "r", time.Time{}, ever)
	keep(short, -time.Hour)
	wantObserved(t, b.b, "r", time.Time{}, ever)
}

// testSeriesRace has many add the same and their own at once.
func testSeriesRace(t *testing.T, b *bench) {
	const n = 8
	same := []ledger.Sighting{saw("same", "e", 0), saw("same too", "e", 0)}
	together(t, b, n, func(ctx context.Context, s ledger.Store, i int) error {
		return s.Observe(ctx, "r", append(slices.Clone(same), saw(fmt.Sprint("own ", i), "e", 0)), time.Hour)
	})
	if got := observed(t, b.a, "r", start, start); len(got) != len(same)+n {
		t.Errorf("%d sightings, want %d: %v", len(got), len(same)+n, got)
	}
}

// testSeriesHostile stores what an attacker can name: long texts are cut but stay apart, and what is no text is replaced.
func testSeriesHostile(t *testing.T, b *bench) {
	long := strings.Repeat("ž", 250_000)
	wantOne := func(key string, v ledger.Sighting) ledger.Sighting {
		t.Helper()
		observe(t, b.a, key, v, v)
		observe(t, b.b, key, v)
		got := observed(t, b.b, key, start, start)
		if len(got) != 1 {
			t.Fatalf("%s: %d sightings, want 1", key, len(got))
		}
		return got[0]
	}
	for n, text := range []string{"\x00", "a\x00b#c", "\u2028</script>\"'\\", "\u202E🧨\uFFFF", `{"S":"x"}`, strings.Repeat("x", ledger.MaxMember)} {
		wantEqual(t, "kept as it is", wantOne(fmt.Sprint("text ", n), saw(text, text, 0)), saw(text, text, 0))
	}
	wantEqual(t, "what is no text", wantOne("invalid", saw("a\xffb", "\xc0", 0)), saw("a\uFFFDb", "\uFFFD", 0))
	for n, text := range []string{long, "x" + long, long + "x", strings.Repeat("x", ledger.MaxMember+1)} {
		key := fmt.Sprint("long ", n)
		got := wantOne(key, saw(text, text, 0))
		if got.Member != got.Event || len(got.Member) > ledger.MaxMember || len(got.Member) < ledger.MaxMember-utf8.UTFMax ||
			!utf8.ValidString(got.Member) || !strings.HasPrefix(got.Member, text[:200]) {
			t.Errorf("%s: a text of %d bytes is kept as %.80q… of %d bytes", key, len(text), got.Member, len(got.Member))
		}
		wantEqual(t, "what was kept, seen again", wantOne(key, got), got)
	}
	observe(t, b.a, "long ones", saw(long, "e", 0), saw(long+"x", "e", 0), saw("x"+long, "e", 0), saw("e", long, 0))
	if got := observed(t, b.b, "long ones", start, start); len(got) != 4 {
		t.Errorf("four texts that differ at their ends are %d sightings", len(got))
	}
}
