package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"riposte/internal/corpus"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// recall counts the attacks of one class.
type recall struct{ found, excused, all int }

// A miss is an attack that was not found.
type miss struct {
	row     corpus.Row
	class   string
	instead string // what was made of it
	why     string // the written reason, "" without one
}

// An attackScore says which attacks are found under the default configuration.
type attackScore struct {
	rows    int
	classes map[string]*recall
	misses  []miss
	idle    []reason
}

// scoreAttacks runs the attacks through the detector.
func scoreAttacks(ctx context.Context, rules []*detect.Rule, rows []corpus.Row, reasons []reason) (*attackScore, error) {
	r := newReplay(rules, config.Observe)
	if err := r.feed(ctx, rows); err != nil {
		return nil, err
	}
	book := newReasonBook(reasons)
	s := &attackScore{rows: len(rows), classes: map[string]*recall{}}
	for _, row := range rows {
		told := r.classes(row.ID)
		for _, class := range row.Classes() {
			c := s.classes[class]
			if c == nil {
				c = &recall{}
				s.classes[class] = c
			}
			c.all++
			if slices.Contains(told, class) {
				c.found++
				continue
			}
			m := miss{row, class, instead(rules, r.of(row.ID), told, class), book.why(row.ID, class)}
			if m.why != "" {
				c.excused++
			}
			s.misses = append(s.misses, m)
		}
	}
	s.idle = book.idle()
	return s, nil
}

// instead says what became of an attack that was not found under a class.
func instead(rules []*detect.Rule, verdicts []verdict, told []string, class string) string {
	if !slices.ContainsFunc(rules, func(r *detect.Rule) bool { return r.Class == class }) {
		return "no rule has this class"
	}
	for _, v := range verdicts {
		switch {
		case v.finding.Class == class && v.off():
			return "turned off: " + v.finding.Summary
		case v.finding.Class == class:
			return "counted, and too few: " + v.finding.Summary
		}
	}
	if len(told) == 0 {
		return "nothing was found"
	}
	return "found " + strings.Join(told, ", ")
}

// reached reports whether every attack is found or has a reason why not.
func (s *attackScore) reached() bool {
	return !slices.ContainsFunc(s.misses, func(m miss) bool { return m.why == "" })
}

func (s *attackScore) print(out io.Writer, quiet bool) {
	if !quiet {
		for _, m := range s.misses {
			why := "no reason is written"
			if m.why != "" {
				why = m.why
			}
			fmt.Fprintf(out, "missed %s: %s (%s; %s): %s\n", m.class, m.row.ID, m.row.Case, m.instead, why)
		}
		for _, r := range s.idle {
			fmt.Fprintf(out, "a reason that is not needed: %s %s: %s\n", r.row, r.class, r.why)
		}
		fmt.Fprintln(out)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "found\tall\twith a reason\trecall\t\tattacks by class")
	var total recall
	for _, class := range sortedKeys(s.classes) {
		c := s.classes[class]
		total.found, total.all, total.excused = total.found+c.found, total.all+c.all, total.excused+c.excused
		c.print(w, class)
	}
	total.print(w, fmt.Sprintf("all classes of %d attacks", s.rows))
	flush(w)
}

func (c *recall) print(w io.Writer, name string) {
	mark := "ok"
	if c.found+c.excused < c.all {
		mark = "below the goal"
	}
	fmt.Fprintf(w, "%d\t%d\t%d\t%.3f\t\t%s: %s\n", c.found, c.all, c.excused, share(c.found, c.all-c.found), name, mark)
}
