package engine_test

import (
	"fmt"
	"testing"
)

// BenchmarkHandleWarm takes a fresh risky event through the detector, with the ledger, queue and bus in memory.
func BenchmarkHandleWarm(b *testing.B) {
	w := newWorld(nil)
	d := w.detector()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		id := fmt.Sprint(n)
		if _, err := d.Handle(b.Context(), lampEvent(id, id, w.now, bob())); err != nil {
			b.Fatal(err)
		}
		w.jobs, w.published = w.jobs[:0], w.published[:0]
	}
}
