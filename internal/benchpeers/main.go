// Benchpeers measures Riposte against sigma-go, a library that evaluates Sigma rules on decoded events: both are given
// the same rules and the same records as raw bytes, on one core, and have to find the same in every record. It is a
// module of its own, so that the peer is no dependency of the product.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

func main() {
	runtime.GOMAXPROCS(1)
	if err := run(context.Background(), os.Stdout, filepath.Join("..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	rounds = 7    // of all sides, one after the other
	passes = 10   // of ours in a round
	goal   = 20.0 // times sigma-go's throughput, with the published rules
)

func run(ctx context.Context, out io.Writer, root string) error {
	m, err := gather(root)
	if err != nil {
		return err
	}
	b, err := newBench(m, documented, flat)
	if err != nil {
		return err
	}
	hits := 0
	for _, l := range []layout{documented, flat} {
		if hits, err = b.compare(ctx, l); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s: %d rules, %d records, %.1f MB, %d hits, the same on both sides record by record\n\n",
		m.from, len(b.used), len(m.records), float64(b.bytes)/1e6, hits)
	for _, file := range b.left {
		fmt.Fprintf(out, "left out, because sigma-go cannot evaluate it: %s\n", file)
	}
	if n := b.peers[documented].failed; n > 0 {
		fmt.Fprintf(out, "sigma-go could not evaluate a rule %d times, which counts as no hit\n", n)
	}
	var mine []time.Duration
	theirs := map[layout][]time.Duration{}
	for range rounds {
		mine = append(mine, b.timeOurs(passes)/passes)
		for _, l := range []layout{documented, flat} {
			d, err := b.timeTheirs(ctx, l)
			if err != nil {
				return err
			}
			theirs[l] = append(theirs[l], d)
		}
	}
	b.print(out, "riposte", mine)
	b.print(out, "sigma-go", theirs[documented])
	b.print(out, "sigma-go, fields laid out for it", theirs[flat])
	ratio := float64(median(theirs[documented])) / float64(median(mine))
	fmt.Fprintf(out, "\nratio %.1f (%s); with the fields laid out for sigma-go %.1f\n", ratio, m.aim(),
		float64(median(theirs[flat]))/float64(median(mine)))
	b.unwanted(out)
	if ratio < goal && m.published {
		return fmt.Errorf("the goal was missed")
	}
	return nil
}

func (b *bench) print(out io.Writer, name string, d []time.Duration) {
	s := median(d).Seconds()
	fmt.Fprintf(out, "%-33s %8.1f MB/s %9.0f records/s   median of %d rounds, %v to %v\n", name,
		float64(b.bytes)/1e6/s, float64(len(b.records))/s, len(d), slices.Min(d).Round(time.Microsecond), slices.Max(d).Round(time.Microsecond))
}

func median(d []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[len(sorted)/2]
}

// unwanted measures what a record costs in which no rule finds anything and that no pattern selects.
func (b *bench) unwanted(out io.Writer) {
	var records [][]byte
	size := 0
	for _, r := range b.records {
		if !b.ours.wants(r) {
			records = append(records, r)
			size += len(r)
		}
	}
	if len(records) == 0 {
		return
	}
	i := 0
	result := testing.Benchmark(func(t *testing.B) {
		t.ReportAllocs()
		for t.Loop() {
			if b.ours.wants(records[i%len(records)]) {
				t.Fatal("a record is wanted that was not")
			}
			i++
		}
	})
	fmt.Fprintf(out, "a record that no rule wants: %.2f µs, %d allocations (%d records of %d bytes on average)\n",
		float64(result.NsPerOp())/1e3, result.AllocsPerOp(), len(records), size/len(records))
}
