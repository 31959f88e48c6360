package sigma_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A referenceRule evaluates a rule in the most straightforward way there is: it walks the file's YAML and the record's
// JSON, and turns every value into a regular expression. It shares nothing with the code under test.
type referenceRule struct{ Detection map[string]yaml.Node }

func newReference(file []byte) (*referenceRule, error) {
	var r referenceRule
	err := yaml.Unmarshal(file, &r)
	return &r, err
}

func referenceMatches(file, record []byte) (bool, error) {
	r, err := newReference(file)
	if err != nil {
		return false, err
	}
	return r.matches(record)
}

func (r *referenceRule) matches(record []byte) (bool, error) {
	found := map[string]bool{}
	var names []string
	for name, n := range r.Detection {
		if name != "condition" {
			found[name] = referenceSelection(&n, record)
			names = append(names, name)
		}
	}
	slices.Sort(names)
	condition := r.Detection["condition"]
	conditions := []*yaml.Node{&condition}
	if condition.Kind == yaml.SequenceNode {
		conditions = condition.Content
	}
	for _, c := range conditions {
		text := strings.NewReplacer("(", " ( ", ")", " ) ").Replace(c.Value)
		e := &referenceCondition{words: strings.Fields(text), found: found, names: names}
		holds := e.or()
		if e.at != len(e.words) {
			return false, fmt.Errorf("condition %q: stopped at word %d", c.Value, e.at)
		}
		if holds {
			return true, nil
		}
	}
	return false, nil
}

type referenceCondition struct {
	words []string
	at    int
	found map[string]bool
	names []string
}

func (e *referenceCondition) next(word string) bool {
	if e.at < len(e.words) && strings.EqualFold(e.words[e.at], word) {
		e.at++
		return true
	}
	return false
}

func (e *referenceCondition) or() bool {
	holds := e.and()
	for e.next("or") {
		right := e.and()
		holds = holds || right
	}
	return holds
}

func (e *referenceCondition) and() bool {
	holds := e.not()
	for e.next("and") {
		right := e.not()
		holds = holds && right
	}
	return holds
}

func (e *referenceCondition) not() bool {
	if e.next("not") {
		return !e.not()
	}
	if e.next("(") {
		holds := e.or()
		e.next(")")
		return holds
	}
	word := e.words[e.at]
	e.at++
	if !e.next("of") {
		return e.found[word]
	}
	which := e.words[e.at]
	e.at++
	all, hits := 0, 0
	for _, name := range e.names {
		chosen, _ := path.Match(which, name)
		if which == "them" {
			chosen = !strings.HasPrefix(name, "_")
		}
		if chosen {
			all++
			if e.found[name] {
				hits++
			}
		}
	}
	switch word {
	case "all":
		return hits == all
	case "any":
		return hits > 0
	}
	n, _ := strconv.Atoi(word)
	return hits >= n
}

func referenceSelection(n *yaml.Node, record []byte) bool {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			if !referenceField(n.Content[i].Value, n.Content[i+1], record) {
				return false
			}
		}
		return true
	case yaml.SequenceNode:
		return slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return referenceSelection(item, record) })
	default:
		return referenceField("|contains", n, record)
	}
}

func referenceField(key string, value *yaml.Node, record []byte) bool {
	modifiers := strings.Split(key, "|")
	field, modifiers := modifiers[0], modifiers[1:]
	if field == "" {
		modifiers = append(modifiers, "contains")
	}
	all := slices.Contains(modifiers, "all")
	var actual []json.RawMessage
	if field == "" {
		actual = []json.RawMessage{record}
	} else {
		actual = referenceValues(record, strings.Split(field, "."))
	}
	expected := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		expected = value.Content
	}
	for _, want := range expected {
		if referenceValue(modifiers, want, actual, record) != all {
			return !all
		}
	}
	return all
}

// referenceValues returns what stands at a path; a list stands for its elements.
func referenceValues(raw json.RawMessage, path []string) []json.RawMessage {
	raw = bytes.TrimSpace(raw)
	var list []json.RawMessage
	if raw[0] == '[' && json.Unmarshal(raw, &list) == nil && (len(list) > 0 || len(path) > 0) {
		var out []json.RawMessage
		for _, item := range list {
			out = append(out, referenceValues(item, path)...)
		}
		return out
	}
	if len(path) == 0 {
		return []json.RawMessage{raw}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members[path[0]] == nil {
		return nil
	}
	return referenceValues(members[path[0]], path[1:])
}

func referenceValue(modifiers []string, want *yaml.Node, actual []json.RawMessage, record []byte) bool {
	isNull := func(raw json.RawMessage) bool { return string(raw) == "null" }
	switch {
	case slices.Contains(modifiers, "exists"):
		return (len(actual) > 0) == (strings.ToLower(want.Value) == "true")
	case want.Tag == "!!null":
		return len(actual) == 0 || slices.ContainsFunc(actual, isNull)
	}
	return slices.ContainsFunc(actual, func(raw json.RawMessage) bool {
		text, ok := referenceText(raw)
		return ok && referenceCompare(modifiers, want.Value, text, record)
	})
}

var jsonString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

func referenceText(raw json.RawMessage) (string, bool) {
	switch raw[0] {
	case 'n', '[':
		return "", false
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	case '{':
		var compact bytes.Buffer
		if json.Compact(&compact, raw) != nil {
			return "", false
		}
		return jsonString.ReplaceAllStringFunc(compact.String(), func(quoted string) string {
			s, _ := referenceText(json.RawMessage(quoted))
			return `"` + s + `"`
		}), true
	}
	return string(raw), true
}

func referenceCompare(modifiers []string, want, text string, record []byte) bool {
	has := func(m string) bool { return slices.Contains(modifiers, m) }
	insensitive := "(?i)"
	if has("cased") {
		insensitive = ""
	}
	switch {
	case has("re"):
		flags := ""
		for _, f := range []string{"i", "m", "s"} {
			if has(f) {
				flags += "(?" + f + ")"
			}
		}
		return regexp.MustCompile(flags + want).MatchString(text)
	case has("cidr"):
		_, network, err := net.ParseCIDR(want)
		return err == nil && network.Contains(net.ParseIP(text))
	case has("lt"), has("lte"), has("gt"), has("gte"):
		a, errA := strconv.ParseFloat(text, 64)
		b, errB := strconv.ParseFloat(want, 64)
		word := strings.Trim(text, "0123456789+-.eE") != "" // ParseFloat takes Infinity too
		return errA == nil && errB == nil && !word && (has("lt") && a < b || has("lte") && a <= b || has("gt") && a > b || has("gte") && a >= b)
	case has("fieldref"):
		for _, raw := range referenceValues(record, strings.Split(want, ".")) {
			if other, ok := referenceText(raw); ok && referenceMatch(insensitive, modifiers, regexp.QuoteMeta(other), text) {
				return true
			}
		}
		return false
	case has("base64"):
		return referenceMatch(insensitive, modifiers, regexp.QuoteMeta(base64.StdEncoding.EncodeToString([]byte(want))), text)
	}
	return referenceMatch(insensitive, modifiers, referenceWildcards(want), text)
}

func referenceMatch(flags string, modifiers []string, expression, text string) bool {
	before, after := `\A`, `\z`
	if slices.Contains(modifiers, "contains") || slices.Contains(modifiers, "endswith") {
		before = ""
	}
	if slices.Contains(modifiers, "contains") || slices.Contains(modifiers, "startswith") {
		after = ""
	}
	return regexp.MustCompile(flags + `(?s)` + before + `(?:` + expression + `)` + after).MatchString(text)
}

var sigmaToken = regexp.MustCompile(`(?s)\\[*?\\]|.`)

func referenceWildcards(value string) string {
	return sigmaToken.ReplaceAllStringFunc(value, func(token string) string {
		switch token {
		case "*":
			return ".*"
		case "?":
			return "."
		case `\*`, `\?`, `\\`:
			return regexp.QuoteMeta(token[1:])
		}
		return regexp.QuoteMeta(token)
	})
}
