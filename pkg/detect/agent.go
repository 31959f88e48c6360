package detect

import (
	"bytes"
	"strings"
)

// containsFold reports whether text contains part, which is in lower case, in any letter case.
func containsFold(text, part string) bool { return strings.Contains(strings.ToLower(text), part) }

// mayContain reports whether a text as it stands in JSON may contain part, which is in lower case. It allocates nothing
// and is exact where the text has neither escapes nor characters beyond ASCII; where it has, the decoder has to look.
func mayContain(raw []byte, part string) bool {
	if len(part) == 0 {
		return true
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		return true
	}
	for i := range raw {
		if raw[i] >= 0x80 {
			return true
		}
		if lower(raw[i]) == part[0] && hasPrefixFold(raw[i:], part) {
			return true
		}
	}
	return false
}

func hasPrefixFold(raw []byte, part string) bool {
	if len(raw) < len(part) {
		return false
	}
	for i := range len(part) {
		if lower(raw[i]) != part[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
