package cli

import (
	"strings"
	"unicode"
)

// printable makes text that an attacker may have chosen safe for a terminal: control characters, and marks that change
// the direction or are invisible, become visible as "�".
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// printableLines is printable for a text of several lines, such as joined errors.
func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for n := range lines {
		lines[n] = printable(lines[n])
	}
	return strings.Join(lines, "\n")
}
