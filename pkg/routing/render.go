// Package routing renders the EventBridge rules that feed the detector from the patterns of the detection rules, and
// matches events against EventBridge patterns as EventBridge does. It links no SDK.
package routing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// MaxPattern is how many characters EventBridge takes of a pattern before a quota has to be raised.
const MaxPattern = 2048

// A Rule is one EventBridge rule.
type Rule struct {
	Name    string   // of its source and of what else it selects by: "iam", "iam-2", "root-writes"
	Pattern string   // compact JSON of at most MaxPattern characters
	RuleIDs []string // the detection rules that want its events, sorted
}

// Render returns the EventBridge rules for a list of detection rules, one for each source, or more where a pattern would
// become too long. Equal lists give equal results. Every event that a rule's Pattern wants matches one of them at
// least; an event that is wanted by its name and by its caller matches two and is delivered twice.
//
// Patterns select neither by detail-type, whose spelling for sign-ins is not certain (docs/adr/0005), nor by errorCode:
// some rules want failed attempts, and whether a call failed is not said by errorCode alone.
func Render(rules []*detect.Rule) ([]Rule, error) {
	groups, err := groupsOf(rules)
	if err != nil {
		return nil, err
	}
	var out []Rule
	for _, g := range groups {
		rendered, err := g.render()
		if err != nil {
			return nil, fmt.Errorf("eventbridge rule %s: %w", g.name(), err)
		}
		out = append(out, rendered...)
	}
	for i, r := range out {
		if slices.ContainsFunc(out[:i], func(o Rule) bool { return o.Name == r.Name }) {
			return nil, fmt.Errorf("eventbridge rule %s: two groups of events have this name: rename an identity or a source", r.Name)
		}
	}
	return out, nil
}

// A selector is what all events of a group have in common.
type selector struct {
	source   string // eventSource; empty for every source
	identity string // userIdentity.type; empty for every caller
	writes   bool
}

// A group collects the event names that rules want under one selector.
type group struct {
	selector
	names map[string]*wanted
	every map[string]bool // the rules that want every name
}

// wanted says who wants an event name, and how.
type wanted struct {
	dated bool
	rules map[string]bool
}

// groupsOf sorts what the rules want into groups, which it returns in a fixed order.
func groupsOf(rules []*detect.Rule) ([]*group, error) {
	bySelector := map[selector]*group{}
	for i, r := range rules {
		if r == nil {
			return nil, fmt.Errorf("rule %d is nil", i)
		}
		for _, e := range r.Pattern {
			if e.Source == "" && (e.Identity == "" || len(e.Names) > 0) {
				return nil, fmt.Errorf("rule %s: its pattern selects neither by source nor by caller alone: correct it", r.ID)
			}
			s := selector{source: e.Source, identity: e.Identity, writes: e.Writes}
			if bySelector[s] == nil {
				bySelector[s] = &group{selector: s, names: map[string]*wanted{}, every: map[string]bool{}}
			}
			bySelector[s].add(r.ID, e)
		}
	}
	groups := make([]*group, 0, len(bySelector))
	for _, g := range bySelector {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b *group) int { return strings.Compare(a.name(), b.name()) })
	return groups, nil
}

func (g *group) add(rule string, e detect.Events) {
	if len(e.Names) == 0 {
		g.every[rule] = true
	}
	for _, name := range e.Names {
		w := g.names[name]
		if w == nil {
			w = &wanted{rules: map[string]bool{}}
			g.names[name] = w
		}
		w.dated = w.dated || e.Dated
		w.rules[rule] = true
	}
}

// name joins what the group selects by.
func (g *group) name() string {
	var parts []string
	if g.source != "" {
		parts = append(parts, service(g.source))
	}
	if g.identity != "" {
		parts = append(parts, strings.ToLower(g.identity))
	}
	if g.writes {
		parts = append(parts, "writes")
	}
	return strings.Join(parts, "-")
}

// render returns the group's EventBridge rules. Names are packed in alphabetical order into as few patterns as hold them.
func (g *group) render() ([]Rule, error) {
	if len(g.every) > 0 {
		for _, w := range g.names {
			for id := range w.rules {
				g.every[id] = true
			}
		}
		r, err := g.rule(1, nil, g.every)
		return []Rule{r}, err
	}
	var out []Rule
	var packed []any
	var current Rule
	ids := map[string]bool{}
	for _, name := range sortedKeys(g.names) {
		w := g.names[name]
		for try := 1; ; try++ {
			with := union(ids, w.rules)
			r, err := g.rule(len(out)+1, append(slices.Clip(packed), w.selects(name)), with)
			if err == nil {
				packed, ids, current = append(packed, w.selects(name)), with, r
				break
			}
			if !errors.Is(err, errTooLong) || len(packed) == 0 || try > 1 {
				return nil, err
			}
			out, packed, ids = append(out, current), nil, map[string]bool{}
		}
	}
	return append(out, current), nil
}

// selects returns what matches an event name. Lambda's names carry an API date, whose version may change.
func (w *wanted) selects(name string) any {
	if w.dated {
		return operator{"prefix": name}
	}
	return name
}

var errTooLong = errors.New("pattern too long")

// rule makes the group's nth EventBridge rule, for the given names or, without any, for every name.
func (g *group) rule(n int, names []any, ids map[string]bool) (Rule, error) {
	p := envelopePattern{Source: []any{operator{"prefix": "aws."}}}
	if g.source != "" {
		p.Source = []any{"aws." + service(g.source)}
		p.Detail.EventSource = []string{g.source}
	}
	p.Detail.EventName = names
	if g.identity != "" {
		p.Detail.UserIdentity = &identityPattern{Type: []string{g.identity}}
	}
	if g.writes {
		// Some exporters write the boolean as text. A null would not survive CloudFormation, and no record has one.
		p.Detail.ReadOnly = []any{false, operator{"equals-ignore-case": "false"}, operator{"exists": false}}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return Rule{}, err
	}
	if len(text) > MaxPattern {
		return Rule{}, fmt.Errorf("%w: %d characters of %d", errTooLong, len(text), MaxPattern)
	}
	if _, err := Parse(text); err != nil {
		return Rule{}, err
	}
	name := g.name()
	if n > 1 {
		name = fmt.Sprintf("%s-%d", name, n)
	}
	return Rule{Name: name, Pattern: string(text), RuleIDs: sortedKeys(ids)}, nil
}

// operator is an EventBridge operator with its operand.
type operator map[string]any

// envelopePattern is a pattern on what EventBridge wraps around a CloudTrail record. Only AWS can send events whose
// source begins with "aws.", so every pattern names the source.
type envelopePattern struct {
	Source []any `json:"source"`
	Detail struct {
		EventSource  []string         `json:"eventSource,omitempty"`
		EventName    []any            `json:"eventName,omitempty"`
		UserIdentity *identityPattern `json:"userIdentity,omitempty"`
		ReadOnly     []any            `json:"readOnly,omitempty"`
	} `json:"detail"`
}

type identityPattern struct {
	Type []string `json:"type"`
}

// service returns the first label of an eventSource. EventBridge writes the source of a CloudTrail event with the same
// label; no exception is known.
func service(eventSource string) string { return strings.TrimSuffix(eventSource, ".amazonaws.com") }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func union(a, b map[string]bool) map[string]bool {
	out := make(map[string]bool, len(a)+len(b))
	for _, m := range []map[string]bool{a, b} {
		for k := range m {
			out[k] = true
		}
	}
	return out
}
