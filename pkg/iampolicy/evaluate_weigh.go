package iampolicy

import (
	"fmt"
	"strings"
)

// A policyKind is where a policy stands, which decides what its statements may hold.
type policyKind uint8

const (
	kindIdentity policyKind = iota + 1
	kindResource
	kindBoundary
	kindSession
	kindSCP
	kindRCP
)

// String returns the kind in words.
func (k policyKind) String() string {
	switch k {
	case kindIdentity:
		return "identity policy"
	case kindResource:
		return "resource policy"
	case kindBoundary:
		return "permissions boundary"
	case kindSession:
		return "session policy"
	case kindSCP:
		return "service control policy"
	case kindRCP:
		return "resource control policy"
	}
	return ""
}

// namesPrincipals reports whether the statements of a policy say whom they are about.
func (k policyKind) namesPrincipals() bool { return k == kindResource || k == kindRCP }

// name returns what a person calls one of several policies of a kind.
func (k policyKind) name(p *Policy, i, of int, where string) string {
	name := "the " + k.String() + where
	if of > 1 {
		name = fmt.Sprintf("%s %d%s", k, i+1, where)
	}
	if p.Name != "" {
		name += " " + quoted(p.Name)
	}
	return name
}

// weigh asks all policies of one kind. Where stands behind the kind's name.
func (e *evaluation) weigh(k policyKind, policies []Policy, where string) verdictOf {
	v := verdictOf{given: len(policies) > 0}
	for i := range policies {
		p := &policies[i]
		name := k.name(p, i, len(policies), where)
		switch {
		case p.Err != nil:
			v.unread = fmt.Sprintf("%s cannot be read: %v", name, p.Err)
		case p.Document == nil:
			v.unread = name + " is missing"
		default:
			if why := ambiguous(p.Document); why != "" {
				v.unread = fmt.Sprintf("%s cannot be understood: %s", name, why)
			}
			e.weighDocument(&v, k, p.Document, name)
		}
	}
	return v
}

// ambiguous says what in a document, outside of its statements, can be read in more than one way.
func ambiguous(d *Document) string {
	if d.Version != "" && d.Version != version2008 && d.Version != version2012 {
		return "the Version " + quoted(d.Version) + " is unknown"
	}
	for _, o := range d.Oddities {
		if o.Statement == 0 && strings.Contains(o.Text, "stands twice") {
			return o.Text
		}
	}
	return ""
}

func (e *evaluation) weighDocument(v *verdictOf, k policyKind, d *Document, name string) {
	for i := range d.Statements {
		s := &d.Statements[i]
		m := e.matchStatement(k, s, d.Version == version2012)
		where := fmt.Sprintf("%s, statement %d", name, s.Index)
		if s.Sid != "" {
			where += " (" + quotable(s.Sid) + ")"
		}
		switch {
		case m.sure == no:
		case s.Repeated && s.Effect == Allow:
			// Both effects may stand there.
			v.unread = where + " cannot be understood: an element stands twice"
		case s.Effect == Allow && m.sure == yes && m.reach > v.reach:
			v.reach, v.allowed = m.reach, where+" allows it"
		case s.Effect == Deny && v.denied == "":
			v.denied = where + " denies it"
			if m.sure == unsure || s.Repeated {
				v.denied += ", as far as it can be understood"
			}
		}
	}
}

// A statementMatch is whether a statement applies to the request, and how directly it names the principal.
type statementMatch struct {
	sure  certainty
	reach directness
}

// matchStatement asks the elements of a statement, the cheapest first.
func (e *evaluation) matchStatement(k policyKind, s *Statement, variables bool) statementMatch {
	m := statementMatch{e.matchActions(s), reachDirect}
	if m.sure == no {
		return m
	}
	if m.sure = min(m.sure, e.matchResources(k, s, variables)); m.sure == no {
		return m
	}
	principals, reach := e.matchPrincipals(k, s)
	m.reach = reach
	if m.sure = min(m.sure, principals); m.sure == no {
		return m
	}
	conditions := e.matchConditions(s, variables)
	if s.ConditionRepeated && conditions == no {
		conditions = unsure // one of the two may be all that AWS reads
	}
	m.sure = min(m.sure, conditions)
	return m
}

// either joins an element and its negation, of which a statement has one. With both, what it means is open.
func either(has, hasNot bool, element, negation certainty) certainty {
	switch {
	case has && hasNot:
		return min(unsure, max(element, negation))
	case hasNot:
		return negation
	}
	return element
}

func (e *evaluation) matchActions(s *Statement) certainty {
	return either(s.Has(ElementAction), s.Has(ElementNotAction), sure(e.anyAction(s.Actions)), e.excepted(s.NotActions, sure(e.anyAction(s.NotActions))))
}

func (e *evaluation) anyAction(patterns []Value) bool {
	for i := range patterns {
		if p := patterns[i].Text; e.charge(len(p), len(e.action), HasWildcard(p)) && MatchAction(p, e.action) {
			return true
		}
	}
	return false
}

// excepted turns the answer about a list of exceptions round. AWS takes no empty list.
func (e *evaluation) excepted(exceptions []Value, listed certainty) certainty {
	if len(exceptions) == 0 {
		return unsure
	}
	return listed.not()
}

// matchResources asks Resource and NotResource. Resource policies need not name what they are attached to.
func (e *evaluation) matchResources(k policyKind, s *Statement, variables bool) certainty {
	if !s.Has(ElementResource | ElementNotResource) {
		if k == kindResource {
			return yes
		}
		return unsure
	}
	not := no
	if s.Has(ElementNotResource) {
		not = e.excepted(s.NotResources, e.anyResourceOf(k, s.NotResources, variables))
	}
	return either(s.Has(ElementResource), s.Has(ElementNotResource), e.anyResourceOf(k, s.Resources, variables), not)
}

func (e *evaluation) anyResourceOf(k policyKind, patterns []Value, variables bool) certainty {
	best := no
	for i := range patterns {
		g, state := e.expand(patterns[i].Text, variables)
		switch state {
		case malformed:
			best = max(best, unsure)
		case absent: // matches nothing
		case expanded:
			best = max(best, e.matchResource(k, g))
		}
		if best == yes {
			break
		}
	}
	return best
}
