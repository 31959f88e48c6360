package iampolicy

import "strings"

// An actionPattern is an action pattern, cut up once.
type actionPattern struct {
	text    string
	service string // in lower case; "" where the service is a pattern
	name    string // after the colon
	shape   shape
	span    Span
}

// A shape says how a pattern must be looked up.
type shape uint8

const (
	matchesNothing shape = iota // no service, or white space
	oneAction                   // no wildcard
	someActions                 // wildcards in the name
	allOfService                // nothing but wildcards in the name
	someServices                // wildcards in the service
	allActions                  // nothing but wildcards
)

func cutAction(v Value) actionPattern {
	p := actionPattern{text: v.Text, span: v.Span}
	colon := strings.IndexByte(v.Text, ':')
	if colon < 0 {
		switch {
		case allStars(v.Text):
			p.shape = allActions
		case HasWildcard(v.Text):
			p.shape = someServices
		}
		return p
	}
	service, name := v.Text[:colon], v.Text[colon+1:]
	wild := HasWildcard(service)
	switch {
	case wild && allStars(service) && allStars(name):
		p.shape = allActions
	case wild:
		p.shape = someServices
	case allStars(name):
		p.shape = allOfService
	case HasWildcard(name):
		p.shape = someActions
	default:
		p.shape = oneAction
	}
	if !wild {
		p.service = strings.ToLower(service)
		if !isServicePrefix(p.service) {
			p.shape = matchesNothing
		}
	}
	p.name = name
	return p
}

// isServicePrefix reports whether a text in lower case can be the service of an action. AWS matches white space with
// nothing.
func isServicePrefix(text string) bool {
	for i := range len(text) {
		if b := text[i]; b <= ' ' || b >= 0x7f {
			return false
		}
	}
	return text != ""
}

// A clause is a statement, prepared for judging.
type clause struct {
	*Statement
	actions    []actionPattern // of Action, or of NotAction
	not        bool            // they are those of NotAction
	everywhere bool            // no Resource, or one that matches everything
	restricted bool            // a condition restricts; of a Deny: one stands there
	variables  bool            // ${…} is a variable
	passing    recipients      // the services to which a role may be passed
}

func (j *judge) clauseOf(s *Statement) clause {
	c := clause{Statement: s, variables: j.variables}
	list := s.Actions
	if s.Has(ElementNotAction) && len(s.Actions) == 0 {
		list, c.not = s.NotActions, true
	}
	start := len(j.patterns)
	for _, v := range list {
		j.patterns = append(j.patterns, cutAction(v))
	}
	c.actions = j.patterns[start:len(j.patterns):len(j.patterns)]
	c.everywhere = !s.Has(ElementResource | ElementNotResource)
	for i := range s.Resources {
		c.everywhere = c.everywhere || allStars(s.Resources[i].Text)
	}
	if s.Has(ElementNotResource) {
		c.everywhere = false
	}
	if s.Effect == Deny {
		c.restricted = len(s.Conditions) > 0
		return c
	}
	if !s.ConditionRepeated {
		for i := range s.Conditions {
			c.restricted = c.restricted || restricts(&s.Conditions[i], j.variables)
		}
		c.passing = recipientsOf(s)
	}
	return c
}

// matches reports whether one of the clause's patterns matches an action.
func (j *judge) matches(patterns []actionPattern, service, name string) bool {
	if !j.spend(len(patterns)) {
		return false
	}
	for i := range patterns {
		if j.matchesOne(&patterns[i], service, name) {
			return true
		}
	}
	return false
}

// matchesOne matches an action that is given as its service, in lower case, and its whole name.
func (j *judge) matchesOne(p *actionPattern, service, name string) bool {
	switch p.shape {
	case matchesNothing:
		return false
	case allActions:
		return true
	case allOfService:
		return p.service == service
	case oneAction:
		return p.service == service && strings.EqualFold(p.text, name)
	case someActions:
		return p.service == service && j.spend(len(name)+len(p.text)) && MatchAction(p.text, name)
	case someServices:
	}
	return j.spend(len(name)+len(p.text)) && MatchAction(p.text, name)
}

// probeLengths are the lengths of the names that probes stand for. Real action names have between six and forty
// characters, so that a pattern such as "iam:????????*" leaves out next to nothing.
func probeLengths() []int { return []int{10, 25} }

// wholeService reports whether patterns together match every action of a service. Lists such as "iam:a*", "iam:b*" …
// count, as each initial letter is probed.
func (j *judge) wholeService(patterns []actionPattern, service string) bool {
	if !j.spend(len(patterns)) {
		return false
	}
	wild := 0
	for i := range patterns {
		switch p := &patterns[i]; p.shape {
		case allActions:
			return true
		case allOfService:
			if p.service == service {
				return true
			}
		case someActions:
			if p.service == service {
				wild++
			}
		case someServices:
			wild++
		case matchesNothing, oneAction:
		}
	}
	if wild == 0 {
		return false
	}
	for _, n := range probeLengths() {
		for c := 'a'; c <= 'z'; c++ {
			if !j.matches(patterns, service, service+":"+string(c)+strings.Repeat(fresh, n-1)) {
				return false
			}
		}
	}
	return true
}

// everything reports whether patterns together match every action of every service.
func (j *judge) everything(patterns []actionPattern) bool {
	wild := 0
	for i := range patterns {
		switch patterns[i].shape {
		case allActions:
			return true
		case someServices:
			wild++
		case matchesNothing, oneAction, someActions, allOfService:
		}
	}
	if wild == 0 {
		return false
	}
	// The names of services have between two and some twenty characters.
	for _, n := range [...]int{2, 4, 12} {
		for c := 'a'; c <= 'z'; c++ {
			if !j.wholeService(patterns, string(c)+strings.Repeat(fresh, n-1)) {
				return false
			}
		}
	}
	return true
}
