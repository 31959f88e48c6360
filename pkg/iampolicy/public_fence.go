package iampolicy

import "strings"

// A unit is one action pattern on one resource pattern that an Allow grants. A Deny counts for a unit when it covers all of it.
type unit struct{ action, resource string }

// maxUnits bounds the units of one statement that are weighed against the Denies. Beyond it no Deny counts.
const maxUnits = 4096

// A fences weighs the Denies of a document against its Allows.
type fences struct {
	denies []*Statement
	steps  int // what is left of the bound on the work
}

// maxFenceSteps bounds the work on the Denies of one document to some hundredths of a second. Beyond it no Deny counts.
const maxFenceSteps = 20_000_000

func fencesOf(d *Document) *fences {
	f := &fences{steps: maxFenceSteps}
	for i := range d.Statements {
		if s := &d.Statements[i]; s.Effect == Deny && !s.Repeated {
			f.denies = append(f.denies, s)
		}
	}
	return f
}

// unitsOf returns the units of an Allow of some actions, none where no Deny can count.
func (f *fences) unitsOf(s *Statement, actions []string) []unit {
	if len(f.denies) == 0 || len(actions)*max(1, len(s.Resources)) > maxUnits {
		return nil
	}
	units := make([]unit, 0, len(actions)*max(1, len(s.Resources)))
	for _, a := range actions {
		if len(s.Resources) == 0 || len(s.NotResources) > 0 {
			units = append(units, unit{a, "*"})
		}
		for i := range s.Resources {
			units = append(units, unit{a, s.Resources[i].Text})
		}
	}
	return units
}

// around returns what the Denies leave of a caller on a unit: limits that all hold, or closed where nothing is left.
func (f *fences) around(u unit, who caller) (limits []limit, closed bool) {
	for _, s := range f.denies {
		if f.steps -= int(s.Span.End - s.Span.Start); f.steps <= 0 {
			return nil, false
		}
		if !f.coversUnit(s, u) {
			continue
		}
		exempt, covered := exemptions(s, who)
		if !covered {
			continue
		}
		if len(s.Conditions) == 0 && exempt == nil {
			return nil, true
		}
		if l, ok := fenceLimit(s, who, exempt); ok {
			limits = append(limits, l)
		}
	}
	return limits, false
}

// exemptions reports whether a Deny is about a caller, and whom its NotPrincipal leaves out.
func exemptions(s *Statement, who caller) (exempt *limit, covered bool) {
	if !s.Has(ElementNotPrincipal) {
		return nil, aboutCaller(s.Principals, who)
	}
	exempt = &limit{}
	for i := range s.NotPrincipals {
		p := &s.NotPrincipals[i]
		for _, v := range p.Values {
			switch c := callerOf(p, v); c.kind {
			case callerEveryone:
				return nil, false
			case callerAccount:
				exempt.accounts = append(exempt.accounts, c.account)
			case callerUnknown, callerService, callerFederated:
			}
		}
	}
	return exempt, true
}

// aboutCaller reports whether the principals of a Deny include all of a caller.
func aboutCaller(principals []Principal, who caller) bool {
	for i := range principals {
		p := &principals[i]
		for _, v := range p.Values {
			if p.Type == PrincipalAny || includes(p.Type, v.Text, who) {
				return true
			}
		}
	}
	return false
}

// includes reports whether one principal of a Deny includes all of a caller.
func includes(kind, text string, who caller) bool {
	if who.principal != nil && kind == who.principal.Type && (text == who.text || onlyStars(text)) {
		return true
	}
	if kind != PrincipalAWS {
		return false
	}
	if onlyStars(text) {
		return who.kind != callerService && who.kind != callerFederated
	}
	return who.kind == callerAccount && who.account != "" && wholeAccount(text) == who.account
}

// wholeAccount returns the account that an AWS principal stands for, "" where it is narrower.
func wholeAccount(text string) string {
	if IsAccount(text) {
		return text
	}
	if a, ok := ParseARN(text); ok && a.Service == iam && a.Resource == "root" {
		return a.Account
	}
	return ""
}

// fenceLimit returns what a Deny lets through: those that one of its conditions excludes. Each of the conditions must
// be such an exclusion, of callers that are fixed, and must hold for a caller who has no such key.
func fenceLimit(s *Statement, who caller, exempt *limit) (limit, bool) {
	out := limit{source: true}
	all := true // every way through the fence is named
	if exempt != nil {
		out.accounts = append(out.accounts, exempt.accounts...)
		all = exempt.named()
		out.source = false
	}
	for i := range s.Conditions {
		if who.kind == callerService && holdsForServices(&s.Conditions[i]) {
			continue
		}
		l, ok := exclusion(&s.Conditions[i])
		if !ok {
			return limit{}, false
		}
		all = all && l.named()
		out.source = out.source && l.source
		out.accounts = append(out.accounts, l.accounts...)
		out.orgs = append(out.orgs, l.orgs...)
	}
	if !all {
		out.accounts, out.orgs = nil, nil
	}
	return out, true
}

// holdsForServices reports whether a condition holds whenever a service calls for a resource: it does not narrow a Deny
// for services.
func holdsForServices(c *Condition) bool {
	switch c.Operator.Comparison {
	case Bool:
		return c.Is("aws:PrincipalIsAWSService") && len(c.Values) > 0 && allValues(c.Values, isTrue)
	case Null:
		return limitKeyOf(c.Key).source && len(c.Values) > 0 && allValues(c.Values, isFalse)
	default:
		return false
	}
}

// exclusion returns the callers that a condition of a Deny excludes, if they are a fixed set.
func exclusion(c *Condition) (limit, bool) {
	key := limitKeyOf(c.Key)
	if key.class == noLimit || key.class == externalIDKey || !c.Operator.HoldsWhenAbsent() {
		return limit{}, false
	}
	if key.class == trueKey {
		return limit{}, c.Operator.Comparison == Bool && len(c.Values) > 0 && allValues(c.Values, isFalse)
	}
	if !c.Operator.Comparison.Negated() {
		return limit{}, false
	}
	return valuesLimit(key, c)
}

func (f *fences) coversUnit(s *Statement, u unit) bool {
	switch {
	case s.Has(ElementNotAction):
		if f.anyOverlaps(s.NotActions, u.action, true) {
			return false
		}
	case !f.anyCovers(s.Actions, u.action, true):
		return false
	}
	switch {
	case s.Has(ElementNotResource):
		return !f.anyOverlaps(s.NotResources, u.resource, false)
	case s.Has(ElementResource):
		return f.anyCovers(s.Resources, u.resource, false)
	}
	return true
}

// spend pays for comparing two texts, and reports false where the bound is reached.
func (f *fences) spend(a, b string) bool {
	f.steps -= (len(a) + 1) * (len(b) + 1)
	return f.steps > 0
}

func (f *fences) anyCovers(patterns []Value, text string, fold bool) bool {
	for i := range patterns {
		if f.spend(patterns[i].Text, text) && covers(patterns[i].Text, text, fold) {
			return true
		}
	}
	return false
}

func (f *fences) anyOverlaps(patterns []Value, text string, fold bool) bool {
	for i := range patterns {
		if !f.spend(patterns[i].Text, text) || overlaps(patterns[i].Text, text, fold) {
			return true
		}
	}
	return false
}

// overlaps reports whether some text matches both patterns.
func overlaps(a, b string, fold bool) bool {
	if fold {
		a, b = strings.ToLower(a), strings.ToLower(b)
	}
	// row[j] holds whether a[:i] and b[:j] can match the same text.
	row := make([]bool, len(b)+1)
	row[0] = true
	for j := range len(b) {
		row[j+1] = row[j] && b[j] == '*'
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = row[0] && a[i] == '*'
		for j := range len(b) {
			before := row[j+1]
			if a[i] == '*' || b[j] == '*' {
				row[j+1] = before || row[j]
			} else {
				row[j+1] = diagonal && meets(a[i], b[j])
			}
			diagonal = before
		}
	}
	return row[len(b)]
}

// meets reports whether two characters of patterns, neither of them a star, can match the same one.
func meets(a, b byte) bool { return a == b || a == '?' || b == '?' }
