package remedy

import (
	"strings"
	"unicode"
)

// sentence makes text that holds names and documents from an account fit for people: bounded, on one line, and without
// characters that are invisible or change the direction of what follows.
func sentence(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
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

// How much of a text people are shown.
const (
	maxSentence = 1024
	maxState    = 256
)
