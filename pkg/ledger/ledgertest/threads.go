package ledgertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"riposte/pkg/ledger"
)

// A threadCall is a call of Thread; its times are in minutes after the suite's clock begins.
type threadCall struct {
	candidate  string
	at, window int
}

func (c threadCall) in(ctx context.Context, s ledger.Store, key string) (string, error) {
	return s.Thread(ctx, key, c.candidate, minutes(c.at), time.Duration(c.window)*time.Minute)
}

func minutes(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

func wantThread(t *testing.T, s ledger.Store, key string, c threadCall, want string) {
	t.Helper()
	if got, err := c.in(t.Context(), s, key); err != nil || got != want {
		t.Errorf("Thread(%.40q, %+v) = %q, %v; want %q", key, c, got, err, want)
	}
}

func wantThreaded(t *testing.T, s ledger.Store, key string, at, window int, want string) {
	t.Helper()
	got, err := s.Threaded(t.Context(), key, minutes(at), time.Duration(window)*time.Minute)
	if err != nil || got != want {
		t.Errorf("Threaded(%.40q, %d, %d) = %q, %v; want %q", key, at, window, got, err, want)
	}
}

func testThread(t *testing.T, b *bench) {
	const day = 24 * 60
	for name, steps := range map[string][]struct {
		threadCall
		want string
	}{
		"joins within the window": {
			{threadCall{"a", 0, 60}, "a"},
			{threadCall{"b", 60, 60}, "a"},
			{threadCall{"c", 120, 60}, "a"}, // the window slides
			{threadCall{"d", -60, 60}, "a"},
			{threadCall{"e", -120, 60}, "a"},
			{threadCall{"f", 30, 0}, "a"}, // within what was seen no window is needed
		},
		"later takes over": {
			{threadCall{"a", 0, 60}, "a"},
			{threadCall{"b", 61, 60}, "b"},
			{threadCall{"c", 121, 60}, "b"},
			{threadCall{"d", 0, 60}, "d"}, // its thread has passed on
			{threadCall{"e", 1, 60}, "b"},
		},
		"earlier changes nothing": {
			{threadCall{"a", 0, 60}, "a"},
			{threadCall{"b", -61, 60}, "b"},
			{threadCall{"c", -61, 60}, "c"},
			{threadCall{"d", -60, 60}, "a"},
			{threadCall{"e", 60, 60}, "a"},
		},
		"no window": {
			{threadCall{"a", 0, 0}, "a"},
			{threadCall{"b", 0, 0}, "a"},
			{threadCall{"c", -1, -5}, "c"},
			{threadCall{"d", 0, -5}, "a"},
			{threadCall{"e", 1, 0}, "e"},
		},
		"who leads keeps its own": {
			{threadCall{"a", 0, 60}, "a"},
			{threadCall{"a", 0, 60}, "a"},
			{threadCall{"a", 600, 60}, "a"},
			{threadCall{"b", 300, 60}, "a"}, // between what it leads
			{threadCall{"a", -600, 60}, "a"},
			{threadCall{"c", -660, 60}, "a"},
			{threadCall{"d", 661, 60}, "d"},
			{threadCall{"a", 0, 60}, "a"},
		},
		"a day at the most": {
			{threadCall{"a", 0, day}, "a"},
			{threadCall{"b", day, day}, "a"},
			{threadCall{"c", -1, day}, "c"}, // earlier
			{threadCall{"d", day, day}, "a"},
			{threadCall{"e", day + 1, day}, "e"}, // later
			{threadCall{"f", day + 1, day}, "e"},
			{threadCall{"e", 3 * day, day}, "e"}, // also of the one that leads
			{threadCall{"g", 2 * day, 0}, "g"},
			{threadCall{"h", 3 * day, 0}, "e"},
		},
		"a window longer than a day": {
			{threadCall{"a", 0, 100 * day}, "a"},
			{threadCall{"b", day, 100 * day}, "a"},
			{threadCall{"c", 2 * day, 100 * day}, "c"},
			{threadCall{"d", -9 * day, 100 * day}, "d"},
			{threadCall{"e", 2*day + 1, 100 * day}, "c"},
		},
	} {
		known := map[string]bool{}
		for n, step := range steps {
			one, other := b.a, b.b
			if n%2 == 1 {
				one, other = other, one
			}
			if !known[step.candidate] {
				wantThreaded(t, other, name, step.at, step.window, strings.TrimPrefix(step.want, step.candidate))
			}
			known[step.candidate] = true
			wantThread(t, one, name, step.threadCall, step.want)
			wantThread(t, other, name, step.threadCall, step.want)
		}
	}
}

// testThreadTimes takes times in another zone, and those that lie outside what a store can write.
func testThreadTimes(t *testing.T, b *bench) {
	zone := start.In(time.FixedZone("", -7*3600))
	for _, at := range []time.Time{start, zone} {
		if got, err := b.a.Thread(t.Context(), "zone", "inc-1", at, 0); err != nil || got != "inc-1" {
			t.Errorf("Thread in another zone = %q, %v", got, err)
		}
	}
	if got, err := b.a.Threaded(t.Context(), "zone", zone, 0); err != nil || got != "inc-1" {
		t.Errorf("Threaded in another zone = %q, %v; want inc-1", got, err)
	}
	for _, at := range []time.Time{{}, time.Date(123_456, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got, err := b.a.Thread(t.Context(), fmt.Sprint(at), "inc-1", at, 1<<63-1); err != nil || got != "inc-1" {
			t.Errorf("Thread at %v = %q, %v; want inc-1", at, got, err)
		}
		if got, err := b.b.Threaded(t.Context(), fmt.Sprint(at), at, 0); err != nil || got != "inc-1" {
			t.Errorf("Threaded at %v = %q, %v; want inc-1", at, got, err)
		}
	}
}

func testThreadRefuses(t *testing.T, b *bench) {
	longest := strings.Repeat("é", ledger.MaxID/2)
	wantThread(t, b.a, "longest", threadCall{longest, 0, 60}, longest)
	wantThread(t, b.b, "longest", threadCall{"inc-1", 0, 60}, longest)
	for _, id := range []string{"", longest + "x", "inc-\xff"} {
		if lead, err := b.a.Thread(t.Context(), "k", id, start, time.Hour); err == nil || lead != "" {
			t.Errorf("Thread of the candidate %.20q = %q, %v; want an error", id, lead, err)
		}
	}
	wantThreaded(t, b.a, "k", 0, 60, "")
}

func testThreadRetention(t *testing.T, b *bench) {
	wantThread(t, b.a, "k", threadCall{"a", 0, 60}, "a")
	b.clock.advance(ledger.ThreadRetention)
	wantThread(t, b.b, "k", threadCall{"b", 0, 60}, "a") // changes nothing, and so renews nothing
	wantThread(t, b.b, "k", threadCall{"a", 0, 60}, "a")
	b.clock.advance(time.Second)
	wantThreaded(t, b.a, "k", 0, 60, "")
	wantThread(t, b.b, "k", threadCall{"c", -90, 60}, "c")
	wantThread(t, b.a, "k", threadCall{"d", -80, 60}, "c") // what changes it renews it
	b.clock.advance(ledger.ThreadRetention - time.Hour)
	wantThread(t, b.a, "k", threadCall{"e", -70, 60}, "c")
	b.clock.advance(ledger.ThreadRetention)
	wantThreaded(t, b.b, "k", -90, 60, "c")
	b.clock.advance(time.Second)
	wantThreaded(t, b.b, "k", -90, 60, "")
	for range 2 {
		wantThread(t, b.a, "k", threadCall{"a", 0, 60}, "a")
	}
}

// testThreadRace: of many who come at once, one leads all.
func testThreadRace(t *testing.T, b *bench) {
	const n = 12
	for round := range 3 {
		key := fmt.Sprint("k", round)
		leads := make([]string, n)
		together(t, b, n, func(ctx context.Context, s ledger.Store, i int) (err error) {
			leads[i], err = threadCall{fmt.Sprint("inc-", i), i * (round % 2), 60}.in(ctx, s, key)
			return err
		})
		lead := leads[0]
		if slices.ContainsFunc(leads, func(l string) bool { return l != lead }) {
			t.Fatalf("%d callers at once were told %v", n, leads)
		}
		wantThreaded(t, b.a, key, 0, 60, lead)
		for i := range n {
			wantThread(t, b.a, key, threadCall{fmt.Sprint("inc-", i), i * (round % 2), 60}, lead)
		}
	}
}

// A threadModel is a thread in minutes.
type threadModel struct {
	lead        string
	first, last int
}

func (m threadModel) reaches(at, window int) bool {
	return m.lead != "" && at >= m.first-window && at <= m.last+window && m.fits(at)
}

func (m threadModel) fits(at int) bool { return max(m.last, at)-min(m.first, at) <= 24*60 }

func (m *threadModel) call(c threadCall) string {
	switch {
	case m.reaches(c.at, c.window), m.lead == c.candidate && m.fits(c.at):
		m.first, m.last = min(m.first, c.at), max(m.last, c.at)
		return m.lead
	case m.lead == "" || c.at > m.last:
		*m = threadModel{c.candidate, c.at, c.at}
	}
	return c.candidate
}

// randomCalls returns calls that lie as close together as to meet now and then.
func randomCalls(r *rand.Rand, n int) []threadCall {
	calls := make([]threadCall, n)
	for i := range calls {
		calls[i] = threadCall{fmt.Sprint("inc-", r.IntN(n)), r.IntN(4) * 45, 60}
		switch r.IntN(8) {
		case 0:
			calls[i].at += 20 * 60
		case 1:
			calls[i].window = 12 * 60
		}
	}
	return calls
}

// testThreadModel holds random calls, one after the other, against the model.
func testThreadModel(t *testing.T, b *bench) {
	r := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // a test that can be repeated
	led := map[string]bool{}
	for round := range 6 {
		var m threadModel
		key := fmt.Sprint("k", round)
		for n, c := range randomCalls(r, 12) {
			want := ""
			if m.reaches(c.at, c.window) {
				want = m.lead
			}
			wantThreaded(t, b.a, key, c.at, c.window, want)
			wantThread(t, [2]ledger.Store{b.a, b.b}[n%2], key, c, m.call(c))
			led[fmt.Sprint(round, m.lead)] = true
		}
	}
	if len(led) < 10 {
		t.Errorf("only %d incidents took the lead: this test proves little", len(led))
	}
}

// testThreadOrders makes calls at once: some order of them explains all answers, and the thread that is left.
func testThreadOrders(t *testing.T, b *bench) {
	r := rand.New(rand.NewPCG(2, 2)) //nolint:gosec // a test that can be repeated
	for round := range 8 {
		key := fmt.Sprint("k", round)
		calls := randomCalls(r, 6)
		leads := make([]string, len(calls))
		together(t, b, len(calls), func(ctx context.Context, s ledger.Store, i int) (err error) {
			leads[i], err = calls[i].in(ctx, s, key)
			return err
		})
		left := func(m threadModel) bool { // whether m is the thread that is left
			for at := -60; at <= 24*60; at += 45 {
				lead, err := b.b.Threaded(t.Context(), key, minutes(at), 0)
				if err != nil {
					t.Fatal(err)
				}
				if (lead == m.lead) != m.reaches(at, 0) {
					return false
				}
			}
			return true
		}
		if !explained(threadModel{}, calls, leads, left) {
			t.Errorf("no order of the calls %+v explains the answers %v", calls, leads)
		}
	}
}

// explained searches for an order of the calls in which the model gives the same answers.
func explained(m threadModel, calls []threadCall, leads []string, left func(threadModel) bool) bool {
	if len(calls) == 0 {
		return left(m)
	}
	for i, c := range calls {
		next := m
		if next.call(c) == leads[i] &&
			explained(next, slices.Delete(slices.Clone(calls), i, i+1), slices.Delete(slices.Clone(leads), i, i+1), left) {
			return true
		}
	}
	return false
}
