package webreport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"riposte/pkg/detect"
)

// block returns a state for people: a JSON text as what it says, anything else as compact JSON. It may have several lines; a
// long one is cut, and says how long it was.
func block(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var b bytes.Buffer
		if json.Compact(&b, raw) != nil {
			text = string(raw)
		} else {
			text = b.String()
		}
	}
	lines := strings.Split(text, "\n")
	left := maxState
	for n, line := range lines {
		lines[n] = detect.Line(strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "  "), left)
		if left -= utf8.RuneCountInString(lines[n]) + 1; left <= 0 {
			return strings.Join(lines[:n+1], "\n") + fmt.Sprintf("\n(cut: it has %d characters; \"riposte show\" has them all)", utf8.RuneCountInString(text))
		}
	}
	return strings.Join(lines, "\n")
}

// person tells which human stands behind a role, as far as the record says.
func person(a detect.Actor) string {
	if a.Source != "" {
		return a.Source + " (source identity)"
	}
	_, path, _ := strings.Cut(a.ARN, ":assumed-role/")
	_, session, _ := strings.Cut(path, "/")
	switch {
	case session == "":
		return ""
	case strings.Contains(a.Role, ":role/aws-reserved/sso.amazonaws.com/"):
		return session + " (Identity Center user)"
	}
	return session + " (session name, which the caller chose)"
}
