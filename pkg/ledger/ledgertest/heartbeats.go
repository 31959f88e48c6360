package ledgertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// beatAt returns a beat that was made some minutes after the start and came so much later.
func beatAt(account, region string, minutes int, late time.Duration) ledger.Beat {
	at := start.Add(time.Duration(minutes) * time.Minute)
	return ledger.Beat{Account: account, Region: region, At: at, Received: at.Add(late)}
}

func beat(t *testing.T, s ledger.Store, b ledger.Beat) {
	t.Helper()
	if err := s.Beat(t.Context(), b); err != nil {
		t.Errorf("Beat(%v): %v", b, err)
	}
}

func wantBeats(t *testing.T, s ledger.Store, want ...ledger.Beat) {
	t.Helper()
	got, err := s.Beats(t.Context())
	if err != nil {
		t.Fatalf("Beats: %v", err)
	}
	wantEqual(t, "Beats", got, append([]ledger.Beat{}, want...))
}

func wantForgotten(t *testing.T, s ledger.Store, account, region string, want bool) {
	t.Helper()
	if known, err := s.ForgetBeat(t.Context(), account, region); err != nil || known != want {
		t.Errorf("ForgetBeat(%s, %s) = %t, %v; want %t", account, region, known, err, want)
	}
}

func testBeats(t *testing.T, b *bench) {
	wantBeats(t, b.a)
	first := beatAt("111122223333", "us-east-1", 0, time.Minute)
	beat(t, b.a, first)
	wantBeats(t, b.b, first)
	again := first
	again.Received = first.Received.Add(time.Hour)
	beat(t, b.b, again) // a delivery that comes again is not later
	wantBeats(t, b.a, first)
	next := beatAt("111122223333", "us-east-1", 15, 2*time.Minute)
	beat(t, b.b, next)
	beat(t, b.a, first) // late
	beat(t, b.a, beatAt("111122223333", "us-east-1", 14, 0))
	wantBeats(t, b.a, next)

	elsewhere := beatAt("111122223333", "eu-west-1", 3, 0)
	other := beatAt("444455556666", "eu-west-1", 1, 0)
	beat(t, b.a, other)
	beat(t, b.b, elsewhere)
	wantBeats(t, b.b, elsewhere, next, other)

	wantForgotten(t, b.a, "111122223333", "eu-west-1", true)
	wantForgotten(t, b.b, "111122223333", "eu-west-1", false)
	wantForgotten(t, b.b, "999988887777", "eu-west-1", false)
	wantBeats(t, b.b, next, other)
	beat(t, b.a, elsewhere) // who beats again is known again
	wantBeats(t, b.b, elsewhere, next, other)
}

func testBeatRetention(t *testing.T, b *bench) {
	old, young := beatAt("111122223333", "us-east-1", 0, 0), beatAt("111122223333", "us-east-2", 1, 0)
	beat(t, b.a, old)
	beat(t, b.a, young)
	b.clock.advance(ledger.BeatRetention)
	wantBeats(t, b.b, old, young)
	b.clock.advance(time.Second)
	wantBeats(t, b.b, young)
	wantForgotten(t, b.b, "111122223333", "us-east-1", false)
	fresh := beatAt("111122223333", "us-east-1", 31*24*60, 0)
	beat(t, b.b, fresh)
	wantBeats(t, b.a, fresh, young)
	b.clock.advance(time.Minute)
	wantBeats(t, b.a, fresh)
}

func testBeatRefuses(t *testing.T, b *bench) {
	for _, place := range [][2]string{
		{"", "us-east-1"},
		{"111122223333", ""},
		{"1111/22223333", "us-east-1"},
		{"111122223333", "us/east"},
		{strings.Repeat("1", ledger.MaxPlace+1), "us-east-1"},
		{"111122223333", "\xff"},
	} {
		if err := b.a.Beat(t.Context(), beatAt(place[0], place[1], 0, 0)); err == nil {
			t.Errorf("Beat of %q: no error", place)
		}
		if _, err := b.a.ForgetBeat(t.Context(), place[0], place[1]); err == nil {
			t.Errorf("ForgetBeat of %q: no error", place)
		}
	}
	wantBeats(t, b.a)
}

// testBeatRace has the beats of one place come in any order at once: the last one stands.
func testBeatRace(t *testing.T, b *bench) {
	const n = 12
	together(t, b, n, func(ctx context.Context, s ledger.Store, i int) error {
		return s.Beat(ctx, beatAt("111122223333", "us-east-1", i*7%n, time.Duration(i)))
	})
	got, err := b.b.Beats(t.Context())
	if err != nil || len(got) != 1 || !got[0].At.Equal(start.Add((n-1)*time.Minute)) {
		t.Errorf("Beats = %v, %v; want the last one alone", got, err)
	}
}
