package iampolicy

import "strings"

// Match reports whether a pattern matches a text: * is any text, also empty and across ":" and "/", and ? is one
// character. Letter case counts, as it does in resources and in values. The work is bounded by the length of the text
// times that of the pattern's longest part without a star.
func Match(pattern, text string) bool { return match(pattern, text, false) }

// MatchAction reports whether an action pattern matches an action. Letter case does not count, and white space does:
// AWS never matches a pattern that holds some.
func MatchAction(pattern, action string) bool { return match(pattern, action, true) }

// MatchAny reports whether one of the patterns matches a text.
func MatchAny(patterns []Value, text string) bool {
	for i := range patterns {
		if match(patterns[i].Text, text, false) {
			return true
		}
	}
	return false
}

// MatchAnyAction reports whether one of the patterns matches an action.
func MatchAnyAction(patterns []Value, action string) bool {
	for i := range patterns {
		if match(patterns[i].Text, action, true) {
			return true
		}
	}
	return false
}

// HasWildcard reports whether a pattern can match more than one text.
func HasWildcard(pattern string) bool {
	return strings.IndexByte(pattern, '*') >= 0 || strings.IndexByte(pattern, '?') >= 0
}

// match goes back to the last star only, so that it never explodes.
func match(pattern, text string, fold bool) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			t += width(text[t])
		case p < len(pattern) && (pattern[p] == text[t] || fold && lower(pattern[p]) == lower(text[t])):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// width returns how many bytes the character has that begins with b.
func width(b byte) int {
	switch {
	case b < 0xc0:
		return 1
	case b < 0xe0:
		return 2
	case b < 0xf0:
		return 3
	}
	return 4
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		b += 'a' - 'A'
	}
	return b
}

// Covers reports whether a pattern matches everything that another pattern matches. It errs towards no: a wildcard of
// the other is only matched by a wildcard that is at least as wide.
func Covers(pattern, other string) bool { return covers(pattern, other, false) }

func covers(pattern, other string, fold bool) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(other) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && other[t] != '*' &&
			(pattern[p] == '?' || pattern[p] == other[t] || fold && lower(pattern[p]) == lower(other[t])):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
