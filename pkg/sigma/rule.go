package sigma

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// A rule is what stands in one file.
type rule struct {
	file  string
	lines map[string]int // of the top keys

	uuid, title, description string
	severity                 detect.Severity
	falsePositives           []string
	references               []string
	tags                     []string

	condition node
	pattern   detect.Pattern
	response  response
}

const (
	maxTitle       = 256
	maxDescription = 10_000
	maxLine        = 1000
)

// topKeys are the keys of the Sigma specification, and Riposte's own. Others are the operator's and mean nothing here.
var topKeys = []string{
	"title", "id", "name", "related", "taxonomy", "status", "description", "license", "author", "references", "date",
	"modified", "logsource", "detection", "fields", "falsepositives", "level", "tags", "scope", "riposte",
}

// rule reads a file's content. What it returns counts only where nothing was wrong.
func (r *reader) rule(top *yaml.Node, paths *paths, known []actions.Action) *rule {
	out := &rule{file: r.file, lines: map[string]int{}, severity: detect.Medium}
	keys := map[string]*yaml.Node{}
	entries(top, func(key, value *yaml.Node) {
		keys[key.Value], out.lines[key.Value] = value, key.Line
		r.topKey(key)
	})
	for _, must := range []struct{ key, write string }{
		{"title", "write what the rule finds"},
		{"id", "write a UUID of its own, as uuidgen makes one"},
		{"logsource", "write product: aws and service: cloudtrail under it"},
		{"detection", "write selections and a condition"},
	} {
		if keys[must.key] == nil || isNull(keys[must.key]) {
			r.fail(top.Line, "%s is missing: %s", must.key, must.write)
			delete(keys, must.key)
		}
	}
	r.header(out, keys)
	if n := keys["logsource"]; n != nil {
		r.logsource(n)
	}
	if n := keys["detection"]; n != nil && r.mapping(n, "detection") {
		before := len(r.problems)
		out.condition = r.detection(n, paths)
		if out.pattern = patternOf(out.condition, paths); len(out.pattern) == 0 && len(r.problems) == before {
			r.fail(out.lines["detection"], "detection can never match: it asks one event for two sources, names or callers at once")
		}
	}
	if n := keys["riposte"]; n != nil && !isNull(n) {
		out.response = r.response(n, paths, known)
	}
	return out
}

func (r *reader) topKey(key *yaml.Node) {
	switch key.Value {
	case "correlation":
		r.fail(key.Line, "correlation rules are not supported: a rule sees one event; Riposte joins findings of one actor by itself")
		return
	case "filter":
		r.fail(key.Line, "filters of other rules are not supported: write the filter into the rule, or an exception into riposte.yaml")
		return
	case "action":
		r.fail(key.Line, "collections of rules are not supported: write one rule a file")
		return
	}
	if slices.Contains(topKeys, key.Value) {
		return
	}
	for _, known := range topKeys {
		if near(strings.ToLower(key.Value), known) {
			r.fail(key.Line, "unknown key %s: did you mean %s?", shown(key.Value), known)
			return
		}
	}
}

// near reports whether two words differ in at most one character, or in the order of two.
func near(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(b)-len(a) > 1 || len(b) < 4:
		return a == b
	case len(a) < len(b):
		return a[i:] == b[i+1:]
	case i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i]:
		return a[i+2:] == b[i+2:]
	}
	return i == len(a) || a[i+1:] == b[i+1:]
}

var uuidForm = lazily(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`)

func (r *reader) header(out *rule, keys map[string]*yaml.Node) {
	if n := keys["title"]; n != nil {
		out.title = strings.TrimRight(oneLine(r.text(n, "title", maxTitle), maxTitle), ". ")
		if out.title == "" && n.Kind == yaml.ScalarNode {
			r.fail(n.Line, "title is empty: write what the rule finds")
		}
	}
	if n := keys["id"]; n != nil {
		r.want(n, "id", uuidForm(), "a UUID such as 6f0c3d52-8f0e-4a53-9d0b-2f6f0a1c7e11, as uuidgen makes one")
		out.uuid = strings.ToLower(n.Value)
	}
	if n := keys["taxonomy"]; n != nil && n.Value != "sigma" {
		r.fail(n.Line, "taxonomy %s is not supported: use the names of CloudTrail's own fields, and leave the key out", shown(n.Value))
	}
	if n := keys["status"]; n != nil {
		r.want(n, "status", statusForm(), "stable, test, experimental, deprecated or unsupported")
	}
	if n := keys["level"]; n != nil {
		out.severity = r.level(n)
	}
	if n := keys["description"]; n != nil && !isNull(n) {
		out.description = r.text(n, "description", maxDescription)
	}
	for key, to := range map[string]*[]string{
		"falsepositives": &out.falsePositives, "references": &out.references, "tags": &out.tags,
	} {
		if n := keys[key]; n != nil {
			*to = r.texts(n, key, maxLine)
		}
	}
}

var statusForm = lazily(`^(stable|test|experimental|deprecated|unsupported)$`)

func (r *reader) want(n *yaml.Node, key string, form *regexp.Regexp, want string) {
	if n.Kind != yaml.ScalarNode || !form.MatchString(n.Value) {
		r.fail(n.Line, "%s %s: want %s", key, kindOf(n), want)
	}
}

func (r *reader) level(n *yaml.Node) detect.Severity {
	if n.Kind == yaml.ScalarNode {
		switch n.Value {
		case "informational":
			return detect.Info
		case "low":
			return detect.Low
		case "medium":
			return detect.Medium
		case "high":
			return detect.High
		case "critical":
			return detect.Critical
		}
	}
	r.fail(n.Line, "level %s: want informational, low, medium, high or critical", kindOf(n))
	return detect.Medium
}

func (r *reader) logsource(n *yaml.Node) {
	if !r.mapping(n, "logsource") {
		return
	}
	want := map[string]string{"product": "aws", "service": "cloudtrail"}
	entries(n, func(key, value *yaml.Node) {
		switch must, known := want[key.Value]; {
		case known && value.Value != must:
			r.fail(value.Line, "logsource %s %s is not supported: only product aws with service cloudtrail is", key.Value, kindOf(value))
		case known, key.Value == "definition":
		default:
			r.fail(key.Line, "logsource %s is not supported: write product: aws and service: cloudtrail only", shown(key.Value))
		}
		delete(want, key.Value)
	})
	for _, key := range []string{"product", "service"} {
		if must, missing := want[key]; missing {
			r.fail(n.Line, "logsource lacks %s: write %s: %s", key, key, must)
		}
	}
}

// detection reads the selections and the condition.
func (r *reader) detection(n *yaml.Node, paths *paths) node {
	s := &selecting{reader: r, paths: paths}
	named := map[string]node{}
	var names []string
	var condition *yaml.Node
	before := len(r.problems)
	entries(n, func(key, value *yaml.Node) {
		switch {
		case key.Value == "condition":
			condition = value
		case key.Value == "timeframe":
			r.fail(key.Line, "timeframe is not supported: a rule sees one event; leave it out, with the aggregation in the condition")
		case !selectionName().MatchString(key.Value):
			r.fail(key.Line, "selection %s: want a name of letters, digits, _, - and dots", shown(key.Value))
		case len(names) == maxSelections:
			r.fail(key.Line, "more than %d selections", maxSelections)
		default:
			named[key.Value] = s.selection(value, key.Value)
			names = append(names, key.Value)
		}
	})
	switch {
	case condition == nil || isNull(condition):
		r.fail(n.Line, "condition is missing: name the selections that have to match")
	case len(names) == 0:
		r.fail(n.Line, "detection has no selection: write the fields that have to match")
	case len(r.problems) == before:
		return r.conditions(condition, names, named)
	}
	return nil
}

var selectionName = lazily(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// conditions reads one condition, or a list of which one has to hold.
func (r *reader) conditions(n *yaml.Node, names []string, named map[string]node) node {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	if len(list) == 0 || len(list) > maxSelections {
		r.fail(n.Line, "condition: want one, or a list of at most %d", maxSelections)
	}
	var parts anyOf
	for _, c := range list {
		if c.Kind != yaml.ScalarNode || isNull(c) {
			r.fail(c.Line, "condition: want text, found %s", kindOf(c))
			continue
		}
		part, err := parseCondition(c.Value, names, named)
		if err != nil {
			r.fail(c.Line, "condition %s: %v", shown(c.Value), err)
			continue
		}
		parts = append(parts, part)
	}
	return parts
}
