package report

import (
	"strings"
	"unicode"
)

const (
	maxValue = 160 // runes of a value
	maxProse = 500 // runes of a sentence
)

// newline stands for a line break, so that a hostile name cannot forge a line.
const newline = '↵'

// Clean makes one line of at most 500 characters of any text, as all texts of a Report are.
func Clean(s string) string { return clean(s, maxProse) }

// clean makes one line of a text that an attacker may have chosen and bounds it. What is invisible, changes the
// direction of text or moves the cursor becomes visible as "�"; spaces that would push text to a place where it is
// mistaken for a line of its own become "␣".
func clean(s string, most int) string {
	var b strings.Builder
	var last rune
	marks, n := 0, 0
	for _, r := range strings.TrimSpace(s) {
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		shown := visible(r)
		switch {
		case shown == ' ' && (last == ' ' || last == '␣'):
			shown = '␣'
		case unicode.In(r, unicode.M):
			if marks++; marks > 2 { // a tower of accents covers its neighbours
				shown = unicode.ReplacementChar
			}
		}
		if !unicode.In(r, unicode.M) {
			marks = 0
		}
		b.WriteRune(shown)
		last = shown
	}
	return b.String()
}

func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || unicode.In(r, unicode.Zl, unicode.Zp):
		return newline
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || blank(r):
		return unicode.ReplacementChar
	}
	return r
}

// blank reports whether a letter or symbol looks like nothing at all.
func blank(r rune) bool {
	switch r {
	case '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

func words(s string) Span { return Span{Text: s} }

// value returns a span for something that stands in the account or the event.
func value(s string) Span { return valueUpTo(s, maxValue) }

func valueUpTo(s string, most int) Span {
	if s = clean(s, most); s == "" {
		return words("unknown")
	}
	return Span{Text: s, Value: true}
}
