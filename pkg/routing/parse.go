package routing

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of a pattern. EventBridge's API takes no longer ones even with a raised quota, and no more alternatives.
const (
	maxPatternText  = 4096
	maxAlternatives = 1000
)

// Parse reads an EventBridge event pattern. What it does not understand is an error.
func Parse(pattern []byte) (*Matcher, error) {
	m, err := parse(pattern)
	if err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	return m, nil
}

func parse(pattern []byte) (*Matcher, error) {
	if len(pattern) > maxPatternText {
		return nil, fmt.Errorf("%d characters are more than the %d that EventBridge takes", len(pattern), maxPatternText)
	}
	root, err := parseNode(pattern)
	if err != nil {
		return nil, err
	}
	alternatives, err := compile([]alternative{nil}, "", root, false)
	if err != nil {
		return nil, err
	}
	m := &Matcher{alternatives: alternatives, reached: map[string]bool{}}
	for _, a := range alternatives {
		slices.SortFunc(a, func(x, y condition) int { return strings.Compare(x.path, y.path) })
		for _, c := range a {
			for i, r := range c.path {
				if r == '.' {
					m.reached[c.path[:i]] = true
				}
			}
			m.reached[c.path] = true
		}
	}
	return m, nil
}

// compile adds what an object of the pattern wants to every alternative.
func compile(to []alternative, path string, n node, insideOr bool) ([]alternative, error) {
	if n.kind != objectNode {
		return nil, at(path, errors.New("want an object"))
	}
	if len(n.fields) == 0 {
		return nil, at(path, errors.New("an empty object matches nothing"))
	}
	for _, f := range n.fields {
		inner := joined(path, f.key)
		var err error
		switch {
		case f.key == "$or":
			to, err = compileOr(to, path, f.value)
		case slices.Contains(strings.Split(f.key, "."), ""):
			err = at(inner, errors.New("empty key"))
		case insideOr && reservedInOr(f.key):
			err = at(inner, fmt.Errorf("$or takes no key %q", f.key))
		case f.value.kind == objectNode:
			to, err = compile(to, inner, f.value, insideOr)
		default:
			to, err = compileCondition(to, inner, f.value)
		}
		if err != nil {
			return nil, err
		}
	}
	return to, nil
}

// compileOr continues every alternative with each arm.
func compileOr(to []alternative, path string, n node) ([]alternative, error) {
	if n.kind != listNode || len(n.items) < 2 {
		return nil, at(path, errors.New("$or wants a list of two objects at least"))
	}
	if len(to)*len(n.items) > maxAlternatives {
		return nil, at(path, fmt.Errorf("$or leads to more than %d alternatives", maxAlternatives))
	}
	var out []alternative
	for _, arm := range n.items {
		copied := make([]alternative, len(to))
		for i, a := range to {
			copied[i] = slices.Clone(a)
		}
		continued, err := compile(copied, path, arm, true)
		if err != nil {
			return nil, err
		}
		if out = append(out, continued...); len(out) > maxAlternatives {
			return nil, at(path, fmt.Errorf("$or leads to more than %d alternatives", maxAlternatives))
		}
	}
	return out, nil
}

// reservedInOr reports whether event-ruler refuses a key inside $or, now or in future.
func reservedInOr(key string) bool {
	switch key {
	case "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr", "html",
		"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case",
		"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
		"ip-address-in-range", "ip-address-not-in-range":
		return true
	}
	return false
}

// compileCondition adds a condition to every alternative.
func compileCondition(to []alternative, path string, n node) ([]alternative, error) {
	if n.kind != listNode {
		return nil, at(path, errors.New("want an object or a list"))
	}
	if len(n.items) == 0 {
		return nil, at(path, errors.New("an empty list matches nothing"))
	}
	c := condition{path: path}
	for _, item := range n.items {
		if item.isAbsence() {
			c.absent = true
			continue
		}
		t, err := parseTest(item)
		if err != nil {
			return nil, at(path, err)
		}
		c.tests = append(c.tests, t)
	}
	for i, a := range to {
		if slices.ContainsFunc(a, func(other condition) bool { return other.path == path }) {
			return nil, at(path, errors.New("stands twice"))
		}
		to[i] = append(a, c)
	}
	return to, nil
}

func at(path string, err error) error {
	if path == "" {
		return err
	}
	return fmt.Errorf("at %q: %w", path, err)
}

// A node is a JSON value of a pattern, with the order of its keys.
type node struct {
	kind   nodeKind
	fields []field
	items  []node
	scalar json.Token // a string, a json.Number, a bool or nil
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	objectNode
	listNode
)

type field struct {
	key   string
	value node
}

// isAbsence reports whether a node is {"exists":false}.
func (n node) isAbsence() bool {
	return n.kind == objectNode && len(n.fields) == 1 && n.fields[0].key == "exists" && n.fields[0].value.scalar == false
}

// operands returns the texts of a node that is one text or a list of texts.
func (n node) operands() ([]string, error) {
	items := n.items
	if n.kind == scalarNode {
		items = []node{n}
	}
	var texts []string
	for _, item := range items {
		s, ok := item.scalar.(string)
		if !ok {
			return nil, errors.New("want a text or a list of texts")
		}
		texts = append(texts, s)
	}
	if len(texts) == 0 {
		return nil, errors.New("want a text or a list of texts")
	}
	return texts, nil
}

func parseNode(pattern []byte) (node, error) {
	if !json.Valid(pattern) {
		return node{}, errors.New("no JSON")
	}
	dec := json.NewDecoder(strings.NewReader(string(pattern)))
	dec.UseNumber()
	n, err := readNode(dec)
	if err != nil {
		return n, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return n, errors.New("something follows the pattern")
	}
	return n, nil
}

// readNode reads a value. Its recursion is bounded by the length of the pattern.
func readNode(dec *json.Decoder) (node, error) {
	t, err := dec.Token()
	if err != nil {
		return node{}, err
	}
	var n node
	switch t {
	case json.Delim('{'):
		n.kind = objectNode
	case json.Delim('['):
		n.kind = listNode
	default:
		return node{scalar: t}, nil
	}
	for dec.More() {
		if n.kind == listNode {
			item, err := readNode(dec)
			if err != nil {
				return n, err
			}
			n.items = append(n.items, item)
			continue
		}
		key, err := dec.Token()
		if err != nil {
			return n, err
		}
		f := field{key: key.(string)}
		if slices.ContainsFunc(n.fields, func(other field) bool { return other.key == f.key }) {
			return n, fmt.Errorf("key %q stands twice", f.key)
		}
		if f.value, err = readNode(dec); err != nil {
			return n, err
		}
		n.fields = append(n.fields, f)
	}
	_, err = dec.Token()
	return n, err
}
