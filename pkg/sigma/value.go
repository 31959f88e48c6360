package sigma

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// test makes a test of a field's values.
func (s *selecting) test(k search, values []*yaml.Node) node {
	if s.tests += len(values); s.tests > maxTests {
		if s.tests-len(values) <= maxTests {
			s.fail(values[0].Line, "the rule has more than %d values", maxTests)
		}
		return nil
	}
	if k.kind == "exists" {
		return s.exists(k, values)
	}
	t := &test{path: s.paths.of(k.field), all: k.all, search: k}
	var nulls bool
	for _, v := range values {
		if isNull(v) {
			if k.kind != "" || k.encode != "" {
				s.fail(v.Line, "%s: null cannot be modified by %s: put it under a key without modifiers", k.field, k.kind+k.encode)
			}
			nulls = true
			continue
		}
		switch matchers := s.matchers(k, v); len(matchers) {
		case 0: // said already
		case 1:
			t.matchers = append(t.matchers, matchers[0])
		default:
			t.matchers = append(t.matchers, oneOf(matchers))
		}
		t.values = append(t.values, v.Value)
	}
	switch {
	case !nulls:
		return t
	case len(t.matchers) == 0:
		return isNotSet{t.path}
	case k.all:
		return allOf{isNotSet{t.path}, t}
	}
	return anyOf{isNotSet{t.path}, t}
}

func (s *selecting) exists(k search, values []*yaml.Node) node {
	v := values[0]
	if len(values) > 1 || v.Tag != "!!bool" {
		s.fail(v.Line, "%s|exists: want true or false", k.field)
		return nil
	}
	n := exists{s.paths.of(k.field)}
	if !strings.EqualFold(v.Value, "true") {
		return not{n}
	}
	return n
}

// matchers returns what compares with a value; more than one where an encoding can look in several ways.
func (s *selecting) matchers(k search, v *yaml.Node) []matcher {
	if n := utf8.RuneCountInString(v.Value); n > maxValueChars {
		s.fail(v.Line, "%s: a value of %d characters: more than %d are not taken", k.field, n, maxValueChars)
		return nil
	}
	var m matcher
	var wrong string
	switch k.kind {
	case "re":
		m, wrong = expressionOf(k, v)
	case "cidr":
		m, wrong = networkOf(v)
	case "fieldref":
		if !s.field(v.Line, search{field: v.Value, kind: "fieldref"}) {
			return nil
		}
		if v.Value == "" {
			s.fail(v.Line, "%s|fieldref: want the path of a field, such as requestParameters.userName", k.field)
			return nil
		}
		m = reference{path: s.paths.of(v.Value), compare: comparisonOf(k.within, k.cased), cased: k.cased}
	case "lt", "lte", "gt", "gte":
		m, wrong = comparisonWith(k, v)
	default:
		return s.globs(k, v)
	}
	if wrong != "" {
		s.fail(v.Line, "%s|%s: %s", k.field, k.kind, wrong)
		return nil
	}
	return []matcher{m}
}

// globs returns what compares with a text, a number or a boolean, which all count as text.
func (s *selecting) globs(k search, v *yaml.Node) []matcher {
	if (v.Tag == "!!int" || v.Tag == "!!float") && !plainValue().MatchString(v.Value) {
		s.fail(v.Line, "%s: put %s in quotes: without them YAML reads a number, which programs write in other ways", k.field, v.Value)
		return nil
	}
	var out []matcher
	for _, p := range patternsOf(k, v) {
		out = append(out, newGlob(p, k.cased))
	}
	return out
}

var plainValue = lazily(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// patternsOf returns the patterns of a value, one of which has to match.
func patternsOf(k search, v *yaml.Node) [][]rune {
	texts := [][]rune{}
	switch k.encode {
	case "base64":
		texts = append(texts, literal(base64.StdEncoding.EncodeToString([]byte(v.Value))))
	case "base64offset":
		for _, text := range base64Offsets(v.Value) {
			texts = append(texts, literal(text))
		}
	default:
		texts = append(texts, pattern(v.Value))
	}
	for i, p := range texts {
		if k.kind == "contains" || k.kind == "endswith" {
			p = append([]rune{anyText}, p...)
		}
		if k.kind == "contains" || k.kind == "startswith" {
			p = append(p, anyText)
		}
		texts[i] = p
	}
	return texts
}

// base64Offsets returns how a text looks inside of longer text that is encoded, for each of the three places at which it
// can begin, without the characters that depend on its neighbours.
func base64Offsets(text string) []string {
	var out []string
	for offset := range 3 {
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, offset), text...))
		start := []int{0, 2, 3}[offset]
		end := len(encoded) - []int{0, 3, 2}[(len(text)+offset)%3]
		if start < end {
			out = append(out, encoded[start:end])
		}
	}
	return out
}

const maxProgram = 5000 // instructions of a compiled expression

func expressionOf(k search, v *yaml.Node) (matcher, string) {
	text := v.Value
	if k.flags != "" {
		text = "(?" + k.flags + ")" + text
	}
	const tooLarge = "the expression is too large: use smaller repetitions"
	parsed, err := syntax.Parse(text, syntax.Perl)
	if wrong, ok := errors.AsType[*syntax.Error](err); ok && (wrong.Code == syntax.ErrInvalidRepeatSize || wrong.Code == syntax.ErrLarge) {
		return nil, tooLarge
	}
	if err != nil {
		return nil, "no expression that can be used: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ") +
			"; look-arounds and back-references are not supported"
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return nil, tooLarge
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, err.Error()
	}
	return expression{compiled, required(parsed)}, ""
}

// required returns the longest text that whatever the expression matches contains, as far as that is plain to see.
func required(e *syntax.Regexp) []byte {
	switch e.Op {
	case syntax.OpLiteral:
		if e.Flags&syntax.FoldCase == 0 {
			return []byte(string(e.Rune))
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(e.Sub[0])
	case syntax.OpConcat:
		var longest []byte
		for _, part := range e.Sub {
			if text := required(part); len(text) > len(longest) {
				longest = text
			}
		}
		return longest
	default:
	}
	return nil
}

func networkOf(v *yaml.Node) (matcher, string) {
	prefix, err := netip.ParsePrefix(v.Value)
	if err != nil || prefix.Addr().Is4In6() {
		return nil, shown(v.Value) + " is no network: want an address with a length, such as 192.0.2.0/24"
	}
	return network{prefix.Masked()}, ""
}

func comparisonWith(k search, v *yaml.Node) (matcher, string) {
	than, err := strconv.ParseFloat(v.Value, 64)
	if err != nil || !plainValue().MatchString(v.Value) {
		return nil, shown(v.Value) + ": want a number"
	}
	return comparison{operator: k.kind, than: than}, ""
}
