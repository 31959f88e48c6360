package iampolicy

import (
	"slices"
	"strconv"
	"strings"
)

// restricts reports whether a condition of an Allow keeps the holder of an identity policy from using the grant at
// will. One that says only how or when the grant is used, that holds for every value or that the holder can make hold
// does not.
func restricts(c *Condition, variables bool) bool {
	o := c.Operator
	switch {
	case o.Comparison == Null, o.Comparison.Negated():
		return false
	case o.HoldsWhenAbsent() && (o.Quantifier == ForAllValues || !alwaysPresent(c.Key)):
		return false
	case len(c.Values) == 0:
		return true // it never holds
	}
	if neverRestricts(c) {
		return false
	}
	for i := range c.Values {
		if holdsForAll(c, c.Values[i].Text, variables) {
			return false
		}
	}
	return true
}

// alwaysPresent reports whether every request that the condition can be about has the key.
func alwaysPresent(key string) bool {
	switch strings.ToLower(key) {
	case "iam:passedtoservice", "aws:requestedregion", "aws:principalarn", "aws:principalaccount", "aws:userid", "aws:principaltype":
		return true
	}
	return false
}

// neverRestricts reports whether a condition is on a key whose value the holder chooses, or which holds by itself.
func neverRestricts(c *Condition) bool {
	switch strings.ToLower(c.Key) {
	case "aws:securetransport", "aws:referer", "aws:useragent", "aws:currenttime", "aws:epochtime", "aws:tokenissuetime",
		"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount", "aws:principaltype",
		"s3:authtype", "s3:signatureversion", "s3:tlsversion":
		return true
	case "aws:multifactorauthpresent", "aws:viaawsservice":
		return anyFalse(c.Values)
	}
	return false
}

func anyFalse(values []Value) bool {
	for i := range values {
		if strings.EqualFold(values[i].Text, "false") {
			return true
		}
	}
	return false
}

// holdsForAll reports whether a value of a condition holds for every caller.
func holdsForAll(c *Condition, value string, variables bool) bool {
	switch c.Operator.Comparison {
	case StringLike, ArnLike, ArnEquals:
		if onlyWildcards(value) {
			return true
		}
	case IPAddress:
		return everyAddress(value)
	default:
	}
	return variables && strings.EqualFold(value, "${"+c.Key+"}")
}

// onlyWildcards reports whether a pattern of a text or of an ARN says nothing of it.
func onlyWildcards(pattern string) bool {
	return pattern != "" && strings.Trim(strings.TrimPrefix(pattern, "arn:"), "*?:/") == "" && strings.Contains(pattern, "*")
}

// everyAddress reports whether a range of addresses is the internet or a large part of it.
func everyAddress(text string) bool {
	address, bits, ok := strings.Cut(text, "/")
	n, err := strconv.Atoi(bits)
	return ok && err == nil && n < 8 && (n < 4 || !strings.Contains(address, ":"))
}

// recipients are what a statement says of the services to which a role may be passed.
type recipients struct {
	given    bool // it says something
	not      bool // the services are those to which it may not
	services []Value
}

func recipientsOf(s *Statement) recipients {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if !c.Is("iam:PassedToService") || c.Operator.Comparison == Null || s.ConditionRepeated {
			continue
		}
		return recipients{given: true, not: c.Operator.Comparison.Negated(), services: c.Values}
	}
	return recipients{}
}

// admits reports whether a role may be passed to one of some service principals.
func (p *recipients) admits(principals []string) bool {
	if !p.given {
		return true
	}
	return slices.ContainsFunc(principals, func(principal string) bool {
		return p.not != slices.ContainsFunc(p.services, func(v Value) bool { return Match(strings.TrimSuffix(v.Text, ".cn"), principal) })
	})
}

// passesNarrowly reports whether a statement says to which service, or for which resource, a role may be passed. What such
// a service can do with the role is an escalation where the holder can start it.
func passesNarrowly(c *clause) bool {
	for i := range c.Conditions {
		cond := &c.Conditions[i]
		service := cond.Is("iam:PassedToService")
		switch {
		case !service && !cond.Is("iam:AssociatedResourceArn"), c.ConditionRepeated, !restricts(cond, c.variables):
		case !service || !slices.ContainsFunc(cond.Values, func(v Value) bool { return HasWildcard(v.Text) }):
			return true
		}
	}
	return false
}
