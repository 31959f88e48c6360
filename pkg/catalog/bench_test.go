package catalog_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"riposte/events"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
)

// unwanted is a record of ordinary size that no rule wants.
func unwanted(tb testing.TB) []byte {
	tb.Helper()
	b, err := os.ReadFile("../cloudtrail/testdata/describe_instances.json")
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// BenchmarkUnwanted measures what a record costs that no rule wants, with all rules loaded but those that
// have to be asked for: of these some want nearly everything.
func BenchmarkUnwanted(b *testing.B) {
	record, index := unwanted(b), catalog.Index(config.Default())
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if index.Wants(cloudtrail.Scan(record)) {
			b.Fatal("the record is wanted")
		}
	}
}

// TestUnwantedAllocatesNothing holds the benchmark's promise that does not depend on the machine.
func TestUnwantedAllocatesNothing(t *testing.T) {
	record, index := unwanted(t), catalog.Index(config.Default())
	if index.Wants(cloudtrail.Scan(record)) {
		t.Fatal("the record is wanted")
	}
	if n := testing.AllocsPerRun(100, func() { index.Wants(cloudtrail.Scan(record)) }); n != 0 {
		t.Errorf("a record that no rule wants makes %v allocations, want 0", n)
	}
}

// BenchmarkRoutedAndEvaluated measures what a record costs that rules want, over the sample events.
func BenchmarkRoutedAndEvaluated(b *testing.B) {
	names, err := fs.Glob(events.Files(), "*/*.json")
	if err != nil {
		b.Fatal(err)
	}
	var deliveries [][]byte
	for _, name := range names {
		raw, err := fs.ReadFile(events.Files(), name)
		if err != nil {
			b.Fatal(err)
		}
		var compact bytes.Buffer // as EventBridge writes it
		if err := json.Compact(&compact, raw); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		deliveries = append(deliveries, compact.Bytes())
	}
	routedAndEvaluated(b, deliveries)
}

// samples is how many measurements of each delivery are kept, the last ones.
const samples = 31

// routedAndEvaluated takes the deliveries that rules want through the scan, the decoder and the rules. Besides the mean
// it reports the median over the deliveries, each by its own median: a few long policies and whatever else the machine
// does at the time make the mean.
func routedAndEvaluated(b *testing.B, deliveries [][]byte) {
	b.Helper()
	index := catalog.Index(config.Default())
	wanted := slices.DeleteFunc(deliveries, func(d []byte) bool { return !index.Wants(cloudtrail.Scan(d)) })
	if len(wanted) == 0 {
		b.Fatal("no rule wants anything")
	}
	took := make([][samples]time.Duration, len(wanted))
	n := 0
	b.ReportAllocs()
	for ; b.Loop(); n++ {
		i := n % len(wanted)
		start := time.Now()
		if !index.Wants(cloudtrail.Scan(wanted[i])) {
			b.Fatal("the record is not wanted any more")
		}
		ev, err := cloudtrail.DecodeAny(wanted[i])
		if err != nil {
			b.Fatal(err)
		}
		index.Match(ev)
		took[i][n/len(wanted)%samples] = time.Since(start)
	}
	var medians []time.Duration
	for i := range took {
		kept := took[i][:min(samples, (n-i+len(wanted)-1)/len(wanted))]
		if len(kept) > 0 {
			slices.Sort(kept)
			medians = append(medians, kept[len(kept)/2])
		}
	}
	slices.Sort(medians)
	b.ReportMetric(float64(medians[len(medians)/2].Nanoseconds()), "median-ns/record")
	b.ReportMetric(float64(medians[len(medians)*9/10].Nanoseconds()), "p90-ns/record")
}
