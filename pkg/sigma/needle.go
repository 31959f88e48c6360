package sigma

import (
	"bytes"
	"strings"
)

// needleOf returns a text that the bytes of every record contain in which a condition holds, unless they hold escapes;
// nil where there is none. Looking for it costs a small part of finding fields.
func needleOf(n node) []byte {
	switch n := n.(type) {
	case allOf:
		var longest []byte
		for _, part := range n {
			if needle := needleOf(part); len(needle) > len(longest) {
				longest = needle
			}
		}
		return longest
	case anyOf:
		if len(n) == 1 {
			return needleOf(n[0])
		}
	case *test:
		if len(n.matchers) == 1 {
			return needleOfMatcher(n.matchers[0])
		}
	}
	return nil
}

func needleOfMatcher(m matcher) []byte {
	var longest []byte
	switch m := m.(type) {
	case expression:
		longest = m.required
	case *glob:
		for _, part := range m.parts {
			if m.cased && len(part.text) > len(longest) {
				longest = part.text
			}
		}
	}
	if !insideString(string(longest)) {
		return nil
	}
	return longest
}

// insideString reports whether a text can only stand inside of one string of JSON, and as it is: it crosses no quote, and
// has a letter that none of true, false, null and numbers have.
func insideString(text string) bool {
	return strings.ContainsAny(text, "bcdghijkmopqvwxyz/_") && !strings.ContainsAny(text, `"\`) && ascii([]byte(text)) &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' })
}

// mayHold reports whether the bytes of a record may contain one of the needles.
func mayHold(b []byte, needles [][]byte) bool {
	if bytes.IndexByte(b, '\\') >= 0 {
		return true
	}
	for _, needle := range needles {
		if bytes.Contains(b, needle) {
			return true
		}
	}
	return false
}
