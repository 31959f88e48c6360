package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// print writes the tables. In those by rule and by name the greatest waste stands first.
func (m *meter) print(out io.Writer, names int) {
	total := &tally{}
	for _, t := range m.files {
		total.plus(t)
	}
	table(out, "file", append(sorted(m.files, false), named{"all files", total}))
	rules := slices.DeleteFunc(sorted(m.rules, true), func(n named) bool { return n.routed == 0 })
	fmt.Fprintln(out)
	table(out, "EventBridge rule", rules)
	fmt.Fprintf(out, "%d EventBridge rules; the %d that are not listed matched nothing\n", len(m.rules), len(m.rules)-len(rules))
	if len(m.off) > 0 {
		fmt.Fprintf(out, "not deployed, for read-only events (-reads deploys them): %s\n", strings.Join(m.off, ", "))
	}
	wasted := slices.DeleteFunc(sorted(m.names, true), func(n named) bool { return n.idle() == 0 })
	fmt.Fprintln(out)
	table(out, "event name", wasted[:min(names, len(wasted))])
	fmt.Fprintf(out, "%d event names were routed without a finding at least once\n", len(wasted))
	if len(m.unseen) > 0 {
		fmt.Fprintln(out, "\nfindings in events that no EventBridge rule delivers:")
		for _, what := range slices.Sorted(maps.Keys(m.unseen)) {
			fmt.Fprintf(out, "%5d  %s\n", m.unseen[what], what)
		}
	}
	fmt.Fprintf(out, "\n%d events in, %d routed, %d findings; %.1f%% of the routed events gave no finding, %.1f%% none that people are told\n",
		total.in, total.routed, total.findings, percent(total.idle(), total.routed), percent(total.routed-total.told, total.routed))
}

// printIdle lists the events that woke the detector for nothing.
func (m *meter) printIdle(out io.Writer) {
	for _, event := range m.idle {
		fmt.Fprintln(out, "no finding:", event)
	}
	fmt.Fprintln(out)
}

func (t *tally) plus(o *tally) {
	t.in += o.in
	t.routed += o.routed
	t.failed += o.failed
	t.found += o.found
	t.told += o.told
	t.findings += o.findings
}

type named struct {
	name string
	*tally
}

// sorted returns the tallies by their names or, where asked, by their waste first.
func sorted(m map[string]*tally, byWaste bool) []named {
	var out []named
	for name, t := range m {
		out = append(out, named{name, t})
	}
	slices.SortFunc(out, func(a, b named) int {
		if byWaste && a.idle() != b.idle() {
			return cmp.Compare(b.idle(), a.idle())
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

func table(out io.Writer, what string, lines []named) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "in\trouted\tfailed calls\tfindings\twithout one\tshare\tnone told\t\t%s\n", what)
	for _, l := range lines {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t%.1f%%\t%d\t\t%s\n",
			l.in, l.routed, l.failed, l.findings, l.idle(), percent(l.idle(), l.routed), l.routed-l.told, l.name)
	}
	_ = w.Flush() // to standard output or memory
}

func percent(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}
