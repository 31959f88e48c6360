package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what a page shows of an event. The file beside the link holds it whole.
const (
	maxShownText  = 600 // runes of a string
	maxShownItems = 20  // of a list or an object
	maxShownLines = 80
)

// A shownEvent holds the parts of a record by which rules decide.
type shownEvent struct {
	Source     any `json:"eventSource,omitempty"`
	Name       any `json:"eventName,omitempty"`
	Type       any `json:"eventType,omitempty"`
	Region     any `json:"awsRegion,omitempty"`
	SourceIP   any `json:"sourceIPAddress,omitempty"`
	Error      any `json:"errorCode,omitempty"`
	Message    any `json:"errorMessage,omitempty"`
	Identity   any `json:"userIdentity,omitempty"`
	Request    any `json:"requestParameters,omitempty"`
	Response   any `json:"responseElements,omitempty"`
	Additional any `json:"additionalEventData,omitempty"`
	Service    any `json:"serviceEventDetails,omitempty"`
}

// shown returns the sample that a page shows: the first that was judged and is no attempt.
func shown(fires []sample) sample {
	for _, s := range fires {
		if s.finding.Unjudged == "" && !s.finding.Attempt {
			return s
		}
	}
	return fires[0]
}

// sampleEvent shows the deciding parts of an event, folded up.
func (p *page) sampleEvent(s sample) {
	p.line("<details>")
	p.line("<summary>What decides in %s</summary>", html.EscapeString(strings.TrimSuffix(s.path, ".json")))
	p.line("")
	p.fence("json", decidingParts(s.record))
	p.line("")
	p.line("</details>")
}

// decidingParts returns the parts of a record by which rules decide, as indented JSON within bounds.
func decidingParts(record json.RawMessage) string {
	var e shownEvent
	decoder := json.NewDecoder(bytes.NewReader(record))
	decoder.UseNumber()
	if err := decoder.Decode(&e); err != nil {
		return "{}" // no object, and no rule saw anything in it
	}
	e.Identity = caller(e.Identity)
	for _, part := range []*any{
		&e.Source, &e.Name, &e.Type, &e.Region, &e.SourceIP, &e.Error, &e.Message,
		&e.Identity, &e.Request, &e.Response, &e.Additional, &e.Service,
	} {
		*part = bounded(*part)
	}
	text, err := json.MarshalIndent(e, "", "  ") // which also writes <, > and & as escapes
	if err != nil {
		return "{}"
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) > maxShownLines {
		lines = append(lines[:maxShownLines], "…")
	}
	return visible(strings.Join(lines, "\n"))
}

// caller leaves out identifiers by which no rule decides.
func caller(identity any) any {
	object, ok := identity.(map[string]any)
	if !ok {
		return identity
	}
	out := map[string]any{}
	for _, key := range []string{"type", "arn", "userName", "accountId", "invokedBy"} {
		if v, ok := object[key]; ok {
			out[key] = v
		}
	}
	if session, ok := object["sessionContext"].(map[string]any); ok {
		if attributes, ok := session["attributes"].(map[string]any); ok && attributes["mfaAuthenticated"] != nil {
			out["mfaAuthenticated"] = attributes["mfaAuthenticated"]
		}
	}
	return out
}

// bounded cuts long strings, lists and objects.
func bounded(v any) any {
	switch v := v.(type) {
	case string:
		if utf8.RuneCountInString(v) > maxShownText {
			return string([]rune(v)[:maxShownText]) + "…"
		}
	case []any:
		out := make([]any, 0, len(v))
		for i, item := range v {
			if i == maxShownItems {
				return append(out, fmt.Sprintf("… %d more", len(v)-i))
			}
			out = append(out, bounded(item))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i == maxShownItems {
				out["…"] = fmt.Sprintf("%d more", len(v)-i)
				break
			}
			out[bounded(key).(string)] = bounded(v[key])
		}
		return out
	}
	return v
}

// visible writes characters of JSON that cannot be seen, or that turn the direction, as escapes.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || !unicode.IsControl(r) && !unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
