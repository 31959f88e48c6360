package sigma

import (
	"bytes"
	"net/netip"
	"regexp"
	"strconv"
)

// A matcher compares one value of a record with one value of a rule.
type matcher interface {
	matches(x *extract, value int) bool
}

// A test holds when some value of a field matches one of the matchers or, if all, when each matcher matches some value.
type test struct {
	path     int
	matchers []matcher
	all      bool

	search search   // what the matchers were made of, for whoever derives from it which events can match
	values []string // those of them that are not null
}

func (t *test) holds(x *extract) bool {
	for _, m := range t.matchers {
		if x.some(t.path, m) != t.all {
			return !t.all
		}
	}
	return t.all
}

func (x *extract) some(path int, m matcher) bool {
	for i := x.values.First(path); i >= 0; i = x.values.Next(i) {
		if x.steps++; x.steps > maxSteps {
			return false // and the rule could not be judged
		}
		if m.matches(x, i) {
			return true
		}
	}
	return false
}

func (g *glob) matches(x *extract, value int) bool {
	text := x.text(value, g.cased)
	return text != nil && g.match(text)
}

// A oneOf matches what one of its matchers does.
type oneOf []matcher

func (o oneOf) matches(x *extract, value int) bool {
	for _, m := range o {
		if m.matches(x, value) {
			return true
		}
	}
	return false
}

// An isNotSet holds where a field is absent or null, or has an element that is.
type isNotSet struct{ path int }

func (n isNotSet) holds(x *extract) bool {
	i := x.values.First(n.path)
	if i < 0 {
		return true
	}
	for ; i >= 0; i = x.values.Next(i) {
		if x.values.At(i).Raw[0] == 'n' {
			return true
		}
	}
	return false
}

// An exists holds where a field is there, whatever its value.
type exists struct{ path int }

func (n exists) holds(x *extract) bool { return x.values.First(n.path) >= 0 }

// An expression looks for its required text first, which is many times faster than the expression and seldom there.
type expression struct {
	*regexp.Regexp
	required []byte
}

func (e expression) matches(x *extract, value int) bool {
	text := x.plain(value)
	return text != nil && bytes.Contains(text, e.required) && e.Match(text)
}

type network struct{ netip.Prefix }

func (n network) matches(x *extract, value int) bool {
	addr, ok := address(x.plain(value))
	return ok && n.Contains(addr)
}

// A comparison compares numbers, which a record may hold as text.
type comparison struct {
	operator string // gt, gte, lt or lte
	than     float64
}

func (c comparison) matches(x *extract, value int) bool {
	const longest = 400
	text := x.plain(value)
	if len(text) == 0 || len(text) > longest || !plainNumber().Match(text) {
		return false
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return false
	}
	switch c.operator {
	case "gt":
		return v > c.than
	case "gte":
		return v >= c.than
	case "lt":
		return v < c.than
	default:
		return v <= c.than
	}
}

var plainNumber = lazily(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// A reference compares the field with another one of the same record.
type reference struct {
	path    int
	compare func(text, other []byte) bool
	cased   bool
}

func (r reference) matches(x *extract, value int) bool {
	text := x.text(value, r.cased)
	if text == nil {
		return false
	}
	for i := x.values.First(r.path); i >= 0; i = x.values.Next(i) {
		if x.steps++; x.steps > maxSteps {
			return false
		}
		if other := x.text(i, r.cased); other != nil && r.compare(text, other) {
			return true
		}
	}
	return false
}

// comparisonOf returns how a reference compares, for the modifier that says how; "" is equality.
func comparisonOf(how string, cased bool) func(text, other []byte) bool {
	pair := map[string][2]func(text, other []byte) bool{
		"":           {sameFold, bytes.Equal},
		"contains":   {containsFold, bytes.Contains},
		"startswith": {hasPrefixFold, bytes.HasPrefix},
		"endswith":   {hasSuffixFold, bytes.HasSuffix},
	}[how]
	if cased {
		return pair[1]
	}
	return pair[0]
}
