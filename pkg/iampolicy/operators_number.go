package iampolicy

import (
	"cmp"
	"math/big"
	"strings"
)

// compareNumbers compares exactly: account ids and sizes do not all fit a float.
func compareNumbers(c Comparison, wanted, value string) certainty {
	w, known := parseNumber(wanted)
	v, ok := parseNumber(value)
	if !known || !ok {
		return unsure
	}
	return inOrder(c, v.Cmp(w))
}

// inOrder tells from the order of two values, the request's first, whether a comparison holds, its negation left aside.
func inOrder(c Comparison, order int) certainty {
	switch c {
	case NumericEquals, NumericNotEquals, DateEquals, DateNotEquals:
		return sure(order == 0)
	case NumericLessThan, DateLessThan:
		return sure(order < 0)
	case NumericLessThanEquals, DateLessThanEquals:
		return sure(order <= 0)
	case NumericGreaterThan, DateGreaterThan:
		return sure(order > 0)
	case NumericGreaterThanEquals, DateGreaterThanEquals:
		return sure(order >= 0)
	default:
		return unsure
	}
}

// parseNumber reads an integer or a decimal, without an exponent.
func parseNumber(text string) (*big.Rat, bool) {
	const most = 64
	if len(text) > most || strings.Trim(text, "+-.0123456789") != "" || !strings.ContainsAny(text, "0123456789") {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func compareDates(c Comparison, wanted, value string) certainty {
	w, known := parseInstant(wanted)
	v, ok := parseInstant(value)
	if !known || !ok {
		return unsure
	}
	return inOrder(c, cmp.Or(cmp.Compare(v.seconds, w.seconds), cmp.Compare(v.nanos, w.nanos)))
}
