package iampolicy

import "strings"

// The versions of the policy language. Only the later one has variables.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// maxExpanded bounds a text whose variables have been replaced: a short one may name a long value many times.
const maxExpanded = 64 << 10

// An expansion is what became of a text with variables.
type expansion uint8

const (
	expanded  expansion = iota
	absent              // a variable has neither a value nor a default: the text equals nothing
	malformed           // what it means is open
)

// expand replaces the variables of a text: ${key}, ${key, 'default'}, and ${*}, ${?} and ${$}, which stand for the
// character itself.
func (e *evaluation) expand(text string, variables bool) (glob, expansion) {
	g := make(glob, 0, len(text))
	state := expanded
	for text != "" {
		before, after, found := text, "", false
		if variables {
			before, after, found = strings.Cut(text, "${")
		}
		for _, c := range before {
			g = append(g, globToken{char: c, wild: c == '*' || c == '?'})
		}
		if !found {
			break
		}
		name, rest, closed := cutVariable(after)
		if !closed {
			return nil, malformed
		}
		value, s := e.variable(name)
		if s == malformed {
			return nil, malformed
		}
		state = max(state, s)
		if len(g)+len(value) > maxExpanded || !e.charge(len(value), len(value), false) {
			return nil, malformed
		}
		g = append(g, literal(value)...)
		text = rest
	}
	return g, state
}

// cutVariable cuts a text behind "${" at the brace that closes it. A default may hold braces.
func cutVariable(text string) (name, rest string, ok bool) {
	quoted := false
	for i := range len(text) {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case text[i] == '}' && !quoted:
			return text[:i], text[i+1:], true
		}
	}
	return "", "", false
}

func (e *evaluation) variable(name string) (string, expansion) {
	if name == "*" || name == "?" || name == "$" {
		return name, expanded
	}
	key, fallback, hasDefault := strings.Cut(name, ",")
	key = strings.TrimSpace(key)
	if hasDefault {
		quoted := strings.TrimSpace(fallback)
		if len(quoted) < 2 || quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' {
			return "", malformed
		}
		fallback = quoted[1 : len(quoted)-1]
	}
	if key == "" || strings.ContainsAny(key, "*?${}'\"") {
		return "", malformed
	}
	switch values := e.context[strings.ToLower(key)]; {
	case len(values) == 1:
		return values[0], expanded
	case len(values) > 1: // AWS takes no key of several values here
		return "", malformed
	case hasDefault:
		return fallback, expanded
	}
	return "", absent
}
