package gate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
)

// TestBursts holds how many messages a thousand findings make, and that these say for how many they stand. All come within
// five minutes; the ticks come as they do, every five minutes.
func TestBursts(t *testing.T) {
	const n = 1000
	for name, tt := range map[string]struct {
		message func(i int) notify.Message
		told    int // by themselves
		stands  int // for so many
		digests int
		lines   int // of the last digest
	}{
		"one actor: one chain": {func(i int) notify.Message {
			return partOf(message(i, fmt.Sprintf("IAM-%03d", i%5), detect.High, "bob"), "inc-lead")
		}, 8, 1000, 1, 5},
		"a thousand actors, one rule": {func(i int) notify.Message {
			return message(i, "IAM-002", detect.High, fmt.Sprint("actor-", i))
		}, 8, 1000, 1, 1},
		"twenty rules, one after the other": {func(i int) notify.Message {
			return message(i, fmt.Sprintf("IAM-%03d", i/50), detect.High, "bob")
		}, 12, 100, 1, 20},
		"twenty rules, mixed": {func(i int) notify.Message {
			return message(i, fmt.Sprintf("IAM-%03d", i%20), detect.Medium, "bob")
		}, 12, 31, 1, 20},
		"a thousand accounts": {func(i int) notify.Message {
			m := message(i, "IAM-002", detect.High, "bob")
			m.Incident.Account = fmt.Sprintf("%012d", i)
			return m
		}, 14, 14, 1, 1},
		"critical, one chain": {func(i int) notify.Message {
			return partOf(message(i, "IAM-002", detect.Critical, "bob"), "inc-lead")
		}, 10, 10, 1, 1},
		"critical, twenty rules": {func(i int) notify.Message {
			return message(i, fmt.Sprintf("IAM-%03d", i/50), detect.Critical, "bob")
		}, 12, 12, 1, 20},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i := range n {
				w.mustDeliver(slack, tt.message(i))
			}
			for range 3 {
				w.tick(5 * time.Minute)
			}
			w.wantAll(n)
			if len(w.told) != tt.told || w.stands != tt.stands || len(w.digests) != tt.digests || len(w.digests[0].Lines) != tt.lines {
				t.Errorf("%d told, which stand for %d, and %d digests of %d lines; want %d, %d, %d, %d",
					len(w.told), w.stands, len(w.digests), len(w.digests[0].Lines), tt.told, tt.stands, tt.digests, tt.lines)
			}
			if got := w.messages(); got > 15 {
				t.Errorf("%d messages are no handful", got)
			}
			if want := fmt.Sprintf("%d more messages", n-tt.told); w.digests[0].Title != want {
				t.Errorf("the digest is %q, want %q", w.digests[0].Title, want)
			}
		})
	}
}

// TestLongBurst has a message every four seconds for an hour and a half.
func TestLongBurst(t *testing.T) {
	w := newWorld(t)
	const n = 1350
	for i := range n {
		w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
		w.now = w.now.Add(4 * time.Second)
		if i%75 == 74 {
			w.tick(0)
		}
	}
	w.tick(5 * time.Minute)
	w.wantAll(n)
	if len(w.told) != 14 || len(w.digests) != 16 {
		t.Errorf("%d told and %d digests, want 14 and 16", len(w.told), len(w.digests))
	}
}

// TestCritical holds that the first ten critical messages are told at once, whatever less grave is told with them, and the
// others by the next tick.
func TestCritical(t *testing.T) {
	w := newWorld(t)
	for i := range 40 {
		w.mustDeliver(slack, message(i, "IAM-002", detect.High, "bob"))
	}
	before := len(w.told)
	for i := range 12 {
		w.mustDeliver(slack, message(100+i, "IAM-002", detect.Critical, "bob"))
	}
	if got := len(w.told) - before; got != 10 {
		t.Errorf("%d critical ones are told at once, want 10", got)
	}
	w.tick(0)
	if len(w.digests) != 1 || w.digests[0].Lines[0].Severity != detect.Critical {
		t.Errorf("digests %v, want the critical ones told with the next tick", w.digests)
	}
	w.wantAll(52)
}

func TestRung(t *testing.T) {
	ladder := func(first int64) (told []int64, stands int) {
		for n := int64(1); n <= 3000; n++ {
			if s := rung(n, first); s > 0 {
				told = append(told, n)
				stands += s
			}
		}
		return told, stands
	}
	for first, want := range map[int64][]int64{
		3:  {1, 2, 3, 10, 30, 100, 300, 1000, 3000},
		10: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100, 300, 1000, 3000},
	} {
		if got, stands := ladder(first); !slices.Equal(got, want) || stands != 3000 {
			t.Errorf("of a burst with the first %d: %v told, which stand for %d; want %v and 3000", first, got, stands, want)
		}
	}
	if rung(1<<62, 3) != 0 {
		t.Error("a count that no burst reaches is told")
	}
}
