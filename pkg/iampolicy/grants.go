package iampolicy

import "slices"

// A strength says how freely an action is granted. The greater is the freer.
type strength uint8

const (
	notGranted        strength = iota
	scopedConditional          // on some resources, under a condition
	scoped                     // on some resources
	conditional                // on any resource, under a condition
	free                       // on any resource, always
)

// grade returns the strength as risks have it.
func (s strength) grade() Grade {
	switch s {
	case free:
		return Unconditional
	case conditional:
		return Conditional
	case scoped, scopedConditional:
		return Scoped
	case notGranted:
	}
	return ""
}

// A grant is what the document grants of one action.
type grant struct {
	best strength
	by   int16 // the place of the Allow that grants it so
}

// A passage is one Allow that lets a role be passed.
type passage struct {
	strength strength
	by       int
}

// strengthOf returns how freely an Allow grants an action that it names.
func (j *judge) strengthOf(c *clause, w *interest) strength {
	s := j.scopeIn(c, w)
	if len(j.denies) > 0 && s != noResource {
		s = min(s, j.leftBy(w))
	}
	switch {
	case s == noResource:
		return notGranted
	case s == anyResource && !c.restricted:
		return free
	case s == anyResource:
		return conditional
	case !c.restricted:
		return scoped
	}
	return scopedConditional
}

// scopeIn returns how much of its resources an Allow grants of an action, less what is denied.
func (j *judge) scopeIn(c *clause, w *interest) scope {
	if c.Has(ElementNotResource) || !c.Has(ElementResource) {
		if j.denied(w.service, w.name, "*") || slices.ContainsFunc(c.NotResources, func(v Value) bool {
			return scopeOf(v.Text, w.resources, c.variables) == anyResource
		}) {
			return noResource
		}
		return anyResource
	}
	widest := noResource
	for i := range c.Resources {
		r := c.Resources[i].Text
		if widest == anyResource || !j.spend(len(r)) {
			return widest
		}
		s := noResource
		switch {
		case !w.noTarget:
			s = scopeOf(r, w.resources, c.variables)
		case allStars(r):
			s = anyResource
		}
		if s > widest && (len(j.denies) == 0 || !j.denied(w.service, w.name, r)) {
			widest = s
		}
	}
	return widest
}

// collect notes what an Allow grants of the actions that the judge looks for.
func (j *judge) collect(at int) {
	c := &j.allows[at]
	if c.not {
		for i := range j.want.list {
			if w := &j.want.list[i]; !j.matches(c.actions, w.service, w.name) {
				j.note(at, i)
			}
		}
		return
	}
	for i := range c.actions {
		switch p := &c.actions[i]; p.shape {
		case matchesNothing:
		case oneAction:
			if n, ok := j.want.find(p.text); ok {
				j.note(at, n)
			}
		case allOfService, someActions:
			span := j.want.services[p.service]
			for n := span[0]; n < span[1]; n++ {
				if w := &j.want.list[n]; j.matchesOne(p, w.service, w.name) {
					j.note(at, n)
				}
			}
		case someServices, allActions:
			for n := range j.want.list {
				if w := &j.want.list[n]; j.matchesOne(p, w.service, w.name) {
					j.note(at, n)
				}
			}
		}
	}
}

// noteSteps is what it costs to look at one action of one statement, beside the matching.
const noteSteps = 16

// note records that an Allow names an action.
func (j *judge) note(at, n int) {
	if j.noted[n] == int16(at)+1 {
		return
	}
	j.noted[n] = int16(at) + 1
	if !j.spend(noteSteps) {
		return
	}
	w := &j.want.list[n]
	s := j.strengthOf(&j.allows[at], w)
	if s == notGranted {
		return
	}
	if s > j.grants[n].best {
		j.grants[n] = grant{best: s, by: int16(at)}
	}
	if n == j.want.passRole {
		j.passages = append(j.passages, passage{s, at})
	}
	if s >= conditional && w.traits&^escalates != 0 {
		j.open = append(j.open, opened{at: at, action: n, strength: s})
	}
}

// An opened is an action that an Allow grants on any resource.
type opened struct {
	at, action int
	strength   strength
}

// find returns the place of an action that the judge looks for, named in any letter case.
func (w *interests) find(name string) (int, bool) {
	var buffer [96]byte
	if len(name) > len(buffer) {
		return 0, false
	}
	for i := range len(name) {
		buffer[i] = lower(name[i])
	}
	n, ok := w.at[string(buffer[:len(name)])]
	return n, ok
}
