package sns

import (
	"fmt"
	"strings"

	"riposte/pkg/notify/report"
)

// ascii makes a text of at most so many printable ASCII characters. What is not ASCII is written as "\u00e9", so that
// letters that only look like others are seen.
func ascii(s string, most int) string {
	var b strings.Builder
	for _, r := range report.Clean(s) {
		piece := string(r)
		switch {
		case r == '→':
			piece = "->"
		case r == '…':
			piece = "..."
		case r == '↵':
			piece = " / "
		case r == '␣':
			piece = "_"
		case r == '\uFFFD':
			piece = "?"
		case r > 0xFFFF:
			piece = fmt.Sprintf(`\U%08x`, r)
		case r >= 0x7F:
			piece = fmt.Sprintf(`\u%04x`, r)
		}
		if b.Len()+len(piece) > most {
			if kept := min(b.Len(), max(most-3, 0)); most >= 3 {
				return b.String()[:kept] + "..."
			}
			return b.String()
		}
		b.WriteString(piece)
	}
	return b.String()
}

// unlinked keeps mail programs from making a link of a text that came from the event.
func unlinked(s string) string {
	return strings.NewReplacer("://", ":[//]", "www.", "www[.]", "WWW.", "WWW[.]").Replace(s)
}
