package iampolicy

import (
	"slices"
	"strings"
)

// A directness is how directly a statement names the principal: what is granted to an account still needs the account's
// consent, what is granted to a role is limited by what limits its sessions, and nothing but a Deny limits the rest.
type directness uint8

const (
	reachNone directness = iota
	reachAccount
	reachRole
	reachDirect
)

// matchPrincipals asks Principal and NotPrincipal.
func (e *evaluation) matchPrincipals(k policyKind, s *Statement) (certainty, directness) {
	names, excepts := s.Has(ElementPrincipal), s.Has(ElementNotPrincipal)
	if !k.namesPrincipals() {
		if names || excepts {
			return unsure, reachDirect
		}
		return yes, reachDirect
	}
	if !names && !excepts {
		// A resource control policy is about everybody: AWS takes no other principal there.
		return max(unsure, sure(k == kindRCP)), reachDirect
	}
	named, r := e.named(s.Principals)
	if !excepts {
		return named, r
	}
	return either(names, true, named, e.notExcepted(s)), reachDirect
}

// named asks which value of a Principal names the requester most directly.
func (e *evaluation) named(principals []Principal) (certainty, directness) {
	best, r := no, reachNone
	for i := range principals {
		for _, v := range principals[i].Values {
			c, how := e.namedBy(principals[i].Type, v.Text)
			switch {
			case c > best:
				best, r = c, how
			case c == best && c > no:
				r = max(r, how)
			}
		}
	}
	return best, r
}

func (e *evaluation) namedBy(kind, text string) (certainty, directness) {
	from := &e.from
	switch kind {
	case PrincipalAny, PrincipalAWS:
		if text == "*" {
			return yes, reachDirect
		}
		if from.ofAccount() {
			return e.namedByAWS(text)
		}
	case PrincipalService:
		if from.kind == fromService {
			return e.namedByService(text), reachDirect
		}
	case PrincipalFederated:
		if from.kind == fromProvider {
			return e.likeName(text, from.arn), reachDirect
		}
	case PrincipalCanonical:
		if from.ofAccount() { // the id does not tell the account
			return unsure, reachDirect
		}
	}
	return no, reachNone
}

// likeName compares names in which AWS takes no wildcard and knows one letter case.
func (e *evaluation) likeName(pattern, name string) certainty {
	switch {
	case pattern == name:
		return yes
	case e.charge(len(pattern), len(name), HasWildcard(pattern)) && MatchAction(pattern, name):
		return unsure
	}
	return no
}

func (e *evaluation) namedByService(text string) certainty {
	best := e.likeName(text, e.from.arn)
	for _, name := range e.context["aws:principalservicenameslist"] {
		best = max(best, e.likeName(text, name))
	}
	return best
}

func (e *evaluation) namedByAWS(text string) (certainty, directness) {
	from := &e.from
	switch {
	case text == from.arn && from.kind != fromRole, text == from.arn && text != from.role:
		return yes, reachDirect
	case from.kind == fromRole && text == from.role:
		return yes, reachRole
	case text == from.account, text == from.root():
		return yes, reachAccount
	case HasWildcard(text):
		return e.namedByWildcard(text), reachAccount
	case !strings.Contains(text, ":") && !IsAccount(text):
		return e.namedByID(text)
	}
	return no, reachNone
}

// namedByWildcard compares a principal that AWS refuses.
func (e *evaluation) namedByWildcard(text string) certainty {
	names := []string{e.from.arn, e.from.role, e.from.root(), e.from.account}
	if slices.ContainsFunc(names, func(name string) bool { return e.charge(len(text), len(name), true) && Match(text, name) }) {
		return unsure
	}
	return no
}

// namedByID compares a unique id, which AWS shows in place of the ARN of a principal that was deleted. The requester's
// own is in its aws:userid, where that is given.
func (e *evaluation) namedByID(text string) (certainty, directness) {
	ids := e.context["aws:userid"]
	if len(ids) != 1 {
		return unsure, reachAccount
	}
	id, _, _ := strings.Cut(ids[0], ":")
	switch {
	case ids[0] == text:
		return yes, reachDirect
	case id == text && e.from.kind == fromRole:
		return yes, reachRole
	}
	return no, reachNone
}

// notExcepted asks whether a statement applies because NotPrincipal does not list the requester. AWS checks the account,
// then the role, then the session: only who is listed with all of them is certainly excepted from a Deny. A Deny applies
// to everybody who has a permissions boundary, whoever is listed.
func (e *evaluation) notExcepted(s *Statement) certainty {
	if !slices.ContainsFunc(s.NotPrincipals, func(p Principal) bool { return len(p.Values) > 0 }) {
		return unsure
	}
	if s.Effect == Deny && e.bounded {
		return yes
	}
	all, some := yes, no
	for _, identity := range e.from.identities() {
		listed := no
		for i := range s.NotPrincipals {
			for _, v := range s.NotPrincipals[i].Values {
				listed = max(listed, e.lists(s.NotPrincipals[i].Type, v.Text, identity))
			}
		}
		all, some = min(all, listed), max(some, listed)
	}
	if s.Effect == Deny {
		return all.not()
	}
	return some.not()
}

// lists asks whether a value of a NotPrincipal is one identity of the requester.
func (e *evaluation) lists(kind, text, identity string) certainty {
	from := &e.from
	switch {
	case text == "*" && (kind == PrincipalAny || kind == PrincipalAWS):
		return yes
	case kind == PrincipalService && from.kind == fromService, kind == PrincipalFederated && from.kind == fromProvider:
		return e.likeName(text, identity)
	case kind == PrincipalCanonical && from.ofAccount():
		return unsure
	case kind == PrincipalAWS && from.ofAccount():
		return e.listsAWS(text, identity)
	}
	return no
}

func (e *evaluation) listsAWS(text, identity string) certainty {
	from := &e.from
	switch {
	case text == identity, identity == from.root() && text == from.account:
		return yes
	case HasWildcard(text):
		return min(unsure, sure(e.charge(len(text), len(identity), true) && Match(text, identity)))
	case !strings.Contains(text, ":") && !IsAccount(text):
		return unsure
	}
	return no
}
