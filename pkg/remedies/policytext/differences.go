package policytext

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// Differences says how a policy differs from one that has some statements and lacks others, for people: by the statements'
// ids, or by their places.
func Differences(has, lacks []string, policy string) []string {
	var live []string
	if policy != "" {
		var err error
		if _, live, _, err = Split(policy); err != nil {
			return []string{"the policy cannot be taken apart: " + err.Error()}
		}
	}
	var out []string
	for i, want := range has {
		if !slices.ContainsFunc(live, func(s string) bool { return same(s, want) }) {
			out = append(out, missing(want, i, live)...)
		}
	}
	for i, s := range live {
		switch {
		case slices.ContainsFunc(has, func(want string) bool { return same(s, want) || sid(s) != "" && sid(s) == sid(want) }):
		case slices.ContainsFunc(lacks, func(text string) bool { return same(s, text) }):
			out = append(out, "found "+label(s, i)+", expected nothing")
		default:
			for _, text := range lacks {
				if sid(s) != "" && sid(s) == sid(text) {
					out = append(out, fmt.Sprintf("found %s with another content: %s", label(s, i), changes(text, s)))
				}
			}
		}
	}
	return out
}

// Between says how two policies differ, for people.
func Between(want, policy string) []string {
	statements := func(document string) []string {
		_, list, _, err := Split(document)
		if err != nil {
			return nil // which Differences tells of the live one
		}
		return list
	}
	return Differences(statements(want), statements(policy), policy)
}

func missing(want string, i int, live []string) []string {
	for at, s := range live {
		if sid(want) != "" && sid(s) == sid(want) {
			return []string{label(s, at) + ": " + changes(want, s)}
		}
	}
	return []string{"expected " + label(want, i) + ", found nothing"}
}

func changes(from, to string) string {
	return strings.Join(remedy.Differences(json.RawMessage(from), json.RawMessage(to)), "; ")
}

func same(a, b string) bool {
	return detect.StatementHash([]byte(a)) == detect.StatementHash([]byte(b))
}

func sid(statement string) string {
	var s struct{ Sid string }
	if json.Unmarshal([]byte(statement), &s) != nil {
		return ""
	}
	return s.Sid
}

func label(statement string, i int) string {
	if id := sid(statement); id != "" {
		return fmt.Sprintf("statement %d (%s)", i+1, detect.Text(id))
	}
	return fmt.Sprintf("statement %d", i+1)
}
