package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

func touch(t *testing.T, s ledger.Store, key, incident string, at time.Time) {
	t.Helper()
	if err := s.Touch(t.Context(), key, incident, at); err != nil {
		t.Fatalf("Touch(%.40q): %v", key, err)
	}
}

func wantTouched(t *testing.T, s ledger.Store, key, incident string, at time.Time) {
	t.Helper()
	got, when, err := s.Touched(t.Context(), key)
	if err != nil || got != incident || !when.Equal(at) || when.Location() != time.UTC {
		t.Errorf("Touched(%.40q) = %q, %v, %v; want %q, %v", key, got, when, err, incident, at)
	}
}

func wantTouches(t *testing.T, s ledger.Store, key string, from, to time.Time, want ...ledger.Touch) {
	t.Helper()
	got, err := s.Touches(t.Context(), key, from, to)
	if err != nil {
		t.Fatalf("Touches(%.40q): %v", key, err)
	}
	if len(got) != 0 || len(want) != 0 {
		wantEqual(t, fmt.Sprintf("Touches(%.40q, %v, %v)", key, from, to), got, want)
	}
}

func testTouch(t *testing.T, b *bench) {
	key := ledger.ResourceKey("111122223333", "AccessKey/AKIAIOSFODNN7EXAMPLE")
	wantTouched(t, b.a, key, "", time.Time{})
	touch(t, b.a, key, "inc-1", start)
	wantTouched(t, b.b, key, "inc-1", start)
	touch(t, b.b, key, "inc-2", start.Add(time.Second))
	wantTouched(t, b.a, key, "inc-2", start.Add(time.Second))
	touch(t, b.a, key, "inc-0", start.Add(-time.Second)) // comes late
	wantTouched(t, b.a, key, "inc-2", start.Add(time.Second))
	touch(t, b.a, key, "inc-3", start.Add(2*time.Second).In(time.FixedZone("", -7*60*60)))
	wantTouched(t, b.a, key, "inc-3", start.Add(2*time.Second))
	wantTouched(t, b.a, ledger.ResourceKey("444455556666", "AccessKey/AKIAIOSFODNN7EXAMPLE"), "", time.Time{})
	if err := b.a.Touch(t.Context(), key, "", start); err == nil {
		t.Error("Touch without an incident worked")
	}
	touch(t, b.a, "zero", "inc-1", time.Time{})
	wantTouched(t, b.a, "zero", "inc-1", time.Time{})
}

func testTouchRange(t *testing.T, b *bench) {
	at := func(d time.Duration) time.Time { return start.Add(d) }
	one := ledger.Touch{Incident: "inc-1", At: at(0)}
	two := ledger.Touch{Incident: "inc-2", At: at(0)}
	three := ledger.Touch{Incident: "inc-1", At: at(1)}
	four := ledger.Touch{Incident: "inc-9", At: at(time.Hour)}
	for _, v := range []ledger.Touch{three, one, four, two, one} {
		touch(t, b.a, "r", v.Incident, v.At)
	}
	touch(t, b.a, "r2", "other", at(0))
	touch(t, b.a, "", "none", at(0))
	always := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	wantTouches(t, b.b, "r", time.Time{}, always, four, three, two, one)
	wantTouches(t, b.b, "r", at(0), at(0), two, one) // both bounds are included
	wantTouches(t, b.b, "r", at(1), at(time.Hour), four, three)
	wantTouches(t, b.b, "r", at(2), at(time.Hour-1))
	wantTouches(t, b.b, "r", at(time.Hour+1), always)
	wantTouches(t, b.b, "r", time.Time{}, at(-1))
	wantTouches(t, b.b, "r", at(1), at(0)) // the wrong way round
	wantTouches(t, b.b, "r", at(0).In(time.FixedZone("", 3600)), at(1).In(time.FixedZone("", -3600)), three, two, one)
	wantTouches(t, b.b, "", time.Time{}, always, ledger.Touch{Incident: "none", At: at(0)})
	wantTouches(t, b.b, "s", time.Time{}, always)
}

func testTouchMax(t *testing.T, b *bench) {
	for n := range ledger.MaxTouches + 3 {
		touch(t, b.a, "r", fmt.Sprintf("inc-%03d", n), start.Add(time.Duration(n)*time.Second))
	}
	got, err := b.a.Touches(t.Context(), "r", time.Time{}, start.Add(time.Hour))
	if err != nil || len(got) != ledger.MaxTouches || got[0].Incident != "inc-102" || got[99].Incident != "inc-003" {
		t.Fatalf("Touches = %d touches, %v; want the newest %d", len(got), err, ledger.MaxTouches)
	}
}

func testTouchRetention(t *testing.T, b *bench) {
	touch(t, b.a, "r", "inc-1", start)
	b.clock.advance(ledger.TouchRetention)
	touch(t, b.a, "r", "inc-2", start.Add(-time.Hour))
	wantTouched(t, b.a, "r", "inc-1", start)
	b.clock.advance(time.Second)
	wantTouched(t, b.a, "r", "inc-2", start.Add(-time.Hour))
	wantTouches(t, b.a, "r", time.Time{}, start, ledger.Touch{Incident: "inc-2", At: start.Add(-time.Hour)})
	touch(t, b.a, "other", "inc-3", start)
	b.clock.advance(ledger.TouchRetention)
	wantTouched(t, b.a, "r", "", time.Time{})
}
