package iampolicy

import (
	"slices"
	"strings"
)

// A glob is a pattern whose variables have been replaced. What a variable stood for is literal.
type glob []globToken

// A globToken is a character, or a wildcard.
type globToken struct {
	char rune
	wild bool // '*' or '?'
}

func (t globToken) is(char rune) bool   { return !t.wild && t.char == char }
func (t globToken) isStar() bool        { return t.wild && t.char == '*' }
func (t globToken) matches(c rune) bool { return t.wild || t.char == c }

// text returns the pattern with its wildcards taken as they are written.
func (g glob) text() string {
	var b strings.Builder
	for _, t := range g {
		b.WriteRune(t.char)
	}
	return b.String()
}

func (g glob) wild() bool {
	for _, t := range g {
		if t.wild {
			return true
		}
	}
	return false
}

// literal makes the part of a glob that stands for a text itself.
func literal(text string) glob {
	g := make(glob, 0, len(text))
	for _, c := range text {
		g = append(g, globToken{char: c})
	}
	return g
}

// charge pays for a comparison. It reports false where nothing is left to pay with.
func (e *evaluation) charge(pattern, text int, wild bool) bool {
	cost := min(pattern, text) + 1
	if wild {
		cost = pattern*text + 1
	}
	e.steps -= min(cost, maxComparisons+1)
	return e.steps >= 0
}

// matchGlob reports whether a glob matches a text: * is any text, ? one character.
func (e *evaluation) matchGlob(g glob, text string) bool {
	if !e.charge(len(g), len(text), g.wild()) {
		return false
	}
	chars := []rune(text)
	p, t, star, resume := 0, 0, -1, 0
	for t < len(chars) {
		switch {
		case p < len(g) && g[p].isStar():
			star, resume = p, t
			p++
		case p < len(g) && g[p].matches(chars[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(g) && g[p].isStar() {
		p++
	}
	return p == len(g)
}

// matchSegments is matchGlob for ARNs: before the fifth colon a wildcard does not stand for a colon, but for a star that
// ends its segment where spans is set.
func (e *evaluation) matchSegments(g glob, text string, spans bool) bool {
	if !e.charge(len(g), len(text), true) {
		return false
	}
	crosses := g.crosses(spans)
	at, next := make([]bool, len(g)+1), make([]bool, len(g)+1)
	at[0] = true
	skipStars(g, at)
	for _, c := range text {
		clear(next)
		for i, t := range g {
			if !at[i] || !t.matches(c) || c == ':' && !crosses[i] {
				continue
			}
			if t.isStar() {
				next[i] = true
			} else {
				next[i+1] = true
			}
		}
		at, next = next, at
		skipStars(g, at)
	}
	return at[len(g)]
}

// crosses says of each token whether it may stand for a colon.
func (g glob) crosses(spans bool) []bool {
	out := make([]bool, len(g))
	colons := 0
	for i, t := range g {
		if t.is(':') {
			colons++
		}
		out[i] = !t.wild || colons >= 5 || spans && t.isStar() && (i+1 == len(g) || g[i+1].is(':'))
	}
	return out
}

// skipStars lets every star that can be reached stand for nothing.
func skipStars(g glob, at []bool) {
	for i, t := range g {
		if at[i] && t.isStar() {
			at[i+1] = true
		}
	}
}

// colons counts the colons that are written.
func (g glob) colons() int {
	n := 0
	for _, t := range g {
		if t.is(':') {
			n++
		}
	}
	return n
}

func (g glob) onlyStars() bool {
	for _, t := range g {
		if !t.isStar() {
			return false
		}
	}
	return len(g) > 0
}

// matchResource asks one pattern of a Resource. AWS completes an ARN that lacks parts with stars, outside of resource
// policies; and it lets a star stand for colons only at the end of a segment.
func (e *evaluation) matchResource(k policyKind, g glob) certainty {
	if g.onlyStars() {
		return yes
	}
	isARN := strings.HasPrefix(g.text(), "arn:")
	missing := 5 - g.colons()
	if isARN && missing > 0 && k != kindResource {
		full := slices.Clone(g)
		for range missing {
			full = append(full, globToken{char: ':'}, globToken{char: '*', wild: true})
		}
		if e.matchSegments(full, e.resource, true) {
			return yes
		}
	}
	switch {
	case !e.matchGlob(g, e.resource):
		return no
	case isARN && missing <= 0 && e.matchSegments(g, e.resource, true):
		return yes
	}
	return unsure
}

// matchARN asks one pattern of a condition on an ARN, whose six parts are compared one by one. A pattern that is no ARN
// but all stars is taken to match every one.
func (e *evaluation) matchARN(g glob, text string) certainty {
	switch {
	case g.onlyStars():
		return yes
	case !e.matchGlob(g, text):
		return no
	case g.colons() >= 5 && e.matchSegments(g, text, false):
		return yes
	}
	return unsure
}
