package config

import (
	"regexp"
	"strings"
)

// A Pattern is a name or an ARN with wildcards: * stands for any number of characters and ? for one, but neither for
// / or :, so that no wildcard reaches into another path, account or service. ** stands for anything. Letter case counts.
type Pattern string

// Regexp returns the pattern as a regular expression for whole texts. With fold, letter case does not count.
func (p Pattern) Regexp(fold bool) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`^(?s`)
	if fold {
		b.WriteByte('i')
	}
	b.WriteByte(':')
	rest := strings.ToValidUTF8(string(p), "\ufffd")
	for rest != "" {
		literal := strings.IndexAny(rest, "*?")
		if literal < 0 {
			literal = len(rest)
		}
		b.WriteString(regexp.QuoteMeta(rest[:literal]))
		switch rest = rest[literal:]; {
		case strings.HasPrefix(rest, "**"):
			b.WriteString(`.*`)
			rest = strings.TrimLeft(rest, "*")
		case strings.HasPrefix(rest, "*"):
			b.WriteString(`[^/:]*`)
			rest = rest[1:]
		case rest != "":
			b.WriteString(`[^/:]`)
			rest = rest[1:]
		}
	}
	b.WriteString(`)$`)
	return regexp.MustCompile(b.String())
}

// names reports whether the pattern names anything: it is not made of wildcards and punctuation alone.
func (p Pattern) names() bool {
	return strings.ContainsFunc(string(p), func(c rune) bool { return !strings.ContainsRune("*?/:-_.", c) })
}
