package ledgertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// slotOf returns a slot that is forgotten an hour after the start, to the second.
func slotOf(key, value string) ledger.Slot {
	return ledger.Slot{Key: key, Value: json.RawMessage(value), Expires: start.Add(time.Hour).Truncate(time.Second)}
}

func mustPutSlot(t *testing.T, s ledger.Store, family string, put ledger.Slot) ledger.Slot {
	t.Helper()
	got, err := s.PutSlot(t.Context(), family, put)
	if err != nil {
		t.Fatalf("PutSlot(%s, %.40q): %v", family, put.Key, err)
	}
	if got.Version == 0 || got.Version == put.Version {
		t.Errorf("PutSlot(%s, %.40q) has version %d, want one that it did not have", family, put.Key, got.Version)
	}
	want := put
	want.Version = got.Version
	wantEqual(t, "slot put", got, want)
	return got
}

func wantSlot(t *testing.T, s ledger.Store, family string, want ledger.Slot) {
	t.Helper()
	got, err := s.Slot(t.Context(), family, want.Key)
	if err != nil {
		t.Fatalf("Slot(%s, %.40q): %v", family, want.Key, err)
	}
	wantEqual(t, "slot read", got, want)
}

func wantNoSlot(t *testing.T, s ledger.Store, family, key string) {
	t.Helper()
	if got, err := s.Slot(t.Context(), family, key); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Slot(%s, %.40q) = %v, %v; want ErrNotFound", family, key, got, err)
	}
}

func wantSlots(t *testing.T, s ledger.Store, family string, want ...ledger.Slot) {
	t.Helper()
	got, err := s.Slots(t.Context(), family)
	if err != nil {
		t.Fatalf("Slots(%s): %v", family, err)
	}
	wantEqual(t, "Slots", got, append([]ledger.Slot{}, want...))
}

func wantConflict(t *testing.T, s ledger.Store, family string, put ledger.Slot) {
	t.Helper()
	if _, err := s.PutSlot(t.Context(), family, put); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("PutSlot(%s, %.40q, version %d) = %v, want ErrConflict", family, put.Key, put.Version, err)
	}
}

func drop(t *testing.T, s ledger.Store, family string, slot ledger.Slot) {
	t.Helper()
	if err := s.DropSlot(t.Context(), family, slot); err != nil {
		t.Errorf("DropSlot(%s, %.40q): %v", family, slot.Key, err)
	}
}

func testSlots(t *testing.T, b *bench) {
	wantNoSlot(t, b.a, "pending", "k")
	wantSlots(t, b.a, "pending")
	first := mustPutSlot(t, b.a, "pending", slotOf("k", `{"n":1}`))
	wantSlot(t, b.b, "pending", first)
	wantConflict(t, b.b, "pending", slotOf("k", `2`)) // it is there
	second := first
	second.Value, second.Expires = json.RawMessage(`[2]`), second.Expires.Add(time.Hour)
	second = mustPutSlot(t, b.b, "pending", second)
	wantConflict(t, b.a, "pending", first)
	wantSlot(t, b.a, "pending", second)

	other := mustPutSlot(t, b.b, "quiet", slotOf("k", `3`)) // families do not meet
	before := mustPutSlot(t, b.a, "pending", slotOf("a/é", `"<&>\u2028"`))
	wantSlots(t, b.b, "pending", before, second)
	wantSlots(t, b.a, "quiet", other)

	if err := b.a.DropSlot(t.Context(), "pending", first); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("DropSlot of a slot that was written since = %v, want ErrConflict", err)
	}
	drop(t, b.a, "pending", second)
	wantNoSlot(t, b.b, "pending", "k")
	drop(t, b.b, "pending", second) // it is gone
	drop(t, b.b, "pending", slotOf("never", `1`))
	wantConflict(t, b.b, "pending", second)
	anew := mustPutSlot(t, b.b, "pending", slotOf("k", `{"n":1}`))
	wantConflict(t, b.a, "pending", first) // who read the one that was dropped does not reach the one that was made anew
	if err := b.a.DropSlot(t.Context(), "pending", second); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("DropSlot of a slot that was made anew = %v, want ErrConflict", err)
	}
	wantSlots(t, b.a, "pending", before, anew)
}

func testSlotExpiry(t *testing.T, b *bench) {
	short := slotOf("short", `1`)
	long := slotOf("long", `2`)
	short.Expires = start.Add(time.Minute) // not at a full second: rounded up
	long.Expires = start.Truncate(time.Second).Add(ledger.MaxSlotLife)
	got, err := b.a.PutSlot(t.Context(), "digest", short)
	if err != nil || !got.Expires.Equal(short.Expires.Truncate(time.Second).Add(time.Second)) {
		t.Fatalf("PutSlot = %v, %v; want it to live until the next full second", got.Expires, err)
	}
	long = mustPutSlot(t, b.a, "digest", long)
	wantSlots(t, b.b, "digest", long, got)
	b.clock.advance(time.Minute)
	wantSlot(t, b.b, "digest", got)
	b.clock.advance(time.Second)
	wantNoSlot(t, b.b, "digest", "short")
	wantSlots(t, b.b, "digest", long)
	late := got
	late.Expires = got.Expires.Add(time.Hour)
	wantConflict(t, b.a, "digest", late) // who read it before comes too late
	drop(t, b.b, "digest", got)
	again := mustPutSlot(t, b.b, "digest", slotOf("short", `3`))
	wantSlots(t, b.a, "digest", long, again)
	if err := b.a.DropSlot(t.Context(), "digest", got); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("DropSlot with what was read before it expired = %v, want ErrConflict", err)
	}
	b.clock.advance(2 * time.Hour)
	drop(t, b.a, "digest", got) // what has expired is gone for everybody
	wantSlots(t, b.a, "digest", long)
}

func testSlotRefuses(t *testing.T, b *bench) {
	with := func(change func(*ledger.Slot)) ledger.Slot {
		s := slotOf("k", `1`)
		change(&s)
		return s
	}
	for name, test := range map[string]struct {
		family string
		slot   ledger.Slot
	}{
		"no family":         {"", slotOf("k", `1`)},
		"a family's sign":   {"pending#x", slotOf("k", `1`)},
		"a family's slash":  {"pending/x", slotOf("k", `1`)},
		"a family's line":   {"pending\n", slotOf("k", `1`)},
		"a long family":     {strings.Repeat("f", ledger.MaxFamily+1), slotOf("k", `1`)},
		"no key":            {"pending", slotOf("", `1`)},
		"a long key":        {"pending", slotOf(strings.Repeat("k", ledger.MaxSlotKey+1), `1`)},
		"a key of no text":  {"pending", slotOf("\xff", `1`)},
		"no value":          {"pending", slotOf("k", ``)},
		"a value of no use": {"pending", slotOf("k", `{"k":`)},
		"no end":            {"pending", with(func(s *ledger.Slot) { s.Expires = time.Time{} })},
		"an end of now":     {"pending", with(func(s *ledger.Slot) { s.Expires = start.Truncate(time.Second) })},
		"an end too late":   {"pending", with(func(s *ledger.Slot) { s.Expires = start.Add(ledger.MaxSlotLife + 2*time.Second) })},
		"an end never":      {"pending", with(func(s *ledger.Slot) { s.Expires = time.Date(30_000, 1, 1, 0, 0, 0, 0, time.UTC) })},
	} {
		if _, err := b.a.PutSlot(t.Context(), test.family, test.slot); err == nil || errors.Is(err, ledger.ErrConflict) {
			t.Errorf("PutSlot with %s = %v, want it refused", name, err)
		} else if len(err.Error()) > 400 {
			t.Errorf("PutSlot with %s: an error of %d bytes", name, len(err.Error()))
		}
	}
	for _, family := range []string{"", "pending#x", "Ä"} {
		_, slotErr := b.a.Slot(t.Context(), family, "k")
		_, slotsErr := b.a.Slots(t.Context(), family)
		for call, err := range map[string]error{"Slot": slotErr, "Slots": slotsErr, "DropSlot": b.a.DropSlot(t.Context(), family, slotOf("k", `1`))} {
			if err == nil || errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("%s of the family %q = %v, want it refused", call, family, err)
			}
		}
	}
	large := slotOf("large", `"`+strings.Repeat("é", ledger.MaxSlot/2-1)+`"`)
	mustPutSlot(t, b.a, "pending", large)
	large.Key, large.Value = "larger", json.RawMessage(string(large.Value)+" ")
	if _, err := b.a.PutSlot(t.Context(), "pending", large); !errors.Is(err, ledger.ErrTooLarge) {
		t.Errorf("PutSlot of more than MaxSlot = %v, want ErrTooLarge", err)
	}
	invalid, err := b.a.PutSlot(t.Context(), "pending", slotOf("invalid", "\"a\xffb\""))
	if err != nil || string(invalid.Value) != "\"a\uFFFDb\"" {
		t.Errorf("PutSlot of invalid UTF-8 = %q, %v", invalid.Value, err)
	}
	wantSlot(t, b.b, "pending", invalid)
}

func testSlotMax(t *testing.T, b *bench) {
	const writers = 8
	together(t, b, writers, func(ctx context.Context, s ledger.Store, i int) error {
		for ; i < ledger.MaxSlots+5; i += writers {
			if _, err := s.PutSlot(ctx, "quiet", slotOf(fmt.Sprintf("%04d", i), `1`)); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := b.a.Slots(t.Context(), "quiet")
	if err != nil || len(got) != ledger.MaxSlots || got[0].Key != "0000" || got[ledger.MaxSlots-1].Key != "0999" {
		t.Errorf("Slots = %d, %v; want the first %d", len(got), err, ledger.MaxSlots)
	}
}

// testSlotMemory makes sure that nobody changes what is stored by changing what was given or returned.
func testSlotMemory(t *testing.T, b *bench) {
	given := slotOf("k", `"ab"`)
	put := mustPutSlot(t, b.a, "pending", given)
	given.Value[1] = 'x'
	put.Value[2] = 'x'
	got, err := b.a.Slot(t.Context(), "pending", "k")
	if err != nil || string(got.Value) != `"ab"` {
		t.Fatalf("Slot = %s, %v", got.Value, err)
	}
	got.Value[1] = 'x'
	list, err := b.a.Slots(t.Context(), "pending")
	if err != nil || len(list) != 1 || string(list[0].Value) != `"ab"` {
		t.Fatalf("Slots = %v, %v", list, err)
	}
	list[0].Value[1] = 'x'
	put.Value = json.RawMessage(`"ab"`)
	wantSlot(t, b.b, "pending", put)
}

// testSlotRace has many write one slot at once: exactly one makes it, and of those who read it exactly one changes it.
func testSlotRace(t *testing.T, b *bench) {
	const n = 16
	race := func(version int64) {
		t.Helper()
		var won atomic.Int32
		together(t, b, n, func(ctx context.Context, s ledger.Store, i int) error {
			put := slotOf("k", fmt.Sprint(i))
			put.Version = version
			_, err := s.PutSlot(ctx, "answer", put)
			if errors.Is(err, ledger.ErrConflict) {
				return nil
			}
			won.Add(1)
			return err
		})
		if won.Load() != 1 {
			t.Errorf("%d of %d have written version %d, want one", won.Load(), n, version)
		}
	}
	race(0)
	for range 3 {
		s, err := b.a.Slot(t.Context(), "answer", "k")
		if err != nil {
			t.Fatal(err)
		}
		race(s.Version)
	}

	// Read, add and write until it is accepted: nothing is lost.
	mustPutSlot(t, b.a, "answer", slotOf("sum", `0`))
	together(t, b, n, func(ctx context.Context, s ledger.Store, _ int) error {
		for {
			slot, err := s.Slot(ctx, "answer", "sum")
			if err != nil {
				return err
			}
			var sum int
			if err := json.Unmarshal(slot.Value, &sum); err != nil {
				return err
			}
			slot.Value = json.RawMessage(fmt.Sprint(sum + 1))
			if _, err := s.PutSlot(ctx, "answer", slot); !errors.Is(err, ledger.ErrConflict) {
				return err
			}
		}
	})
	if s, err := b.b.Slot(t.Context(), "answer", "sum"); err != nil || string(s.Value) != fmt.Sprint(n) {
		t.Errorf("the sum is %s, %v; want %d", s.Value, err, n)
	}
}
