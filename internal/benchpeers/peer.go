package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bradleyjkemp/sigma-go"
	"github.com/bradleyjkemp/sigma-go/evaluator"
)

// A peer runs rules with sigma-go. That library knows neither wildcards nor null values nor references to other fields,
// so that the rules are translated once, when they are loaded, into what it knows; every comparison is left to it.
type peer struct {
	layout layout
	fields map[string]*field // each field that some rule looks at
	rules  []*evaluator.RuleEvaluator
	ids    []string
	failed int // evaluations that ended in an error, as sigma-go's do on lists in the middle of a path
}

// A layout is how sigma-go gets at nested fields.
type layout int

const (
	// documented has sigma-go follow JSONPaths in the decoded record, as its documentation shows.
	documented layout = iota
	// flat lays the fields of the rules out for sigma-go, one by one, so that it has nothing to follow. It does not do
	// this itself: it shows how fast it would be.
	flat
)

type field struct {
	path    []string
	null    bool // some rule asks whether it is null
	present bool // some rule asks whether it is not
}

// How the translation names the questions whether a field is null and whether it is not, in the flat layout.
const (
	isNull    = " is null"
	isPresent = " is present"
)

type eventKey struct{}

func newPeer(files map[string][]byte, l layout) (*peer, error) {
	p := &peer{layout: l, fields: map[string]*field{}}
	parsed := map[string]sigma.Rule{}
	for file, data := range files {
		rule, err := sigma.ParseRule(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if unable := p.translate(&rule); unable != "" {
			return nil, fmt.Errorf("%s: sigma-go has no %s", file, unable)
		}
		parsed[file] = rule
	}
	mappings := map[string]sigma.FieldMapping{}
	for name := range p.fields {
		for _, suffix := range []string{"", isNull, isPresent} {
			target := name + suffix
			if l == documented {
				target = "$." + name
			}
			mappings[name+suffix] = sigma.FieldMapping{TargetNames: []string{target}}
		}
	}
	for _, rule := range parsed {
		p.ids = append(p.ids, rule.ID)
		p.rules = append(p.rules, evaluator.ForRule(rule,
			evaluator.WithConfig(sigma.Config{FieldMappings: mappings}),
			evaluator.WithPlaceholderExpander(p.referenced)))
	}
	return p, nil
}

// see notes that a rule looks at a field.
func (p *peer) see(name string) *field {
	if p.fields[name] == nil {
		p.fields[name] = &field{path: strings.Split(name, ".")}
	}
	return p.fields[name]
}

// translate says a rule in what sigma-go knows, or names what it has no words for.
func (p *peer) translate(rule *sigma.Rule) (unable string) {
	for _, search := range rule.Detection.Searches {
		if len(search.Keywords) > 0 {
			return "keywords"
		}
		for _, matcher := range search.EventMatchers {
			for i := range matcher {
				if unable := p.translateField(&matcher[i]); unable != "" {
					return unable
				}
			}
		}
	}
	return ""
}

func (p *peer) translateField(m *sigma.FieldMatcher) (unable string) {
	if m.Field == "" {
		return "keywords"
	}
	f := p.see(m.Field)
	modifiers := strings.Join(m.Modifiers, "|")
	if len(m.Values) == 1 {
		switch v := m.Values[0]; {
		case v == nil:
			f.null = true
			m.Field, m.Values[0] = m.Field+isNull, "null"
			return ""
		case v == "*" && (modifiers == "" || modifiers == "contains"):
			f.present = true
			m.Field, m.Modifiers, m.Values[0] = m.Field+isPresent, nil, "set"
			if p.layout == documented {
				m.Modifiers, m.Values[0] = []string{"re"}, "^([^<]|$)" // what is absent reads as "<nil>"
			}
			return ""
		}
	}
	wild := false
	for i, v := range m.Values {
		text, isText := v.(string)
		switch {
		case v == nil:
			return "null beside other values"
		case modifiers == "fieldref":
			p.see(text)
			m.Modifiers, m.Values[i] = nil, "%"+text+"%"
		case isText && modifiers != "re" && strings.ContainsAny(text, `*?`):
			wild = true
		}
	}
	if wild {
		return expressions(m)
	}
	for _, modifier := range m.Modifiers {
		switch modifier {
		case "exists", "cased", "i", "m", "s", "base64offset":
			return "modifier " + modifier
		}
	}
	return ""
}

// expressions turns values with wildcards into regular expressions, which sigma-go knows.
func expressions(m *sigma.FieldMatcher) (unable string) {
	before, after := "^", "$"
	var all []string
	for _, modifier := range m.Modifiers {
		switch modifier {
		case "contains":
			before, after = "", ""
		case "startswith":
			after = ""
		case "endswith":
			before = ""
		case "all":
			all = []string{"all"}
		default:
			return "wildcards with modifier " + modifier
		}
	}
	for i, v := range m.Values {
		text := fmt.Sprint(v)
		if strings.Contains(text, `\`) {
			return "escapes in " + text
		}
		text = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(text))
		m.Values[i] = "(?is)" + before + text + after
	}
	m.Modifiers = append([]string{"re"}, all...)
	return ""
}

// event decodes a record and, in the flat layout, lays out the fields. A list stands for its elements.
func (p *peer) event(record []byte) (map[string]any, error) {
	var whole map[string]any
	dec := json.NewDecoder(bytes.NewReader(record))
	if p.layout == flat {
		dec.UseNumber()
	}
	if err := dec.Decode(&whole); err != nil || p.layout == documented {
		return whole, err
	}
	out := make(map[string]any, len(p.fields)+8)
	for name, f := range p.fields {
		values := collect(nil, whole, f.path)
		present := withoutNulls(values)
		out[name] = present
		if f.null && len(present) == len(values) && len(values) > 0 {
			out[name+isNull] = "set"
		}
		if f.present && len(present) > 0 {
			out[name+isPresent] = "set"
		}
	}
	return out, nil
}

func collect(into []any, v any, path []string) []any {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			into = collect(into, item, path)
		}
		return into
	case json.Number:
		if len(path) == 0 { // as text, which sigma-go compares and takes for a number where one is asked for
			return append(into, v.String())
		}
	case map[string]any:
		if len(path) > 0 {
			if member, there := v[path[0]]; there {
				return collect(into, member, path[1:])
			}
			return into
		}
		return append(into, object(v))
	}
	if len(path) == 0 {
		into = append(into, v)
	}
	return into
}

// throughList returns a field of the rules whose path leads through a list in one of the records.
func (p *peer) throughList(records [][]byte) (name string, through bool) {
	for _, record := range records {
		var whole map[string]any
		if json.Unmarshal(record, &whole) != nil {
			continue
		}
		for name, f := range p.fields {
			var at any = whole
			for _, step := range f.path {
				if _, isList := at.([]any); isList {
					return name, true
				}
				object, _ := at.(map[string]any)
				at = object[step]
			}
		}
	}
	return "", false
}

// An object is compared as JSON without escapes. That is made only when sigma-go asks for it, which without this would
// compare with the way in which Go prints a map.
type object map[string]any

// String returns the object as JSON without escapes.
func (o object) String() string {
	var b strings.Builder
	write(&b, map[string]any(o))
	return b.String()
}

func write(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		separator := "{"
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(separator + `"` + key + `":`)
			write(b, v[key])
			separator = ","
		}
		if len(v) == 0 {
			b.WriteByte('{')
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, item)
		}
		b.WriteByte(']')
	case string:
		b.WriteString(`"` + v + `"`)
	case nil:
		b.WriteString("null")
	default:
		fmt.Fprint(b, v)
	}
}

func withoutNulls(values []any) []any {
	return slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil })
}

// matches returns the ids of the rules that match a record.
func (p *peer) matches(ctx context.Context, record []byte) ([]string, error) {
	event, err := p.event(record)
	if err != nil {
		return nil, err
	}
	ctx = context.WithValue(ctx, eventKey{}, event)
	var ids []string
	for i, rule := range p.rules {
		result, err := rule.Matches(ctx, event)
		if err != nil {
			p.failed++ // it gives no result then
			continue
		}
		if result.Match {
			ids = append(ids, p.ids[i])
		}
	}
	return ids, nil
}

// referenced gives sigma-go the values of the field that a placeholder stands for.
func (p *peer) referenced(ctx context.Context, placeholder string) ([]string, error) {
	name := strings.Trim(placeholder, "%")
	event, _ := ctx.Value(eventKey{}).(map[string]any)
	values, _ := event[name].([]any)
	if p.layout == documented {
		values = collect(nil, event, p.fields[name].path)
	}
	texts := make([]string, 0, len(values))
	for _, v := range withoutNulls(values) {
		texts = append(texts, fmt.Sprint(v))
	}
	return texts, nil
}
