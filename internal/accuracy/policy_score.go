package main

import (
	"fmt"
	"io"
	"slices"
)

// The sets of rows that are counted by themselves.
const (
	labelled = "labelled"
	managed  = "AWS managed"
	apart    = "contested or uncertain"
)

type key struct{ set, code string }

// A tally counts the answers on one risk.
type tally struct{ found, missed, wrong, quiet int }

func (t *tally) recall() float64    { return share(t.found, t.missed) }
func (t *tally) precision() float64 { return share(t.found, t.wrong) }

func share(n, others int) float64 {
	if n+others == 0 {
		return 1
	}
	return float64(n) / float64(n+others)
}

// A score gathers the answers on all rows.
type score struct {
	tallies   map[key]*tally
	misses    []string
	policies  int
	notJudged int

	admins, escalations, toolEscalations, unjudgedManaged int
}

// count notes one answer. Why tells a person what the label rests on.
func (s *score) count(set, code string, want, got bool, id, why string) {
	if s.tallies == nil {
		s.tallies = map[key]*tally{}
	}
	t := s.tallies[key{set, code}]
	if t == nil {
		t = &tally{}
		s.tallies[key{set, code}] = t
	}
	switch {
	case want && got:
		t.found++
	case want:
		t.missed++
		s.misses = append(s.misses, fmt.Sprintf("missed %s: %s (%s; %s)", code, id, set, why))
	case got:
		t.wrong++
		s.misses = append(s.misses, fmt.Sprintf("wrong %s: %s (%s; %s)", code, id, set, why))
	default:
		t.quiet++
	}
}

func (s *score) codes(set string) []string {
	var out []string
	for k := range s.tallies {
		if k.set == set {
			out = append(out, k.code)
		}
	}
	slices.Sort(out)
	return out
}

// facts prints what must hold of the policies that AWS manages, and reports whether it does. At most one of them is an
// administrator's; the number of unconditional escalations is to be near that of a tool that looks for the same.
func (s *score) facts(out io.Writer) bool {
	fmt.Fprintf(out, "AWS managed: %d full-admin, %d with an unconditional privilege-escalation (cloudsplaining: %d), %d not judged\n",
		s.admins, s.escalations, s.toolEscalations, s.unjudgedManaged)
	return s.admins <= 1 && s.unjudgedManaged == 0
}
