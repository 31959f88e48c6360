package main

import (
	"fmt"
	"io"
	"slices"

	"riposte/pkg/iampolicy"
)

// goals are the risks that must be found and not be imagined, and how well.
const goal = 0.97

func goals() []string {
	return []string{
		iampolicy.FullAdmin, iampolicy.PrivilegeEscalation, iampolicy.Public, iampolicy.ExternalAccount, iampolicy.MissingExternalID,
	}
}

// measurePolicies prints the figures of the policy judge and reports whether they reach the goals.
func measurePolicies(out io.Writer, corpus string, quiet bool) (reached bool, err error) {
	var s score
	for _, read := range []func(string, *score) error{identityRows, accessRows, managedRows} {
		if err := read(corpus, &s); err != nil {
			return false, err
		}
	}
	if !quiet {
		slices.Sort(s.misses)
		for _, m := range s.misses {
			fmt.Fprintln(out, m)
		}
		fmt.Fprintln(out)
	}
	reached = true
	for _, set := range []string{labelled, managed, apart} {
		fmt.Fprintf(out, "%-30s %7s %9s %5s %7s %6s %6s\n", set, "recall", "precision", "found", "missed", "wrong", "quiet")
		for _, code := range s.codes(set) {
			t := s.tallies[key{set, code}]
			mark := ""
			if set == labelled && slices.Contains(goals(), code) {
				mark = "ok"
				if t.recall() < goal || t.precision() < goal {
					mark, reached = "below the goal", false
				}
			}
			fmt.Fprintf(out, "  %-28s %7.3f %9.3f %5d %7d %6d %6d %s\n", code, t.recall(), t.precision(), t.found, t.missed, t.wrong, t.quiet, mark)
		}
	}
	fmt.Fprintf(out, "\n%d policies, %d not judged\n", s.policies, s.notJudged)
	return s.facts(out) && reached, nil
}
