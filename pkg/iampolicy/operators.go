package iampolicy

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strings"
)

// matchConditions asks all conditions of a statement, which all must hold.
func (e *evaluation) matchConditions(s *Statement, variables bool) certainty {
	all := yes
	for i := range s.Conditions {
		if all = min(all, e.matchCondition(&s.Conditions[i], variables)); all == no {
			break
		}
	}
	return all
}

func (e *evaluation) matchCondition(c *Condition, variables bool) certainty {
	values := e.context[strings.ToLower(c.Key)]
	o := c.Operator
	switch {
	case o.Comparison == Null:
		return matchNull(c.Values, len(values) == 0)
	case len(values) == 0:
		return sure(o.HoldsWhenAbsent())
	}
	all, some := yes, no
	for _, v := range values {
		m := e.matchValue(o.Comparison, c.Values, v, variables)
		if o.Comparison.Negated() {
			m = m.not()
		}
		all, some = min(all, m), max(some, m)
	}
	switch o.Quantifier {
	case ForAllValues:
		if allEmpty(values) { // an empty text counts as no value
			return yes
		}
		return all
	case ForAnyValue:
		if allEmpty(values) {
			return min(some, unsure)
		}
		return some
	case Single:
	}
	if all == some {
		return all
	}
	return unsure // a key of several values needs a quantifier
}

func allEmpty(values []string) bool {
	for _, v := range values {
		if v != "" {
			return false
		}
	}
	return true
}

func matchNull(wanted []Value, isAbsent bool) certainty {
	best := no
	for _, w := range wanted {
		b, ok := parseBool(w.Text)
		switch {
		case !ok:
			best = max(best, unsure)
		case b == isAbsent:
			best = yes
		}
	}
	return best
}

// matchValue asks whether a value of the request meets one of the values of the policy, the negation left aside.
func (e *evaluation) matchValue(c Comparison, wanted []Value, value string, variables bool) certainty {
	best := no
	for _, w := range wanted {
		if best = max(best, e.compare(c, w.Text, value, variables)); best == yes {
			break
		}
	}
	return best
}

func (e *evaluation) compare(c Comparison, wanted, value string, variables bool) certainty {
	switch c {
	case StringEquals, StringNotEquals, StringEqualsIgnoreCase, StringNotEqualsIgnoreCase, StringLike, StringNotLike,
		ArnEquals, ArnNotEquals, ArnLike, ArnNotLike:
		return e.compareText(c, wanted, value, variables)
	case NumericEquals, NumericNotEquals, NumericLessThan, NumericLessThanEquals, NumericGreaterThan, NumericGreaterThanEquals:
		return compareNumbers(c, wanted, value)
	case DateEquals, DateNotEquals, DateLessThan, DateLessThanEquals, DateGreaterThan, DateGreaterThanEquals:
		return compareDates(c, wanted, value)
	case Bool:
		w, known := parseBool(wanted)
		v, ok := parseBool(value)
		return ifUnderstood(known && ok, w == v)
	case BinaryEquals:
		w, wrong := base64.StdEncoding.DecodeString(wanted)
		v, err := base64.StdEncoding.DecodeString(value)
		return ifUnderstood(wrong == nil && err == nil, bytes.Equal(w, v))
	case IPAddress, NotIPAddress:
		return compareAddresses(wanted, value)
	default:
		return unsure
	}
}

func ifUnderstood(understood, matches bool) certainty {
	if !understood {
		return unsure
	}
	return sure(matches)
}

// compareText asks the comparisons that take variables.
func (e *evaluation) compareText(c Comparison, wanted, value string, variables bool) certainty {
	g, state := e.expand(wanted, variables)
	if state != expanded {
		return ifUnderstood(state == absent, false)
	}
	switch c {
	case StringLike, StringNotLike:
		return sure(e.matchGlob(g, value))
	case ArnEquals, ArnNotEquals, ArnLike, ArnNotLike:
		return e.matchARN(g, value)
	case StringEqualsIgnoreCase, StringNotEqualsIgnoreCase:
		text := g.text()
		if len(text) == len(value) && matchFolded(text, value) {
			return yes
		}
		return min(unsure, sure(strings.EqualFold(text, value))) // beyond ASCII nothing says what letter case is
	default:
		return sure(g.text() == value)
	}
}

// matchFolded reports whether two texts of one length differ in the letter case of ASCII only.
func matchFolded(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func parseBool(text string) (value, ok bool) {
	isTrue := strings.EqualFold(text, "true")
	return isTrue, isTrue || strings.EqualFold(text, "false")
}

// compareAddresses asks whether an address lies in a range, which may be a single address.
func compareAddresses(wanted, value string) certainty {
	addr, err := netip.ParseAddr(value)
	if err != nil || addr.Zone() != "" {
		return unsure
	}
	prefix, err := netip.ParsePrefix(wanted)
	if err != nil {
		single, err := netip.ParseAddr(wanted)
		if err != nil || single.Zone() != "" {
			return unsure
		}
		prefix = netip.PrefixFrom(single, single.BitLen())
	}
	if addr.Is4In6() != prefix.Addr().Is4In6() && addr.BitLen() == prefix.Addr().BitLen() {
		return sure(prefix.Contains(addr))
	}
	if prefix.Addr().Is4In6() || addr.Is4In6() {
		// Nothing says whether an IPv4 address that is written as one of IPv6 is the same address.
		return min(unsure, sure(prefix.Contains(addr) || unmapped(prefix).Contains(addr.Unmap())))
	}
	return sure(prefix.Contains(addr))
}

func unmapped(p netip.Prefix) netip.Prefix {
	if !p.Addr().Is4In6() || p.Bits() < 96 {
		return p
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
}
