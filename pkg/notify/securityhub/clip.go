package securityhub

import (
	"strings"
	"unicode/utf16"

	"riposte/pkg/notify/report"
)

// clip makes one clean line of a text, of at most so many characters as UTF-16 counts them, which is never less than
// Security Hub may count.
func clip(s string, most int) string { return short(report.Clean(s), most) }

// short cuts a text that is clean already.
func short(s string, most int) string {
	if n := length(s); n <= most {
		return s
	}
	n := 1 // of the "…"
	for at, r := range s {
		if n += utf16.RuneLen(r); n > most {
			return strings.TrimSpace(s[:at]) + "…"
		}
	}
	return s
}

func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
