package routing

import (
	"errors"
	"strings"
)

// A wildcard is the texts between its stars, with escapes resolved. Without stars it has one.
type wildcard []string

// parseWildcard reads a text in which * stands for any number of characters, \* for a star and \\ for a backslash.
func parseWildcard(s string) (wildcard, error) {
	var w wildcard
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*':
			if i+1 < len(s) && s[i+1] == '*' {
				return nil, errors.New("two stars in a row")
			}
			w = append(w, part.String())
			part.Reset()
		case '\\':
			if i+1 == len(s) || s[i+1] != '*' && s[i+1] != '\\' {
				return nil, errors.New(`want \* or \\ after a backslash`)
			}
			i++
			part.WriteByte(s[i])
		default:
			part.WriteByte(s[i])
		}
	}
	return append(w, part.String()), nil
}

// matches takes the leftmost place for each part, which is enough, and so never goes back.
func (w wildcard) matches(s string) bool {
	first, last := w[0], w[len(w)-1]
	if len(w) == 1 {
		return s == first
	}
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range w[1 : len(w)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}
