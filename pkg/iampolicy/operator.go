package iampolicy

import "strings"

// A Comparison is what a condition operator compares, without its set qualifier and without IfExists.
type Comparison uint8

// The comparisons.
const (
	StringEquals Comparison = iota + 1
	StringNotEquals
	StringEqualsIgnoreCase
	StringNotEqualsIgnoreCase
	StringLike
	StringNotLike
	NumericEquals
	NumericNotEquals
	NumericLessThan
	NumericLessThanEquals
	NumericGreaterThan
	NumericGreaterThanEquals
	DateEquals
	DateNotEquals
	DateLessThan
	DateLessThanEquals
	DateGreaterThan
	DateGreaterThanEquals
	Bool
	BinaryEquals
	IPAddress
	NotIPAddress
	ArnEquals
	ArnLike
	ArnNotEquals
	ArnNotLike
	Null
)

// comparisonNames holds the names, in the order of the constants.
const comparisonNames = "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike " +
	"NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals " +
	"DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals " +
	"Bool BinaryEquals IpAddress NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike Null"

// String returns the comparison as policies write it.
func (c Comparison) String() string {
	rest := comparisonNames
	for ; c > 1 && rest != ""; c-- {
		_, rest, _ = strings.Cut(rest, " ")
	}
	name, _, _ := strings.Cut(rest, " ")
	return name
}

// Negated reports whether the comparison also holds when the key is absent.
func (c Comparison) Negated() bool {
	switch c {
	case StringNotEquals, StringNotEqualsIgnoreCase, StringNotLike, NumericNotEquals, DateNotEquals, NotIPAddress, ArnNotEquals, ArnNotLike:
		return true
	default:
		return false
	}
}

// A Quantifier says how a condition weighs a key of several values.
type Quantifier uint8

// The quantifiers.
const (
	Single       Quantifier = iota // none is written
	ForAllValues                   // also true where the key is absent
	ForAnyValue
)

// An Operator is a condition operator.
type Operator struct {
	Quantifier Quantifier
	Comparison Comparison
	IfExists   bool // also true where the key is absent
}

// String returns the operator as policies write it.
func (o Operator) String() string {
	name := o.Comparison.String()
	switch o.Quantifier {
	case ForAllValues:
		name = "ForAllValues:" + name
	case ForAnyValue:
		name = "ForAnyValue:" + name
	case Single:
	}
	if o.IfExists {
		name += "IfExists"
	}
	return name
}

// HoldsWhenAbsent reports whether the operator holds when the request has no such key.
func (o Operator) HoldsWhenAbsent() bool {
	return o.IfExists || o.Quantifier == ForAllValues || o.Quantifier == Single && o.Comparison.Negated()
}

// ParseOperator reads the name of a condition operator, in any letter case.
func ParseOperator(name string) (Operator, bool) {
	var o Operator
	if before, after, ok := strings.Cut(name, ":"); ok {
		switch {
		case strings.EqualFold(before, "ForAllValues"):
			o.Quantifier = ForAllValues
		case strings.EqualFold(before, "ForAnyValue"):
			o.Quantifier = ForAnyValue
		default:
			return o, false
		}
		name = after
	}
	const ifExists = "IfExists"
	if n := len(name) - len(ifExists); n > 0 && strings.EqualFold(name[n:], ifExists) {
		o.IfExists = true
		name = name[:n]
	}
	o.Comparison = comparisonOf(name)
	known := o.Comparison != 0 && (o.Comparison != Null || !o.IfExists && o.Quantifier == Single)
	return o, known
}

func comparisonOf(name string) Comparison {
	rest := comparisonNames
	for c := StringEquals; c <= Null; c++ {
		var known string
		known, rest, _ = strings.Cut(rest, " ")
		if strings.EqualFold(known, name) {
			return c
		}
	}
	return 0
}
