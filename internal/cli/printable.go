package cli

import (
	"strings"
	"unicode"
)

// printable makes text that an attacker may have chosen safe for a terminal: control characters, and marks that change
// the direction or are invisible, become visible as "�".
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
