package iampolicy

import (
	"fmt"
	"slices"
	"strings"
)

// A route is an escalation that the document grants.
type route struct {
	set      *set
	strength strength
	by       int // the Allow that decides
}

// escalation finds the sets of actions with which the holder can get other rights, across statements.
func (j *judge) escalation() {
	var routes []route
	for i := range j.want.sets {
		if r, ok := j.route(&j.want.sets[i]); ok {
			routes = append(routes, r)
		}
	}
	for len(routes) > 0 {
		severity, grade := routes[0].severity(), routes[0].strength.grade()
		same := func(r route) bool { return r.severity() == severity && r.strength.grade() == grade }
		j.addEscalation(routes, same, severity, grade)
		routes = slices.DeleteFunc(routes, same)
	}
}

func (j *judge) addEscalation(routes []route, same func(route) bool, severity Severity, grade Grade) {
	r := Risk{Code: PrivilegeEscalation, Severity: severity, Grade: grade}
	var first *route
	for i := range routes {
		if same(routes[i]) {
			if first == nil {
				first = &routes[i]
			}
			r.Actions = append(r.Actions, routes[i].set.name)
		}
	}
	r.Fragment = some3(r.Actions)
	r.Sentence = "lets its holder get other rights with " + r.Fragment
	switch {
	case grade == Scoped:
		r.Sentence += ", as far as the resources that it names have them"
	case first.set.way == existing:
		r.Sentence += ", where something runs with a role that has them"
	case first.set.way == passing:
		r.Sentence += ", where a role that has them can be passed"
	}
	slices.Sort(r.Actions)
	j.addGraded(&j.allows[first.by], r)
}

// route reports whether all actions of a set are granted, and how freely.
func (j *judge) route(s *set) (route, bool) {
	r := route{set: s, strength: free}
	members := s.members
	if s.way == passing {
		best := passage{}
		for _, p := range j.passages {
			c := &j.allows[p.by]
			if p.strength > best.strength && c.passing.admits(s.launcher) {
				best = p
			}
		}
		r.strength, r.by = best.strength, best.by
		members = members[1:]
	}
	for _, m := range members {
		g := j.grants[m]
		strength := g.best
		if s.way == passing && strength == scoped {
			strength = free // what it starts may have any name; the role decides
		}
		if s.way == passing && strength == scopedConditional {
			strength = conditional
		}
		if strength < r.strength || s.way != passing && m == members[0] {
			r.by = int(g.by)
		}
		r.strength = min(r.strength, strength)
	}
	return r, r.strength != notGranted
}

// severity of a route: gravest where it writes who may do what; a role that is named is only as grave as that role.
func (r route) severity() Severity {
	s := High
	if r.set.way == direct {
		s = Critical
	}
	switch r.strength {
	case conditional:
		return s.lower()
	case scoped:
		return s.lower().lower()
	case scopedConditional:
		return Low
	case free, notGranted:
	}
	return s
}

// roles finds Allows that let any role be passed or assumed.
func (j *judge) roles() {
	for _, o := range j.passages {
		if o.strength >= conditional && !passesNarrowly(&j.allows[o.by]) {
			j.addGraded(&j.allows[o.by], Risk{
				Code: PassRoleAny, Severity: High, Grade: o.strength.grade(), Fragment: passRole, Actions: []string{passRole},
				Sentence: "allows any role to be passed to a service",
			}.weighed(o.strength))
		}
	}
	for _, o := range j.open {
		if o.action == j.want.assume {
			j.addGraded(&j.allows[o.at], Risk{
				Code: AssumeRoleAny, Severity: High, Grade: o.strength.grade(), Fragment: assumeRole, Actions: []string{assumeRole},
				Sentence: "allows any role that trusts the account to be assumed",
			}.weighed(o.strength))
		}
	}
}

// weighed lowers a risk that holds under a condition.
func (r Risk) weighed(s strength) Risk {
	if s == conditional {
		r.Severity = r.Severity.lower()
	}
	return r
}

// A category is a kind of sensitive actions.
type category struct {
	trait          trait
	code, sentence string
}

func categories() [4]category {
	return [...]category{
		{readsData, DataExfiltration, "allows any stored data or secret to be read with "},
		{givesCredentials, CredentialsExposure, "allows credentials to be taken with "},
		{exposes, ResourceExposure, "allows any resource to be opened to others with "},
		{evades, DefenseEvasion, "allows the record of what happens, or what guards it, to be ended with "},
	}
}

// sensitive finds sensitive actions on any resource, one risk for each Allow and category.
func (j *judge) sensitive() {
	for _, cat := range categories() {
		for start := 0; start < len(j.open); {
			end := start
			r := Risk{Code: cat.code}
			for ; end < len(j.open) && j.open[end].at == j.open[start].at; end++ {
				o := j.open[end]
				w := &j.want.list[o.action]
				if w.traits&cat.trait == 0 {
					continue
				}
				if s := w.severity[cat.trait]; s.rank() > r.Severity.rank() {
					r.Severity = s
				}
				r.Actions = append(r.Actions, w.name)
			}
			if len(r.Actions) > 0 {
				s := j.open[start].strength
				r.Fragment = some3(r.Actions)
				r.Grade, r.Sentence = s.grade(), cat.sentence+r.Fragment
				j.addGraded(&j.allows[j.open[start].at], r.weighed(s))
			}
			start = end
		}
	}
}

// mfa finds conditions that are meant to demand MFA and do not.
func (j *judge) mfa() {
	for i := range j.doc.Statements {
		s := &j.doc.Statements[i]
		for k := range s.Conditions {
			c := &s.Conditions[k]
			why := mfaMistake(s.Effect, c)
			if why == "" {
				continue
			}
			cl := clause{Statement: s}
			j.addGraded(&cl, Risk{
				Code: MFAAntipattern, Severity: Medium, Fragment: c.Operator.String() + " " + quotable(c.Key), Span: c.Span, Sentence: why,
			})
			break
		}
	}
}

// mfaMistake says what is wrong with a condition on MFA, if anything is. The key is absent for long-term access keys.
func mfaMistake(effect Effect, c *Condition) string {
	if !c.Is("aws:MultiFactorAuthPresent") {
		return ""
	}
	isFalse := anyFalse(c.Values)
	lax := c.Operator.HoldsWhenAbsent()
	compares := comparesBoolean(c.Operator.Comparison)
	switch {
	case effect == Allow && c.Operator.Comparison == Null:
		return "asks only whether the request says anything about MFA, not whether it was used"
	case effect == Allow && compares && isFalse:
		return "allows only who has not used MFA"
	case effect == Allow && compares && lax:
		return "allows long-term access keys, which say nothing about MFA"
	case effect == Deny && compares && isFalse && !lax:
		return "does not deny long-term access keys, which say nothing about MFA"
	}
	return ""
}

// comparesBoolean reports whether a comparison holds for a boolean that is equal: as texts booleans are equal too.
func comparesBoolean(c Comparison) bool {
	switch c {
	case Bool, StringEquals, StringEqualsIgnoreCase, StringLike:
		return true
	default:
		return false
	}
}

// some3 shows the first of some texts.
func some3(texts []string) string {
	const most = 3
	if len(texts) <= most {
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s, and %d more", strings.Join(texts[:most], ", "), len(texts)-most)
}
