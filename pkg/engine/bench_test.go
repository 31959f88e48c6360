package engine_test

import (
	"fmt"
	"testing"
)

// BenchmarkHandleWarm takes a fresh risky event of somebody new through the detector, with the ledger, queue and bus in
// memory. BenchmarkHandleChained takes one of somebody whose chain is as long as it may be.
func BenchmarkHandleWarm(b *testing.B) {
	handle(b, func(n int) string { return fmt.Sprint("user-", n) })
}

func BenchmarkHandleChained(b *testing.B) {
	handle(b, func(int) string { return "bob" })
}

func handle(b *testing.B, by func(n int) string) {
	b.Helper()
	w := newWorld(nil)
	d := w.detector()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		id, who := fmt.Sprint(n), bob()
		who["arn"] = "arn:aws:iam::111122223333:user/" + by(n)
		if _, err := d.Handle(b.Context(), lampEvent(id, id, w.now, who)); err != nil {
			b.Fatal(err)
		}
		w.jobs, w.published = w.jobs[:0], w.published[:0]
	}
}
