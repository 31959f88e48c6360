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
	"riposte/pkg/detect"
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

// BenchmarkUnwanted measures what a record costs that no rule wants, with all rules loaded.
func BenchmarkUnwanted(b *testing.B) {
	record, index := unwanted(b), detect.NewIndex(catalog.Rules())
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
	record, index := unwanted(t), detect.NewIndex(catalog.Rules())
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

// routedAndEvaluated takes the deliveries that rules want through the scan, the decoder and the rules. Besides the mean
// it reports the median over the deliveries, each by its own mean: a few long policies make the mean of all.
func routedAndEvaluated(b *testing.B, deliveries [][]byte) {
	b.Helper()
	index := detect.NewIndex(catalog.Rules())
	wanted := slices.DeleteFunc(deliveries, func(d []byte) bool { return !index.Wants(cloudtrail.Scan(d)) })
	if len(wanted) == 0 {
		b.Fatal("no rule wants anything")
	}
	spent, times := make([]time.Duration, len(wanted)), make([]time.Duration, len(wanted))
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
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
		spent[i] += time.Since(start)
		times[i]++
	}
	var means []time.Duration
	for i, n := range times {
		if n > 0 {
			means = append(means, spent[i]/n)
		}
	}
	slices.Sort(means)
	b.ReportMetric(float64(means[len(means)/2].Nanoseconds()), "median-ns/record")
	b.ReportMetric(float64(means[len(means)*9/10].Nanoseconds()), "p90-ns/record")
}
