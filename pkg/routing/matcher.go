package routing

import (
	"errors"
	"fmt"
	"slices"
)

// A Matcher says whether EventBridge would deliver an event to a rule with its pattern. It is safe for concurrent use.
//
// It follows AWS's own matcher, event-ruler, and is held against it by "make oracles". Where event-ruler takes patterns
// that nobody means to write, Parse refuses them: a path or a key that stands twice, a network with bits behind its
// mask, text beyond ASCII where letter case is ignored, "exactly" and other operators that EventBridge does not
// document. An address in a network counts only within its own family, and not with leading zeros.
type Matcher struct {
	alternatives []alternative
	reached      map[string]bool // every path that a condition has, and every path on the way there
}

// An alternative is a list of conditions that must all hold, sorted by path. A pattern without $or has one.
type alternative []condition

// A condition wants one value at a path of the event that passes one of the tests, or no value at all.
type condition struct {
	path   string
	tests  []test
	absent bool // having no value is enough
}

// A test judges one value of an event.
type test func(v *value) bool

// maxSteps bounds the search through an event whose lists were made to be searched for long.
const maxSteps = 100_000

var errTooCostly = errors.New("event's lists take too long to search: treat it as an event that matches")

// Match reports whether an event, in EventBridge's JSON, matches. An error means that the event is no JSON object or is
// beyond every bound that EventBridge keeps, and says nothing about a match.
func (m *Matcher) Match(event []byte) (bool, error) {
	values, err := m.valuesOf(event)
	if err != nil {
		return false, fmt.Errorf("event: %w", err)
	}
	steps := 0
	for _, a := range m.alternatives {
		s := search{values: values, steps: &steps}
		if !s.prepare(a) {
			continue
		}
		if found, err := s.from(0, nil); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// A search looks for values that satisfy every condition and that do not stand in different elements of one list.
type search struct {
	conditions alternative
	values     map[string][]value
	passing    [][]membership // for each condition, where the values that pass its tests stand, each place once
	steps      *int
}

// prepare tests every value once. It reports whether a match is still possible.
func (s *search) prepare(a alternative) bool {
	s.conditions, s.passing = a, make([][]membership, len(a))
	for i, c := range a {
		values := s.values[c.path]
		for n := range values {
			v := &values[n]
			if slices.ContainsFunc(c.tests, func(t test) bool { return t(v) }) {
				s.passing[i] = append(s.passing[i], v.in)
			}
		}
		slices.SortFunc(s.passing[i], compareMemberships)
		s.passing[i] = slices.CompactFunc(s.passing[i], func(x, y membership) bool { return compareMemberships(x, y) == 0 })
		if len(s.passing[i]) == 0 && !c.absent {
			return false
		}
	}
	return true
}

// from reports whether the conditions from the ith on hold, within the list elements chosen so far.
func (s *search) from(i int, chosen membership) (bool, error) {
	if *s.steps++; *s.steps > maxSteps {
		return false, errTooCostly
	}
	if i == len(s.conditions) {
		return true, nil
	}
	c := s.conditions[i]
	if c.absent && !slices.ContainsFunc(s.values[c.path], func(v value) bool { return consistent(chosen, v.in) }) {
		if found, err := s.from(i+1, chosen); found || err != nil {
			return found, err
		}
	}
	for _, in := range s.passing[i] {
		if !consistent(chosen, in) {
			if *s.steps++; *s.steps > maxSteps {
				return false, errTooCostly
			}
			continue
		}
		if found, err := s.from(i+1, merge(chosen, in)); found || err != nil {
			return found, err
		}
	}
	return false, nil
}
