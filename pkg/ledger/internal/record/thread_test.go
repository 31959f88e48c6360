package record

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
)

func TestJoin(t *testing.T) {
	day := Thread{Lead: "lead", First: noon, Last: noon.Add(ledger.MaxThread)}
	hour := Thread{Lead: "lead", First: noon, Last: noon.Add(time.Hour)}
	own := func(at time.Time) Thread { return Thread{Lead: "new", First: at, Last: at} }
	for _, test := range []struct {
		name   string
		thread Thread
		at     time.Time
		window time.Duration
		lead   string
		next   Thread
	}{
		{"no thread", Thread{}, noon, time.Hour, "new", own(noon)},
		{"no thread, at the zero time", Thread{}, time.Time{}, time.Hour, "new", own(time.Time{})},
		{"within", hour, noon.Add(1), 0, "lead", hour},
		{"within, of less than no window", hour, noon.Add(1), -time.Hour, "lead", hour},
		{"at the end of the window", hour, noon.Add(2 * time.Hour), time.Hour, "lead", Thread{"lead", noon, noon.Add(2 * time.Hour)}},
		{"behind the window", hour, noon.Add(2*time.Hour + 1), time.Hour, "new", own(noon.Add(2*time.Hour + 1))},
		{"at the beginning of the window", hour, noon.Add(-time.Hour), time.Hour, "lead", Thread{"lead", noon.Add(-time.Hour), noon.Add(time.Hour)}},
		{"before the window", hour, noon.Add(-time.Hour - 1), time.Hour, "new", hour},
		{"a day, from its end on", day, noon.Add(ledger.MaxThread + 1), time.Hour, "new", own(noon.Add(ledger.MaxThread + 1))},
		{"a day, before its beginning", day, noon.Add(-1), time.Hour, "new", day},
		{"an endless window", hour, Forever(), math.MaxInt64, "new", own(Forever())},
		{"an endless window, before", hour, time.Time{}, math.MaxInt64, "new", hour},
		{"in another zone", hour, noon.In(time.FixedZone("", 3600)), 0, "lead", hour},
	} {
		lead, next := test.thread.Join("new", test.at, test.window)
		if diff := cmp.Diff(test.next, next); lead != test.lead || diff != "" {
			t.Errorf("%s: Join = %q, want %q; (-want +got):\n%s", test.name, lead, test.lead, diff)
		}
		if again, same := next.Join("new", test.at, test.window); again != lead || same != next {
			t.Errorf("%s: Join again = %q, %+v; want %q, and no change", test.name, again, same, lead)
		}
		want := test.lead
		if want == "new" {
			want = ""
		}
		if got := test.thread.Leads(test.at, test.window); got != want {
			t.Errorf("%s: Leads = %q, want %q", test.name, got, want)
		}
	}
}

// TestJoinOwn: an incident that leads keeps what is its own, however far off it is within the longest span.
func TestJoinOwn(t *testing.T) {
	thread := Thread{Lead: "lead", First: noon, Last: noon}
	for _, test := range []struct {
		after time.Duration
		next  Thread
	}{
		{0, thread},
		{ledger.MaxThread, Thread{"lead", noon, noon.Add(ledger.MaxThread)}},
		{-ledger.MaxThread, Thread{"lead", noon.Add(-ledger.MaxThread), noon}},
		{ledger.MaxThread + 1, Thread{"lead", noon.Add(ledger.MaxThread + 1), noon.Add(ledger.MaxThread + 1)}},
		{-ledger.MaxThread - 1, thread},
	} {
		if lead, next := thread.Join("lead", noon.Add(test.after), time.Hour); lead != "lead" || next != test.next {
			t.Errorf("%v after: Join = %q, %+v; want lead, %+v", test.after, lead, next, test.next)
		}
	}
}

// FuzzSighting: whatever text a sighting carries, it is kept within bounds, and keeping it again changes nothing.
func FuzzSighting(f *testing.F) {
	f.Add("bob", "8c1f2a3b-0000-4000-8000-000000000001", int64(0))
	f.Add("\xff\x00#", "", int64(math.MinInt64))
	f.Add(strings.Repeat("ž", ledger.MaxMember), strings.Repeat("x", ledger.MaxMember+1), int64(math.MaxInt64))
	f.Add(strings.Repeat("x", ledger.MaxMember-3)+"\U0001F9E8\xf0", "…", int64(1))
	f.Fuzz(func(t *testing.T, member, event string, nano int64) {
		at := noon.Add(time.Duration(nano))
		kept := one(t, ledger.Sighting{Member: member, Event: event, At: at})
		for given, text := range map[string]string{member: kept.Member, event: kept.Event} {
			if len(text) > ledger.MaxMember || !utf8.ValidString(text) {
				t.Errorf("%.80q is kept as %.80q of %d bytes", given, text, len(text))
			}
			if utf8.ValidString(given) && len(given) <= ledger.MaxMember && text != given {
				t.Errorf("%.80q is kept as %.80q", given, text)
			}
		}
		if key := SightingKey(kept); len(key) != len(SightingKey(ledger.Sighting{})) || !strings.HasPrefix(key, Moment(at)) {
			t.Errorf("the key is %q", key)
		}
		if again := one(t, kept); again != kept {
			t.Errorf("kept again, %+v became %+v", kept, again)
		}
		low, high, _ := Range(at, at)
		if key := SightingKey(kept); key < low || key > high {
			t.Errorf("the key %q is not within its time, %q to %q", key, low, high)
		}
	})
}

// one returns how a sighting is kept.
func one(t *testing.T, s ledger.Sighting) ledger.Sighting {
	t.Helper()
	kept, err := Sightings([]ledger.Sighting{s, s})
	if err != nil || len(kept) != 1 {
		t.Fatalf("Sightings = %d, %v; want 1", len(kept), err)
	}
	for _, s = range kept {
		break
	}
	return s
}
