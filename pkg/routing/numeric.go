package routing

import (
	"encoding/json"
	"errors"
	"fmt"
)

// parseNumeric reads ["=",n], ["<",n] and its like, or a range such as [">",n,"<=",m].
func parseNumeric(operand node) (test, error) {
	if operand.kind != listNode {
		return nil, errors.New("want a list of a comparison and a number")
	}
	switch len(operand.items) {
	case 2:
		c, err := parseComparison(operand.items[0], operand.items[1])
		if err != nil {
			return nil, err
		}
		return c.test(), nil
	case 4:
		return parseRange(operand.items)
	}
	return nil, errors.New("want one comparison, or a lower and an upper bound")
}

// A comparison is a relation to a number.
type comparison struct {
	relation string
	number   float64
}

func parseComparison(relation, operand node) (comparison, error) {
	r, _ := relation.scalar.(string)
	switch r {
	case "=", "<", "<=", ">", ">=":
	default:
		return comparison{}, fmt.Errorf("comparison %v: not known", relation.scalar)
	}
	n, ok := operand.scalar.(json.Number)
	if !ok {
		return comparison{}, fmt.Errorf("want a number after %q", r)
	}
	f, ok := exact(n.String())
	if !ok {
		return comparison{}, fmt.Errorf("number %s: a double does not hold it exactly", n)
	}
	return comparison{relation: r, number: f}, nil
}

func parseRange(items []node) (test, error) {
	bottom, err := parseComparison(items[0], items[1])
	if err != nil {
		return nil, err
	}
	top, err := parseComparison(items[2], items[3])
	if err != nil {
		return nil, err
	}
	if bottom.relation != ">" && bottom.relation != ">=" || top.relation != "<" && top.relation != "<=" {
		return nil, errors.New("want the lower bound before the upper one")
	}
	if bottom.number >= top.number {
		return nil, errors.New("the lower bound is not below the upper one")
	}
	return func(v *value) bool { return bottom.test()(v) && top.test()(v) }, nil
}

func (c comparison) test() test {
	return func(v *value) bool {
		if v.kind != number {
			return false
		}
		switch c.relation {
		case "=":
			return v.number == c.number
		case "<":
			return v.number < c.number
		case "<=":
			return v.number <= c.number
		case ">":
			return v.number > c.number
		default:
			return v.number >= c.number
		}
	}
}
