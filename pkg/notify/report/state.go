package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// nothing stands for an empty state.
const nothing = "nothing"

// state shows a state of the journal, which is JSON, to a person: a bare text without quotation marks, a security group
// rule as people write one, a long document by its beginning and its length.
func state(raw json.RawMessage) string {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return abbreviated(string(raw))
	}
	return inWords(v, raw)
}

func inWords(v any, raw json.RawMessage) string {
	switch v := v.(type) {
	case nil:
		return nothing
	case string:
		return abbreviated(v)
	case []any:
		return listInWords(v, raw)
	case map[string]any:
		return objectInWords(v, raw)
	}
	return compact(raw)
}

func listInWords(list []any, raw json.RawMessage) string {
	var items []json.RawMessage
	if len(list) == 0 || json.Unmarshal(raw, &items) != nil {
		return nothing
	}
	const most = 6
	var out []string
	for n, item := range list {
		if n == most {
			out = append(out, fmt.Sprintf("and %d more", len(list)-n))
			break
		}
		out = append(out, inWords(item, items[n]))
	}
	return strings.Join(out, "; ")
}

func objectInWords(object map[string]any, raw json.RawMessage) string {
	if len(object) == 0 {
		return nothing
	}
	if rule, ok := ruleInWords(raw); ok {
		return rule
	}
	names := make([]string, 0, len(object))
	for name, v := range object {
		switch v.(type) {
		case map[string]any, []any:
			return abbreviated(compact(raw))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	var out []string
	for _, name := range names {
		text := nothing
		switch v := object[name].(type) {
		case nil:
		case string:
			text = abbreviated(v)
		default:
			text = fmt.Sprint(v)
		}
		out = append(out, name+" "+text)
	}
	return strings.Join(out, ", ")
}

// ruleInWords shows a security group rule: "tcp 22 from 0.0.0.0/0 (sgr-…)".
func ruleInWords(raw json.RawMessage) (string, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var r detect.SecurityGroupRule
	if dec.Decode(&r) != nil || r.Protocol == "" || r.CIDRIPv4 == "" && r.CIDRIPv6 == "" {
		return "", false
	}
	text := r.Protocol
	if text == "-1" {
		text = "all traffic"
	} else if r.FromPort != -1 {
		text += fmt.Sprintf(" %d", r.FromPort)
		if r.ToPort != r.FromPort {
			text += fmt.Sprintf("-%d", r.ToPort)
		}
	}
	direction := " from "
	if r.Egress {
		direction = " to "
	}
	text += direction + r.CIDRIPv4 + r.CIDRIPv6
	if r.ID != "" {
		text += " (" + r.ID + ")"
	}
	return text, true
}

// abbreviated shows a text whole where it is short, and otherwise its beginning and its length.
func abbreviated(text string) string {
	const most = 100
	if raw := json.RawMessage(text); json.Valid(raw) {
		text = compact(raw) // a policy document with white space for people
	}
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return nothing
	}
	n := 0
	for at := range text {
		if n == most {
			return fmt.Sprintf("%s… (%d characters)", text[:at], len([]rune(text)))
		}
		n++
	}
	return text
}

// compact returns JSON without white space.
func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}
