package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
)

// encoder writes JSON lines with <, > and & as they are.
func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(visible{w})
	enc.SetEscapeHTML(false)
	return enc
}

// visible escapes in JSON what an attacker may have put into a name and a terminal would obey: control characters that
// JSON lets through, and marks that change the direction or are invisible. For a reader of JSON nothing changes. What is
// not ASCII stands within texts only. A Write has to hold whole characters, as json.Encoder's do.
type visible struct{ w io.Writer }

// Write writes p, escaped.
func (v visible) Write(p []byte) (int, error) {
	if !needsEscape(p) {
		return v.w.Write(p)
	}
	out := make([]byte, 0, len(p)+64)
	for _, r := range string(p) {
		switch {
		case !hidden(r):
			out = append(out, string(r)...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	if _, err := v.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func needsEscape(p []byte) bool {
	for _, b := range p {
		if b >= 0x7f { // the rest of ASCII is escaped already, or harmless
			return true
		}
	}
	return false
}

// hidden reports whether a character is one that a terminal obeys instead of showing. Line ends stand between the values.
func hidden(r rune) bool { return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
