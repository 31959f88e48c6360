// Package routing renders the EventBridge rules that feed the detector from the patterns of the detection rules, and
// matches events against EventBridge patterns as EventBridge does. It links no SDK.
package routing

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// MaxPattern is how many characters EventBridge takes of a pattern before a quota has to be raised.
const MaxPattern = 2048

// A Rule is one EventBridge rule.
type Rule struct {
	Name    string   // of its source and of what else it selects by: "iam", "iam-2", "root-writes"
	Pattern string   // compact JSON of at most MaxPattern characters
	RuleIDs []string // the detection rules that want its events, sorted
	// Reads says that the rule delivers read-only calls and so needs the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
	Reads bool
	// Parts are, of a rule that Pack made, the names of the rules that it holds.
	Parts []string
}

// Render returns the EventBridge rules for a list of detection rules, one for each source, or more where a pattern would
// become too long or where some events are wanted of failed calls too. Equal lists give equal results. Every event that a
// rule's Pattern wants matches one of them at least; an event that is wanted by its name and by its caller matches two
// and is delivered twice.
//
// Patterns do not select by detail-type, whose spelling for sign-ins is not certain (docs/adr/0005). Where no rule looks
// at failed calls they leave out what has an errorCode: the detector would only throw it away.
func Render(rules []*detect.Rule) ([]Rule, error) {
	groups, err := groupsOf(rules)
	if err != nil {
		return nil, err
	}
	var out []Rule
	for _, g := range groups {
		for _, part := range g.byOutcome() {
			rendered, err := part.render()
			if err != nil {
				return nil, fmt.Errorf("eventbridge rule %s: %w", part.name(), err)
			}
			out = append(out, rendered...)
		}
	}
	for i := range out {
		base := out[i].Name
		for n := 2; slices.ContainsFunc(out[:i], func(o Rule) bool { return o.Name == out[i].Name }); n++ {
			out[i].Name = fmt.Sprintf("%s-%d", base, n)
		}
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// An outcome says of which calls events are wanted, the narrowest first.
type outcome int

const (
	succeeded outcome = iota
	denied            // and those that were denied
	whatever
)

func outcomeOf(r *detect.Rule) outcome {
	switch {
	case r.Attempts:
		return whatever
	case r.Denied:
		return denied
	}
	return succeeded
}

// A selector is what all events of a group have in common. User agents are left to the detector: EventBridge compares
// parts of a text by letter case.
type selector struct {
	source   string // eventSource; empty for every source
	identity string // userIdentity.type; empty for every caller
	errors   string // errorCodes, separated by spaces; empty where they do not matter
	writes   bool
	reads    bool
	own      bool
}

// OwnRoles stands in a pattern for the ARNs of Riposte's own roles, which a deployment puts in its place.
const OwnRoles = "${OwnRoles}"

// A group collects the event names that rules want under one selector.
type group struct {
	selector
	outcome outcome
	names   map[string]*wanted
	every   *wanted // who wants every name; nil for nobody
}

// wanted says who wants an event name, and how.
type wanted struct {
	dated   bool
	outcome outcome
	rules   map[string]bool
}

func (w *wanted) add(r *detect.Rule) {
	w.rules[r.ID] = true
	w.outcome = max(w.outcome, outcomeOf(r))
}

// groupsOf sorts what the rules want into groups, which it returns in a fixed order.
func groupsOf(rules []*detect.Rule) ([]*group, error) {
	bySelector := map[selector]*group{}
	for i, r := range rules {
		if r == nil {
			return nil, fmt.Errorf("rule %d is nil", i)
		}
		for _, e := range r.Pattern {
			if e.Source == "" && len(e.Names)+len(e.Errors)+len(e.Agents) == 0 && e.Identity == "" && !e.Own && !e.Every {
				return nil, fmt.Errorf("rule %s: its pattern selects nothing: correct it", r.ID)
			}
			s := selector{
				source: e.Source, identity: e.Identity, errors: strings.Join(e.Errors, " "), writes: e.Writes, reads: e.Reads, own: e.Own,
			}
			if bySelector[s] == nil {
				bySelector[s] = &group{selector: s, names: map[string]*wanted{}}
			}
			bySelector[s].add(r, e)
		}
	}
	groups := make([]*group, 0, len(bySelector))
	for _, g := range bySelector {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b *group) int {
		return cmp.Or(strings.Compare(a.name(), b.name()), strings.Compare(a.errors, b.errors))
	})
	return groups, nil
}

func (g *group) add(r *detect.Rule, e detect.Events) {
	if len(e.Names) == 0 {
		if g.every == nil {
			g.every = &wanted{rules: map[string]bool{}}
		}
		g.every.add(r)
	}
	for _, name := range e.Names {
		w := g.names[name]
		if w == nil {
			w = &wanted{rules: map[string]bool{}}
			g.names[name] = w
		}
		w.dated = w.dated || e.Dated
		w.add(r)
	}
}

// byOutcome splits a group by the calls that are wanted, so that no event is delivered twice for it.
func (g *group) byOutcome() []*group {
	if g.errors != "" {
		g.outcome = whatever // the errors say it
		return []*group{g}
	}
	var parts []*group
	for o := succeeded; o <= whatever; o++ {
		part := &group{selector: g.selector, outcome: o, names: map[string]*wanted{}}
		if g.every != nil && g.every.outcome == o {
			part.every = g.every
		}
		for name, w := range g.names {
			// What somebody wants of every name is delivered already, unless this name is wanted of more calls.
			if w.outcome == o || g.every != nil && w.outcome < o && g.every.outcome == o {
				part.names[name] = w
			}
		}
		if g.every != nil && g.every.outcome > o {
			continue
		}
		if part.every != nil || len(part.names) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
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
	for _, part := range []struct {
		is   bool
		name string
	}{{g.own, "own"}, {g.errors != "", "errors"}, {g.writes, "writes"}, {g.reads, "reads"}} {
		if part.is {
			parts = append(parts, part.name)
		}
	}
	if len(parts) == 0 {
		parts = []string{"everywhere"}
	}
	switch g.outcome {
	case denied:
		parts = append(parts, "denied")
	case whatever:
		if g.errors == "" {
			parts = append(parts, "failed")
		}
	case succeeded:
	}
	return strings.Join(parts, "-")
}

// render returns the group's EventBridge rules. Names are packed in alphabetical order into as few patterns as hold them.
func (g *group) render() ([]Rule, error) {
	if g.every != nil {
		ids := union(g.every.rules, nil)
		for _, w := range g.names {
			ids = union(ids, w.rules)
		}
		r, err := g.rule(1, nil, ids)
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
		p.Detail.EventSource = []any{g.source}
	} else if g.identity == "" && !g.own && len(names) == 0 {
		p.Detail.EventSource = []any{operator{"exists": true}} // AWS services send events of other kinds too
	}
	p.Detail.EventName = names
	if g.identity != "" || g.own {
		p.Detail.UserIdentity = g.identityPattern()
	}
	p.Detail.ErrorCode = g.errorCodes()
	switch { // some exporters write the boolean as text; a null would not survive CloudFormation, and no record has one
	case g.writes:
		p.Detail.ReadOnly = []any{false, operator{"equals-ignore-case": "false"}, operator{"exists": false}}
	case g.reads:
		p.Detail.ReadOnly = []any{true, operator{"equals-ignore-case": "true"}}
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
	return Rule{Name: name, Pattern: string(text), RuleIDs: sortedKeys(ids), Reads: g.reads}, nil
}

func (g *group) identityPattern() *identityPattern {
	var p identityPattern
	if g.identity != "" {
		p.Type = []string{g.identity}
	}
	if g.own {
		p.Session = &sessionPattern{}
		p.Session.Issuer.ARN = []string{OwnRoles}
	}
	return &p
}

// errorCodes returns what the pattern wants of the errorCode; nil for whatever it is.
func (g *group) errorCodes() []any {
	if g.errors != "" {
		return anyOf(strings.Fields(g.errors))
	}
	switch g.outcome {
	case succeeded:
		return []any{operator{"exists": false}}
	case denied:
		return append([]any{operator{"exists": false}}, anyOf(cloudtrail.DeniedCodes())...)
	case whatever:
	}
	return nil
}

func anyOf(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// operator is an EventBridge operator with its operand.
type operator map[string]any

// envelopePattern is a pattern on what EventBridge wraps around a CloudTrail record. Only AWS can send events whose
// source begins with "aws.", so every pattern names the source.
type envelopePattern struct {
	Source []any `json:"source"`
	Detail struct {
		EventSource  []any            `json:"eventSource,omitempty"`
		EventName    []any            `json:"eventName,omitempty"`
		UserIdentity *identityPattern `json:"userIdentity,omitempty"`
		ErrorCode    []any            `json:"errorCode,omitempty"`
		ReadOnly     []any            `json:"readOnly,omitempty"`
	} `json:"detail"`
}

type identityPattern struct {
	Type    []string        `json:"type,omitempty"`
	Session *sessionPattern `json:"sessionContext,omitempty"`
}

type sessionPattern struct {
	Issuer struct {
		ARN []string `json:"arn"`
	} `json:"sessionIssuer"`
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
