package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"riposte/internal/corpus"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// A labelledScore says how far the rules agree with the tests that others publish with theirs. What those expect depends
// on their rules' options, so that disagreement misses no goal.
type labelledScore struct {
	agree, all int
	apart      []string
}

// scoreLabelled runs each test by itself. A finding counts whether or not the policy turns it off.
func scoreLabelled(ctx context.Context, rules []*detect.Rule, rows []corpus.Row) (*labelledScore, error) {
	s := &labelledScore{}
	for _, row := range rows {
		if !slices.ContainsFunc(rules, func(r *detect.Rule) bool { return r.Class == row.Class }) {
			continue
		}
		r := newReplay(rules, config.Observe)
		if err := r.feed(ctx, []corpus.Row{row}); err != nil {
			return nil, err
		}
		s.all++
		said, found := fires(r, row.Class)
		if found == row.Expected {
			s.agree++
			continue
		}
		s.apart = append(s.apart, fmt.Sprintf("%s: %s (%s): we say %t, they expect %t%s", row.Class, row.ID, row.Case, found, row.Expected, said))
	}
	return s, nil
}

// fires reports whether a class was found, be it turned off, and what was said.
func fires(r *replay, class string) (said string, found bool) {
	for _, t := range r.opened {
		if t.Class == class {
			return ": " + t.Summary, true
		}
	}
	for _, v := range r.verdicts {
		if v.finding.Class == class && v.off() {
			return ": " + v.finding.Summary, true
		}
	}
	return "", false
}

func (s *labelledScore) print(out io.Writer, quiet bool) {
	if !quiet {
		for _, line := range s.apart {
			fmt.Fprintln(out, "disagreement on", line)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "agreement on %d of %d tests of other rules\n", s.agree, s.all)
}
