package routing

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// parseTest reads one element of a condition's list: a scalar that a value has to equal, or an operator.
func parseTest(n node) (test, error) {
	switch n.kind {
	case scalarNode:
		return parseEqual(n.scalar)
	case objectNode:
		if len(n.fields) != 1 {
			return nil, errors.New("want one operator in each object")
		}
		name, operand := n.fields[0].key, n.fields[0].value
		t, err := parseOperator(name, operand)
		if err != nil {
			return nil, fmt.Errorf("operator %q: %w", name, err)
		}
		return t, nil
	default:
		return nil, errors.New("want a text, a number, true, false, null or an operator")
	}
}

// parseEqual makes the test for a scalar. An address equals its other spellings.
func parseEqual(scalar json.Token) (test, error) {
	want, err := wantedValue(scalar)
	if err != nil {
		return nil, err
	}
	if want.addr.IsValid() {
		return func(v *value) bool { return v.addr == want.addr }, nil
	}
	return want.equals, nil
}

func wantedValue(scalar json.Token) (value, error) {
	want := newValue(scalar, nil)
	if _, isNumber := scalar.(json.Number); isNumber && want.kind != number {
		return want, fmt.Errorf("number %s: a double does not hold it exactly", want.text)
	}
	return want, nil
}

func parseOperator(name string, operand node) (test, error) {
	switch name {
	case "prefix", "suffix":
		return parseEnd(name, operand)
	case "equals-ignore-case", "wildcard":
		s, ok := operand.scalar.(string)
		if !ok {
			return nil, errors.New("want a text")
		}
		return textTest(name, s)
	case "anything-but":
		return parseAnythingBut(operand)
	case "exists":
		if operand.scalar != true {
			return nil, errors.New("want true or false")
		}
		return func(*value) bool { return true }, nil
	case "cidr":
		return parseCIDR(operand)
	case "numeric":
		return parseNumeric(operand)
	}
	return nil, errors.New("not known")
}

// parseEnd reads the operand of prefix or suffix: a text or {"equals-ignore-case": text}.
func parseEnd(name string, operand node) (test, error) {
	if operand.kind == objectNode && len(operand.fields) == 1 && operand.fields[0].key == "equals-ignore-case" {
		name, operand = name+"-ignore-case", operand.fields[0].value
	}
	s, ok := operand.scalar.(string)
	if !ok {
		return nil, errors.New(`want a text or {"equals-ignore-case": text}`)
	}
	return textTest(name, s)
}

// textTest makes a test that only texts pass.
func textTest(name, s string) (test, error) {
	var passes func(string) bool
	switch name {
	case "prefix":
		passes = func(v string) bool { return strings.HasPrefix(v, s) }
	case "suffix":
		passes = func(v string) bool { return strings.HasSuffix(v, s) }
	case "wildcard":
		w, err := parseWildcard(s)
		if err != nil {
			return nil, err
		}
		passes = w.matches
	case "equals-ignore-case", "prefix-ignore-case", "suffix-ignore-case":
		if strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f }) {
			return nil, errors.New("letter case is ignored in ASCII only")
		}
		passes = ignoringCase(name, s)
	default:
		return nil, errors.New("not known")
	}
	return func(v *value) bool { return v.kind == text && passes(v.text) }, nil
}

// ignoringCase compares byte by byte: Unicode's folding would let other letters pass, such as the Kelvin sign for k.
func ignoringCase(name, s string) func(string) bool {
	s = lowerASCII(s)
	return func(v string) bool {
		switch {
		case len(v) < len(s):
			return false
		case name == "prefix-ignore-case":
			v = v[:len(s)]
		case name == "suffix-ignore-case":
			v = v[len(v)-len(s):]
		}
		return lowerASCII(v) == s
	}
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// parseAnythingBut reads its operand: texts, or numbers, or an operator with texts. Every other value passes, whatever
// its kind; a value that is absent does not.
func parseAnythingBut(operand node) (test, error) {
	refused, err := parseRefused(operand)
	if err != nil {
		return nil, err
	}
	return func(v *value) bool {
		return !slices.ContainsFunc(refused, func(t test) bool { return t(v) })
	}, nil
}

func parseRefused(operand node) ([]test, error) {
	items := operand.items
	switch operand.kind {
	case objectNode:
		return parseAnythingButOperator(operand)
	case scalarNode:
		items = []node{operand}
	case listNode:
	}
	if err := oneKind(items); err != nil {
		return nil, err
	}
	var tests []test
	for _, item := range items {
		want, err := wantedValue(item.scalar)
		if err != nil {
			return nil, err
		}
		tests = append(tests, want.equals)
	}
	return tests, nil
}

func parseAnythingButOperator(operand node) ([]test, error) {
	if len(operand.fields) != 1 {
		return nil, errors.New("want one operator")
	}
	name := operand.fields[0].key
	switch name {
	case "prefix", "suffix", "wildcard", "equals-ignore-case":
	default:
		return nil, fmt.Errorf("operator %q: not known", name)
	}
	texts, err := operand.fields[0].value.operands()
	if err != nil {
		return nil, err
	}
	var tests []test
	for _, s := range texts {
		if s == "" && (name == "prefix" || name == "suffix") {
			return nil, fmt.Errorf("an empty %s refuses every text", name)
		}
		t, err := textTest(name, s)
		if err != nil {
			return nil, err
		}
		tests = append(tests, t)
	}
	return tests, nil
}

// oneKind demands texts only or numbers only.
func oneKind(items []node) error {
	var texts, numbers int
	for _, item := range items {
		switch item.scalar.(type) {
		case string:
			texts++
		case json.Number:
			numbers++
		}
	}
	if len(items) == 0 || texts != len(items) && numbers != len(items) {
		return errors.New("want texts or numbers, not both")
	}
	return nil
}

func parseCIDR(operand node) (test, error) {
	s, _ := operand.scalar.(string)
	network, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is no network in CIDR notation", s)
	case network.IsSingleIP():
		return nil, fmt.Errorf("%s is one address: write it as a text", network)
	case network.Masked() != network || network.Addr().Is4In6():
		return nil, fmt.Errorf("%s is not the network's own address", network)
	}
	return func(v *value) bool { return v.addr.IsValid() && network.Contains(v.addr) }, nil
}
