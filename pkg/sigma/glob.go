package sigma

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A glob is a text with wildcards, ready to be matched: the parts between its stars. It compares letters of either case
// as equal unless it is cased.
type glob struct {
	parts      []globPart
	start, end bool // the first part begins the text, the last one ends it
	cased      bool
}

// A globPart is what has to stand together.
type globPart struct {
	text  []byte // folded unless the glob is cased
	runes []rune // in place of text where there are question marks, which are -1
}

// Marks of wildcards in a pattern that is being built; no text holds them.
const (
	anyText rune = -2
	anyRune rune = -1
)

// pattern reads a value of a rule: * stands for any text and ? for any character. A backslash takes their meaning from
// them and from itself; before anything else it is an ordinary character.
func pattern(value string) []rune {
	var out []rune
	escaped := false
	for _, c := range value {
		switch {
		case escaped && c != '*' && c != '?' && c != '\\':
			out, escaped = append(out, '\\', c), false
		case escaped:
			out, escaped = append(out, c), false
		case c == '\\':
			escaped = true
		case c == '*':
			out = append(out, anyText)
		case c == '?':
			out = append(out, anyRune)
		default:
			out = append(out, c)
		}
	}
	if escaped {
		out = append(out, '\\')
	}
	return out
}

// literal returns the pattern of a text that has no wildcards.
func literal(value string) []rune { return []rune(value) }

// newGlob prepares a pattern.
func newGlob(pattern []rune, cased bool) *glob {
	g := &glob{start: true, end: true, cased: cased}
	var part []rune
	flush := func() {
		if len(part) > 0 {
			g.parts = append(g.parts, newGlobPart(part))
			part = nil
		}
	}
	for i, r := range pattern {
		if r == anyText {
			g.start = g.start && i > 0
			g.end = i < len(pattern)-1
			flush()
			continue
		}
		if r >= 0 && !cased {
			r = foldRune(r)
		}
		part = append(part, r)
		g.end = true
	}
	flush()
	return g
}

func newGlobPart(runes []rune) globPart {
	if slices.Contains(runes, anyRune) {
		return globPart{runes: runes}
	}
	return globPart{text: []byte(string(runes))}
}

// match reports whether a text is what the glob says. It takes a text as foldText leaves it unless the glob is cased.
func (g *glob) match(text []byte) bool {
	parts := g.parts
	if len(parts) == 0 {
		return len(text) == 0 || !g.start || !g.end
	}
	if g.start {
		n := parts[0].prefix(text, g.cased)
		if n < 0 {
			return false
		}
		if text, parts = text[n:], parts[1:]; len(parts) == 0 {
			return !g.end || len(text) == 0
		}
	}
	if g.end {
		// What stands between the first part and the last can be found from the left: only the last one is tied to a place.
		last := parts[len(parts)-1]
		n := last.suffix(text, g.cased)
		if n < 0 {
			return false
		}
		text, parts = text[:n], parts[:len(parts)-1]
	}
	for _, p := range parts {
		n := p.find(text, g.cased)
		if n < 0 {
			return false
		}
		text = text[n:]
	}
	return true
}

// prefix returns the length of what the part matches at the beginning of a text, or -1.
func (p globPart) prefix(text []byte, cased bool) int {
	if p.runes == nil {
		if len(text) < len(p.text) {
			return -1
		}
		for i, c := range p.text {
			if text[i] != c && (cased || lower(text[i]) != c) {
				return -1
			}
		}
		return len(p.text)
	}
	n := 0
	for _, want := range p.runes {
		if n >= len(text) {
			return -1
		}
		r, size := utf8.DecodeRune(text[n:])
		if !cased && r < utf8.RuneSelf {
			r = rune(lower(byte(r)))
		}
		if want != anyRune && r != want {
			return -1
		}
		n += size
	}
	return n
}

// suffix returns where the part begins that ends a text, or -1.
func (p globPart) suffix(text []byte, cased bool) int {
	n := len(text)
	if p.runes == nil {
		n -= len(p.text)
	} else {
		for range p.runes {
			if n == 0 {
				return -1
			}
			_, size := utf8.DecodeLastRune(text[:n])
			n -= size
		}
	}
	if n < 0 || p.prefix(text[n:], cased) != len(text)-n {
		return -1
	}
	return n
}

// find returns the index after the leftmost place where the part matches, or -1.
func (p globPart) find(text []byte, cased bool) int {
	for i := 0; i <= len(text); {
		if p.runes == nil && len(p.text) > 0 {
			if i = nextByte(text, i, p.text[0], cased); i < 0 {
				return -1
			}
		}
		if n := p.prefix(text[i:], cased); n >= 0 {
			return i + n
		}
		if i == len(text) {
			break
		}
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return -1
}

// nextByte returns the index of the first byte from i on that is c or, unless cased, its capital; -1 where there is none.
func nextByte(text []byte, i int, c byte, cased bool) int {
	for ; i < len(text); i++ {
		if text[i] == c || !cased && lower(text[i]) == c {
			return i
		}
	}
	return -1
}

// literals returns the parts of a pattern between its wildcards.
func literals(pattern []rune) []string {
	var out []string
	var part strings.Builder
	for _, r := range append(slices.Clip(pattern), anyText) {
		switch {
		case r >= 0:
			part.WriteRune(r)
		case part.Len() > 0:
			out = append(out, part.String())
			part.Reset()
		}
	}
	return out
}
