package slack

import (
	"strings"
	"unicode/utf16"

	"riposte/pkg/notify/report"
)

const ellipsis = "…"

// fit escapes a text and cuts it so that it has at most so many characters after escaping, counted as Slack's clients
// count them: in UTF-16. https://docs.slack.dev/messaging/formatting-message-text#escaping
func fit(s string, most int) string { return fitWith(s, most, escape) }

func fitWith(s string, most int, escape func(rune) string) string {
	var b strings.Builder
	used, keep := 0, 0 // keep is how much still fits with an ellipsis after it
	for _, r := range s {
		e := escape(r)
		used += width(e)
		if used > most {
			if most < width(ellipsis) {
				return ""
			}
			return b.String()[:keep] + ellipsis
		}
		b.WriteString(e)
		if used+width(ellipsis) <= most {
			keep = b.Len()
		}
	}
	return b.String()
}

func escape(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return string(r)
}

// escapeCode also replaces what would end a code span.
func escapeCode(r rune) string {
	if r == '`' {
		return "ˋ"
	}
	return escape(r)
}

// escapeWords also replaces what would format words, by characters that look like it.
func escapeWords(r rune) string {
	switch r {
	case '*':
		return "∗"
	case '_':
		return "ˍ"
	case '~':
		return "∼"
	}
	return escapeCode(r)
}

// width counts the characters of a text as Slack's clients do.
func width(s string) int {
	n := 0
	for _, r := range s {
		if n1 := utf16.RuneLen(r); n1 > 0 {
			n += n1
		} else {
			n++
		}
	}
	return n
}

// maxSpan bounds a value within a line.
const maxSpan = 240

// line renders a line in at most so many characters: values as code, in which Slack knows no markup.
func line(l report.Line, most int) string {
	var b strings.Builder
	for _, span := range l {
		left := most - width(b.String())
		if !span.Value {
			b.WriteString(fitWith(span.Text, left, escapeWords))
			continue
		}
		code := fitWith(span.Text, min(maxSpan, left-2), escapeCode)
		if code == "" {
			break
		}
		b.WriteString("`" + code + "`")
	}
	return b.String()
}

// lines joins lines that fit into so many characters; the first that does not fit ends the text.
func lines(all []string, most int) string {
	var b strings.Builder
	for _, l := range all {
		if width(b.String())+1+width(l)+1 > most {
			b.WriteString("\n" + ellipsis)
			break
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(l)
	}
	return b.String()
}
