package ledgertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// good returns a baseline some minutes after the suite's clock begins.
func good(state string, at int, by string) ledger.Baseline {
	return ledger.Baseline{State: json.RawMessage(state), At: minutes(at), By: by}
}

func remember(t *testing.T, s ledger.Store, key string, b ledger.Baseline) {
	t.Helper()
	if err := s.Remember(t.Context(), key, b); err != nil {
		t.Fatalf("Remember(%.40q, %.40s): %v", key, b.State, err)
	}
}

func wantRemembered(t *testing.T, s ledger.Store, key string, before time.Time, want ledger.Baseline) {
	t.Helper()
	got, err := s.Remembered(t.Context(), key, before)
	if err != nil {
		t.Errorf("Remembered(%.40q, %v): %v", key, before, err)
		return
	}
	wantEqual(t, fmt.Sprintf("Remembered(%.40q, %v)", key, before), got, want)
}

func wantNotRemembered(t *testing.T, s ledger.Store, key string, before time.Time) {
	t.Helper()
	if got, err := s.Remembered(t.Context(), key, before); !errors.Is(err, ledger.ErrNotFound) || got.State != nil {
		t.Errorf("Remembered(%.40q, %v) = %.40s, %v; want ErrNotFound", key, before, got.State, err)
	} else if text := err.Error(); strings.Contains(text, "incident") || len(text) > 300 {
		t.Errorf("Remembered(%.40q, %v) = %.300s", key, before, text)
	}
}

func testBaseline(t *testing.T, b *bench) {
	key := ledger.BaselineKey("111122223333", "us-east-1", "bucket-policy", "Bucket/logs")
	wantNotRemembered(t, b.a, key, ever)
	remember(t, b.a, key, good(`{"S":1}`, 0, "e0"))
	wantRemembered(t, b.b, key, ever, good(`{"S":1}`, 0, "e0"))
	wantRemembered(t, b.b, key, start.Add(1), good(`{"S":1}`, 0, "e0"))
	wantNotRemembered(t, b.b, key, start) // older than before, and not as old
	wantNotRemembered(t, b.b, key, time.Time{})
	wantNotRemembered(t, b.b, ledger.BaselineKey("444455556666", "us-east-1", "bucket-policy", "Bucket/logs"), ever)

	remember(t, b.b, key, good(`{"S":1}`, 5, "audit")) // says it again
	wantRemembered(t, b.a, key, ever, good(`{"S":1}`, 0, "e0"))
	remember(t, b.b, key, good(`{"S":2}`, 10, "e10"))
	remember(t, b.a, key, good(`{"S":2}`, 10, "e10"))
	wantRemembered(t, b.a, key, ever, good(`{"S":2}`, 10, "e10"))
	wantRemembered(t, b.a, key, minutes(10), good(`{"S":1}`, 0, "e0"))
	remember(t, b.a, key, good(`{"S":1}`, 20, "e20")) // goes back
	wantRemembered(t, b.b, key, ever, good(`{"S":1}`, 20, "e20"))
	wantRemembered(t, b.b, key, minutes(20), good(`{"S":2}`, 10, "e10"))
	wantRemembered(t, b.b, key, minutes(10), good(`{"S":1}`, 0, "e0"))

	zone := good("1", 0, "e")
	zone.At = zone.At.In(time.FixedZone("", -9*3600))
	remember(t, b.a, "zone", zone)
	wantRemembered(t, b.b, "zone", start.Add(1).In(time.FixedZone("", 3600)), good("1", 0, "e"))
	remember(t, b.a, "zero", ledger.Baseline{State: json.RawMessage("null")})
	wantRemembered(t, b.b, "zero", start, ledger.Baseline{State: json.RawMessage("null")})
	remember(t, b.a, "late", ledger.Baseline{State: json.RawMessage("1"), At: time.Date(123_456, 1, 1, 0, 0, 0, 0, time.UTC)})
	wantNotRemembered(t, b.b, "late", ever)
}

// testBaselineContested holds that nobody takes the later of two states of one moment for the last, unless it was said again.
func testBaselineContested(t *testing.T, b *bench) {
	for n, tt := range []struct {
		said   []ledger.Baseline
		before int // minutes
		want   bool
	}{
		{[]ledger.Baseline{good("1", 0, "a"), good("2", 5, "b")}, 9, false},
		{[]ledger.Baseline{good("1", 5, "a"), good("2", 5, "b")}, 9, true},
		{[]ledger.Baseline{good("2", 5, "b"), good("1", 5, "a")}, 9, true},
		{[]ledger.Baseline{good("1", 0, "a"), good("1", 5, "a"), good("2", 5, "b")}, 9, true},
		{[]ledger.Baseline{good("1", 5, "a"), good("1", 5, "b")}, 9, false},
		{[]ledger.Baseline{good("1", 5, "a"), good("2", 5, "b"), good("1", 7, "c"), good("2", 7, "c")}, 9, true},
		{[]ledger.Baseline{good("1", 5, "a"), good("2", 5, "b"), good("3", 7, "c")}, 9, false},
		{[]ledger.Baseline{good("1", 5, "a"), good("2", 5, "b"), good("3", 7, "c")}, 7, true},
	} {
		key := fmt.Sprint("contested ", n)
		for _, s := range tt.said {
			remember(t, b.a, key, s)
		}
		got, err := b.b.Remembered(t.Context(), key, minutes(tt.before))
		if err != nil || got.Contested != tt.want {
			t.Errorf("%d: %s, contested %v, %v; want %v", n, got.State, got.Contested, err, tt.want)
		}
	}
	for n, state := range []string{"1", "2"} { // whichever of the two is sorted last
		key := fmt.Sprint("said again ", n)
		for _, s := range []ledger.Baseline{good("1", 5, "a"), good("2", 5, "b"), good(state, 7, "c")} {
			remember(t, b.a, key, s)
		}
		if got, err := b.b.Remembered(t.Context(), key, minutes(9)); err != nil || got.Contested || string(got.State) != state {
			t.Errorf("said again: %s, contested %v, %v; want %s, and no doubt", got.State, got.Contested, err, state)
		}
	}
}

// testBaselineOrders brings the same baselines in many orders, and each twice: the answers are the same.
func testBaselineOrders(t *testing.T, b *bench) {
	list := []ledger.Baseline{
		good(`"a"`, 0, "0"), good(`"a"`, 1, "1"), good(`"b"`, 2, "2"), good(`"a"`, 3, "3"), good(`"c"`, 3, "3c"), good(`"c"`, 5, "5"),
	}
	tie := map[string]bool{}
	r := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // a test that can be repeated
	for round := range 12 {
		key := fmt.Sprint("k", round)
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for n, v := range slices.Concat(list, list) {
			remember(t, [2]ledger.Store{b.a, b.b}[n%2], key, v)
		}
		wantRemembered(t, b.a, key, minutes(1), good(`"a"`, 0, "0"))
		wantRemembered(t, b.a, key, minutes(2), good(`"a"`, 0, "0"))
		wantRemembered(t, b.a, key, minutes(3), good(`"b"`, 2, "2"))
		for _, before := range []time.Time{minutes(4), ever} {
			got, err := b.a.Remembered(t.Context(), key, before)
			if err != nil || !got.At.Equal(minutes(3)) && !got.At.Equal(minutes(5)) {
				t.Errorf("Remembered(%v) = %+v, %v; want a state of one of the last moments", before, got, err)
			}
			tie[before.String()+string(got.State)+got.By] = true
		}
	}
	if len(tie) != 2 {
		t.Errorf("what comes last depends on the order of the calls: %v", tie)
	}
	remember(t, b.a, "between", good("1", 0, "0")) // it was something else between what was one version
	remember(t, b.a, "between", good("1", 10, "10"))
	remember(t, b.b, "between", good("2", 5, "5"))
	wantRemembered(t, b.b, "between", ever, good("1", 10, "10"))
	wantRemembered(t, b.b, "between", minutes(10), good("2", 5, "5"))
	wantRemembered(t, b.b, "between", minutes(5), good("1", 0, "0"))
}

func testBaselineMax(t *testing.T, b *bench) {
	const n = ledger.MaxBaselines
	for i := range n + 3 {
		remember(t, b.a, "k", good(fmt.Sprint(i), i, "e"))
	}
	remember(t, b.b, "k", good("100", 1, "e")) // older than all that are kept
	for i := 3; i < n+3; i++ {
		wantRemembered(t, b.b, "k", minutes(i+1), good(fmt.Sprint(i), i, "e"))
	}
	wantNotRemembered(t, b.b, "k", minutes(3))
	for range 3 { // states that come again are versions of their own
		for i := range 2 {
			at := 100 + i
			remember(t, b.a, "k2", good(fmt.Sprint(i), at, "e"))
		}
	}
	wantRemembered(t, b.b, "k2", minutes(101), good("0", 100, "e"))
}

func testBaselineRetention(t *testing.T, b *bench) {
	remember(t, b.a, "k", good("1", 0, "e"))
	b.clock.advance(ledger.BaselineRetention / 2)
	remember(t, b.a, "k", good("1", 0, "e")) // changes nothing, and so renews nothing
	remember(t, b.b, "k", good("2", 10, "e"))
	b.clock.advance(ledger.BaselineRetention / 2)
	wantRemembered(t, b.b, "k", minutes(10), good("1", 0, "e"))
	b.clock.advance(time.Second)
	wantNotRemembered(t, b.b, "k", minutes(10))
	wantRemembered(t, b.b, "k", ever, good("2", 10, "e"))
	for n := range 4 { // each confirmation keeps it longer: its state too
		remember(t, b.a, "k", good("2", 20+n, "audit"))
		b.clock.advance(ledger.BaselineRetention - time.Hour)
		wantRemembered(t, b.b, "k", ever, good("2", 10, "e"))
	}
	for n := range 40 {
		remember(t, b.b, "k", good("2", 50+n, "audit"))
		b.clock.advance(15 * 24 * time.Hour)
	}
	remember(t, b.a, "other", good("1", 0, "e")) // sweeps
	wantRemembered(t, b.a, "k", ever, good("2", 10, "e"))
	b.clock.advance(ledger.BaselineRetention - 15*24*time.Hour)
	wantRemembered(t, b.b, "k", ever, good("2", 10, "e"))
	b.clock.advance(time.Second)
	wantNotRemembered(t, b.b, "k", ever)
	remember(t, b.a, "k", good("3", 5, "e")) // what is over counts no more
	wantRemembered(t, b.b, "k", ever, good("3", 5, "e"))
}

// testBaselineRace has many remember at once: the newest is the newest, and no answer is lost.
func testBaselineRace(t *testing.T, b *bench) {
	const n = 8
	together(t, b, n, func(ctx context.Context, s ledger.Store, i int) error {
		return errors.Join(s.Remember(ctx, "own", good(fmt.Sprint(i), i, "e")), s.Remember(ctx, "same", good("1", i%2, fmt.Sprint(i%2))))
	})
	for i := range n {
		wantRemembered(t, b.a, "own", minutes(i+1), good(fmt.Sprint(i), i, "e"))
	}
	wantRemembered(t, b.b, "same", ever, good("1", 0, "0"))
	wantNotRemembered(t, b.b, "same", minutes(0))
	together(t, b, n, func(ctx context.Context, s ledger.Store, i int) error { // read while versions come and go
		for k := range 12 {
			if i%2 == 0 {
				if err := s.Remember(ctx, "busy", good(fmt.Sprint(i*100+k), k*n+i, "e")); err != nil {
					return err
				}
			} else if _, err := s.Remembered(ctx, "busy", ever); err != nil && !errors.Is(err, ledger.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

// testBaselineStates stores states of any shape, byte for byte.
func testBaselineStates(t *testing.T, b *bench) {
	for n, state := range []string{
		"null", `""`, " {\n} ", `{"k":1,"k":1e400}`, "\"a\xffb\xc0\"", `"\u0000\ud800"`, "\"\u2028</script>\u202E🧨\"",
		strings.Repeat("[", 5000) + strings.Repeat("]", 5000), `"` + strings.Repeat("ž", 2_000_000) + `"`,
	} {
		v := good(state, n, "e"+fmt.Sprint(n))
		remember(t, b.a, "k", v)
		wantRemembered(t, b.b, "k", ever, good(state, n, "e"+fmt.Sprint(n)))
	}
	given := good(`"mine"`, 100, "e")
	remember(t, b.a, "k", given)
	copy(given.State, `"gone"`)
	wantRemembered(t, b.a, "k", ever, good(`"mine"`, 100, "e"))
	got, err := b.a.Remembered(t.Context(), "k", ever)
	if err != nil {
		t.Fatal(err)
	}
	copy(got.State, `"gone"`)
	wantRemembered(t, b.a, "k", ever, good(`"mine"`, 100, "e"))

	for _, state := range []string{"", "{", "nul", `{"a":1}x`, "\xff"} {
		if err := b.a.Remember(t.Context(), "broken", good(state, 0, "e")); err == nil || errors.Is(err, ledger.ErrTooLarge) {
			t.Errorf("Remember of %q = %v, want an error", state, err)
		}
	}
	wantNotRemembered(t, b.a, "broken", ever)

	long := strings.Repeat("ž", 250_000)
	remember(t, b.a, "by", good("1", 0, long))
	if got, err := b.b.Remembered(t.Context(), "by", ever); err != nil || len(got.By) > ledger.MaxMember || !strings.HasPrefix(got.By, long[:200]) {
		t.Errorf("a source of %d bytes is kept as %d bytes, %v", len(long), len(got.By), err)
	}
	remember(t, b.a, "by", good("2", 1, "a\xffb"))
	wantRemembered(t, b.b, "by", ever, good("2", 1, "a\uFFFDb"))
}

// testBaselineTooLarge takes states of random letters, which do not compress below 3/4.
func testBaselineTooLarge(t *testing.T, b *bench) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	r := rand.New(rand.NewPCG(4, 4)) //nolint:gosec // a test that can be repeated
	noise := func(size int) string {
		text := make([]byte, size)
		for n := range text {
			text[n] = letters[r.IntN(len(letters))]
		}
		return `"` + string(text) + `"`
	}
	long := strings.Repeat("k", 3000)
	largest := noise(ledger.MaxState * 5 / 4)
	remember(t, b.a, long, good(largest, 0, "e"))
	for name, state := range map[string]string{
		"noise": noise(ledger.MaxState * 3 / 2), "zeros": `"` + strings.Repeat("0", 16_000_000) + `"`,
	} {
		err := b.a.Remember(t.Context(), long, good(state, 1, "e"))
		if !errors.Is(err, ledger.ErrTooLarge) || len(err.Error()) > 300 {
			t.Errorf("Remember of %s = %v, want ErrTooLarge", name, err)
		}
	}
	wantRemembered(t, b.b, long, ever, good(largest, 0, "e"))
}
