package detect

import (
	"strings"
	"unicode"
)

const (
	maxText    = 128  // runes of one name from an event
	maxSummary = 1024 // runes of a summary
)

// Text makes text from an event fit for a sentence: it cuts it to 128 characters and shows control characters, line
// separators and marks that are invisible or change the direction as "�", so that a hostile name can neither flood a
// message nor forge a line. It does not escape markup: that is for whoever writes markup.
func Text(s string) string { return Line(s, maxText) }

// Line does what Text does, with a bound of the caller's.
func Line(s string, most int) string {
	if len(s) <= most && printable(s) {
		return s // as nearly all texts are
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
	}
	return b.String()
}

// printable reports whether a text is ASCII without control characters.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
