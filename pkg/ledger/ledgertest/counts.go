package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

func wantCount(t *testing.T, s ledger.Store, key string, want int64) {
	t.Helper()
	if n, err := s.Count(t.Context(), key, time.Hour); err != nil || n != want {
		t.Errorf("Count(%q) = %d, %v; want %d", key, n, err, want)
	}
}

func testCount(t *testing.T, b *bench) {
	wantCount(t, b.a, "budget/1", 1)
	wantCount(t, b.b, "budget/1", 2)
	wantCount(t, b.a, "budget/2", 1)
	b.clock.advance(59 * time.Minute)
	wantCount(t, b.a, "budget/1", 3) // a later count does not make the window longer
	b.clock.advance(time.Minute + time.Second)
	wantCount(t, b.b, "budget/1", 1)
	wantCount(t, b.a, "budget/1", 2)
	b.clock.advance(48 * time.Hour)
	wantCount(t, b.a, "budget/1", 1)
	for range 2 {
		b.clock.advance(time.Second)
		if n, err := b.a.Count(t.Context(), "no window", 0); err != nil || n != 1 {
			t.Errorf("Count without a window = %d, %v; want 1", n, err)
		}
	}
}

func testCountRace(t *testing.T, b *bench) {
	wantCount(t, b.a, "k", 1)
	b.clock.advance(2 * time.Hour) // the window is over: all start it again
	const n = 12
	var mu sync.Mutex
	var got []int64
	together(t, b, n, func(ctx context.Context, s ledger.Store, _ int) error {
		v, err := s.Count(ctx, "k", time.Hour)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, v)
		return err
	})
	slices.Sort(got)
	for i, v := range got {
		if v != int64(i+1) {
			t.Fatalf("%d concurrent counts returned %v, want each of 1 to %d once", n, got, n)
		}
	}
}

func wantBegin(t *testing.T, s ledger.Store, key string, wantDone bool, wantErr error) {
	t.Helper()
	if done, err := s.Begin(t.Context(), key, time.Minute); done != wantDone || !errors.Is(err, wantErr) {
		t.Errorf("Begin(%q) = done %t, %v; want %t, %v", key, done, err, wantDone, wantErr)
	}
}

func finish(t *testing.T, s ledger.Store, key string, ttl time.Duration) {
	t.Helper()
	if err := s.Finish(t.Context(), key, ttl); err != nil {
		t.Errorf("Finish(%q): %v", key, err)
	}
}

func release(t *testing.T, s ledger.Store, key string) {
	t.Helper()
	if err := s.Release(t.Context(), key); err != nil {
		t.Errorf("Release(%q): %v", key, err)
	}
}

func testBeginFinish(t *testing.T, b *bench) {
	wantBegin(t, b.a, "d", false, nil)
	wantBegin(t, b.a, "d", false, ledger.ErrBusy)
	wantBegin(t, b.b, "d", false, ledger.ErrBusy)
	wantBegin(t, b.b, "another", false, nil)
	finish(t, b.a, "d", time.Hour)
	wantBegin(t, b.a, "d", true, nil)
	wantBegin(t, b.b, "d", true, nil)
	finish(t, b.b, "never begun", time.Hour)
	wantBegin(t, b.a, "never begun", true, nil)
	b.clock.advance(time.Hour)
	wantBegin(t, b.b, "d", true, nil) // kept for at least the ttl
	b.clock.advance(time.Second)
	wantBegin(t, b.b, "d", false, nil)
	wantBegin(t, b.a, "d", false, ledger.ErrBusy)
}

func testBeginLease(t *testing.T, b *bench) {
	wantBegin(t, b.a, "d", false, nil)
	b.clock.advance(time.Minute - 1)
	wantBegin(t, b.b, "d", false, ledger.ErrBusy)
	b.clock.advance(1)
	wantBegin(t, b.b, "d", false, nil)
	wantBegin(t, b.a, "d", false, ledger.ErrBusy)
	finish(t, b.a, "d", time.Hour) // late, but it was done
	wantBegin(t, b.b, "d", true, nil)
	b.clock.advance(time.Minute)
	wantBegin(t, b.b, "d", true, nil)
}

func testBeginRace(t *testing.T, b *bench) {
	var claimed, busy atomic.Int32
	together(t, b, 8, func(ctx context.Context, s ledger.Store, _ int) error {
		done, err := s.Begin(ctx, "d", time.Minute)
		switch {
		case errors.Is(err, ledger.ErrBusy):
			busy.Add(1)
			return nil
		case err == nil && done:
			return errors.New("a call of Begin returned done, and nobody has finished")
		case err == nil:
			claimed.Add(1)
		}
		return err
	})
	if claimed.Load() != 1 || busy.Load() != 7 {
		t.Errorf("%d claimed the delivery and %d were told that it is busy, want 1 and 7", claimed.Load(), busy.Load())
	}
}

func testRelease(t *testing.T, b *bench) {
	release(t, b.a, "never begun")
	wantBegin(t, b.a, "d", false, nil)
	release(t, b.a, "d")
	wantBegin(t, b.b, "d", false, nil)
	release(t, b.b, "d")
	release(t, b.b, "d")
	wantBegin(t, b.b, "d", false, nil)
	finish(t, b.b, "d", time.Hour)
	release(t, b.b, "d")
	wantBegin(t, b.a, "d", true, nil)
}

func testReleaseForeign(t *testing.T, b *bench) {
	if b.shared() {
		t.Skip("this store has one handle only")
	}
	wantBegin(t, b.a, "d", false, nil)
	release(t, b.b, "d")
	wantBegin(t, b.b, "d", false, ledger.ErrBusy)

	b.clock.advance(time.Minute) // the claim passes on
	wantBegin(t, b.b, "d", false, nil)
	release(t, b.a, "d")
	wantBegin(t, b.a, "d", false, ledger.ErrBusy)
	release(t, b.b, "d")
	wantBegin(t, b.a, "d", false, nil)
}

func testFinishKeepsLonger(t *testing.T, b *bench) {
	finish(t, b.a, "d", 10*time.Hour)
	finish(t, b.b, "d", time.Hour)
	b.clock.advance(9 * time.Hour)
	wantBegin(t, b.a, "d", true, nil)
	finish(t, b.a, "d", 10*time.Hour)
	b.clock.advance(9 * time.Hour)
	wantBegin(t, b.a, "d", true, nil)
	b.clock.advance(2 * time.Hour)
	for n := range 3 {
		wantBegin(t, b.a, fmt.Sprint("other ", n), false, nil) // writes sweep up
	}
	wantBegin(t, b.a, "d", false, nil)
}

func testSwitch(t *testing.T, b *bench) {
	want := func(want ledger.Switch) {
		t.Helper()
		for _, s := range []ledger.Store{b.a, b.b} {
			got, err := s.Switch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, "Switch", got, want)
		}
	}
	want(ledger.Switch{})
	stop := ledger.Switch{Stopped: true, By: "alice", Reason: "drill \x00 <b>#", At: start}
	for _, sw := range []ledger.Switch{stop, {}, stop, {By: "bob"}} {
		if err := b.a.SetSwitch(t.Context(), sw); err != nil {
			t.Fatal(err)
		}
		want(sw)
	}
	if err := b.b.SetSwitch(t.Context(), ledger.Switch{By: "a\xffb", Reason: "\xfe", At: start.In(time.FixedZone("", 3600))}); err != nil {
		t.Fatal(err)
	}
	want(ledger.Switch{By: "a\uFFFDb", Reason: "\uFFFD", At: start})
}
