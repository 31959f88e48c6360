//go:build oracles

package ruler_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// A generator makes patterns and events from few keys and few values, so that they often meet.
type generator struct{ *rand.Rand }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// rarely is for what most patterns should not have, because it gets them refused.
func (g generator) rarely() bool { return g.IntN(60) == 0 }

func (g generator) key() string {
	if g.rarely() {
		return pick(g, "a.b", "b.c", "numeric", "")
	}
	return pick(g, "a", "b", "c", "d", "e", "f")
}

func (g generator) text() string {
	return pick(g, "", "a", "A", "ab", "aB", "abc", "abab", "b", "ba", "a*b", `a\b`, `a"b`, "5", "true", "null", "é", "ⱥb", "\U0001F600",
		"10.0.0.1", "10.0.0.200", "10.0.1.1", "::1", "2001:db8::1", "2001:DB8:0::1", "::ffff:10.0.0.1", "::ffff:a00:1", "10.0.0", "1:2", "k", "\u212a")
}

func (g generator) ascii() string {
	if s := g.text(); g.rarely() || !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f }) && s != "" {
		return s
	}
	return "aBc"
}

func (g generator) numberText() string {
	if g.IntN(30) == 0 {
		return pick(g, "9007199254740993", "-9007199254740993", "0.1000000000000000055", "1e-7", "0.0000001", "1e400")
	}
	return pick(g, "0", "-0", "1", "5", "5.0", "5e0", "50e-1", "0.5", "-5", "300", "3e2", "1e300", "9007199254740992",
		"0.1", "0.10", "123456789012", "5000000001", "2.5e-3")
}

func (g generator) scalar() any {
	switch g.IntN(5) {
	case 0:
		return pick[any](g, true, false, nil)
	case 1:
		return json.Number(g.numberText())
	default:
		return g.text()
	}
}

// pattern returns an object of a pattern. Arms of an $or mostly use keys that their surroundings do not use: a path that
// stands twice is refused.
func (g generator) pattern(depth int, taken ...string) object {
	out := object{}
	arms := depth > 0 && g.IntN(4) == 0
	for range 1 + g.IntN(2) {
		key := g.key()
		if slices.Contains(taken, key) && !g.rarely() {
			continue
		}
		if depth > 0 && g.IntN(3) == 0 {
			out[key] = g.pattern(depth - 1)
		} else {
			out[key] = g.conditions()
		}
	}
	if arms {
		out["$or"] = g.arms(depth, append(slices.Collect(maps.Keys(out)), taken...))
	}
	if len(out) == 0 {
		out[pick(g, "g", "h", "i", "j")] = g.conditions()
	}
	return out
}

func (g generator) arms(depth int, taken []string) []any {
	var arms []any
	n := 2 + g.IntN(2)
	if g.rarely() {
		n = 1
	}
	for range n {
		arms = append(arms, g.pattern(max(depth-1, 0), taken...))
	}
	return arms
}

// conditions returns a list of scalars with one operator at most: event-ruler itself errs, rarely, where operators of
// different kinds meet in one list.
func (g generator) conditions() []any {
	list := []any{}
	if g.rarely() {
		return list
	}
	for range 1 + g.IntN(2) {
		list = append(list, g.scalar())
	}
	if g.IntN(2) == 0 {
		list[g.IntN(len(list))] = g.operator()
	}
	if g.IntN(8) == 0 {
		list = append(list, object{"exists": g.existence()})
	}
	return list
}

type object = map[string]any

func (g generator) operator() any {
	switch g.IntN(10) {
	case 0:
		return object{"prefix": g.end()}
	case 1:
		return object{"suffix": g.end()}
	case 2:
		return object{"exists": g.existence()}
	case 3:
		return object{"equals-ignore-case": g.ascii()}
	case 4:
		return object{"wildcard": g.glob()}
	case 5:
		return object{"cidr": g.network()}
	case 6:
		return object{"numeric": g.numeric()}
	case 7:
		return object{"anything-but": g.anythingBut()}
	case 8:
		return object{"anything-but": object{pick(g, "prefix", "suffix", "equals-ignore-case"): g.oneOrMore(g.ascii)}}
	default:
		return object{"anything-but": object{"wildcard": g.oneOrMore(g.glob)}}
	}
}

func (g generator) existence() any {
	if g.rarely() {
		return "true"
	}
	return g.IntN(2) == 0
}

func (g generator) network() string {
	if g.rarely() {
		return pick(g, "10.0.0.1/32", "10.0.0.1/24", "x", "10.0.0.0/33", "::1/128")
	}
	return pick(g, "10.0.0.0/24", "10.0.0.0/8", "10.0.0.0/31", "8.0.0.0/5", "2001:db8::/32", "fe80::/10")
}

func (g generator) end() any {
	if g.IntN(3) == 0 {
		return object{"equals-ignore-case": g.ascii()}
	}
	return g.text()
}

func (g generator) glob() string {
	var b strings.Builder
	star := false
	for range g.IntN(5) {
		part := pick(g, "a", "b", "*", "*", `\*`, `\\`, "ab", "10.")
		if g.rarely() {
			part = `\`
		}
		if part == "*" && star && !g.rarely() {
			part = "a"
		}
		star = part == "*"
		b.WriteString(part)
	}
	return b.String()
}

func (g generator) oneOrMore(text func() string) any {
	if g.IntN(2) == 0 {
		return text()
	}
	list := []any{text()}
	for range g.IntN(3) {
		list = append(list, text())
	}
	if g.rarely() {
		list = list[:0]
	}
	return list
}

func (g generator) anythingBut() any {
	switch {
	case g.rarely():
		return g.scalar()
	case g.IntN(2) == 0:
		return g.oneOrMore(g.text)
	}
	list := []any{json.Number(g.numberText())}
	for range g.IntN(3) {
		list = append(list, json.Number(g.numberText()))
	}
	if g.rarely() {
		list = append(list, g.scalar())
	}
	return list
}

func (g generator) numeric() []any {
	list := []any{pick(g, "=", "<", "<=", ">", ">="), json.Number(g.numberText())}
	if g.IntN(2) == 0 {
		list = []any{
			pick(g, ">", ">="), pick(g, json.Number("-5"), json.Number("0"), json.Number(g.numberText())),
			pick(g, "<", "<="), pick(g, json.Number("5"), json.Number("300"), json.Number(g.numberText())),
		}
	}
	if g.rarely() {
		list = append(list, "==")
	}
	return list
}

// eventFor returns an event that has what the pattern asks for, more or less.
func (g generator) eventFor(pattern object, depth int) object {
	out := g.event(depth)
	g.fill(out, pattern, depth)
	return out
}

func (g generator) fill(out, pattern object, depth int) {
	for _, key := range slices.Sorted(maps.Keys(pattern)) {
		if g.IntN(8) == 0 {
			continue
		}
		switch wants := pattern[key].(type) {
		case object:
			inner := object{}
			g.fill(inner, wants, depth)
			out[key] = g.listed(inner, func() any { return g.eventFor(wants, depth-1) })
		case []any:
			if key == "$or" {
				g.fill(out, pick(g, wants...).(object), depth)
			} else if len(wants) > 0 {
				out[key] = g.listed(g.meeting(pick(g, wants...)), func() any { return g.meeting(pick(g, wants...)) })
			}
		}
	}
}

// listed returns a value bare or in a list with others.
func (g generator) listed(v any, more func() any) any {
	if g.IntN(2) == 0 {
		return v
	}
	list := []any{v}
	for range g.IntN(3) {
		list = append(list, more())
	}
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// meeting returns a scalar that may meet one element of a condition: an operand, or anything.
func (g generator) meeting(element any) any {
	switch e := element.(type) {
	case object:
		for _, operand := range e {
			return g.meeting(operand)
		}
	case []any:
		if len(e) > 0 {
			return g.meeting(pick(g, e...))
		}
	default:
		if g.IntN(3) > 0 {
			return e
		}
	}
	return g.scalar()
}

// event returns an object of an event.
func (g generator) event(depth int) object {
	out := object{}
	for range g.IntN(4) {
		out[g.key()] = g.value(depth)
	}
	return out
}

func (g generator) value(depth int) any {
	switch n := g.IntN(6); {
	case depth > 0 && n == 0:
		return g.event(depth - 1)
	case depth > 0 && n <= 2:
		list := []any{}
		for range g.IntN(4) {
			list = append(list, g.value(depth-1))
		}
		return list
	}
	return g.scalar()
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a generated value is no JSON: %v", err))
	}
	return string(b)
}
