package sigma

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// foldRune returns one character for all that differ in letter case only, as strings.EqualFold sees it: a small ASCII
// letter where there is one among them, otherwise the least.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(lower(byte(r)))
	}
	least := r
	for c := unicode.SimpleFold(r); c != r; c = unicode.SimpleFold(c) {
		least = min(least, c)
	}
	if least < utf8.RuneSelf {
		return rune(lower(byte(least)))
	}
	return least
}

// foldText returns a text in which letters beyond ASCII are folded. Those of ASCII are left to whoever compares, so that
// most texts need no copy.
func foldText(text []byte) []byte {
	if ascii(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		out = utf8.AppendRune(out, foldRune(r))
		text = text[size:]
	}
	return out
}

func ascii(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// sameFold reports whether two texts, as foldText leaves them, are equal but for the case of ASCII letters.
func sameFold(a, b []byte) bool { return len(a) == len(b) && hasPrefixFold(a, b) }

func hasPrefixFold(text, prefix []byte) bool {
	if len(text) < len(prefix) {
		return false
	}
	for i, c := range prefix {
		if text[i] != c && lower(text[i]) != lower(c) {
			return false
		}
	}
	return true
}

func hasSuffixFold(text, suffix []byte) bool {
	return len(text) >= len(suffix) && hasPrefixFold(text[len(text)-len(suffix):], suffix)
}

// containsFold reads both texts once or twice: whoever made them must not be able to choose how long it takes.
func containsFold(text, part []byte) bool { return bytes.Contains(lowered(text), lowered(part)) }

func lowered(text []byte) []byte {
	out := make([]byte, len(text))
	for i, c := range text {
		out[i] = lower(c)
	}
	return out
}
