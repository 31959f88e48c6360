package detect

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"riposte/pkg/cloudtrail"
)

// An Index finds the rules that want an event without asking each rule. It is safe for concurrent use.
type Index struct {
	byEvent  map[eventKey][]*Rule
	bySource map[string][]*Rule // rules that want every name of a source
	byName   map[string][]*Rule // rules that want a name of every source
	byCaller map[string][]*Rule // rules that want every source, by userIdentity.type
	byError  map[string][]*Rule // rules that want every source, by errorCode
	own      []*Rule            // rules that want what Riposte's own roles do
	sessions [][]byte           // what the ARNs of their sessions contain
	byAgent  []agentRule        // rules that want every source, by a part of the userAgent
	every    []*Rule
	broad    []*Rule                  // rules of every event, about which wants is asked in place of their patterns
	wants    func(record []byte) bool // nil where there are none
	estate   *cloudtrail.Estate
	derived  *sync.Map // of *Rule to derived, filled by the rules that find something
}

// derived is what follows from a rule alone, so that it is not worked out for every finding.
type derived struct{ why, tactic string }

type eventKey struct{ source, name string }

type agentRule struct {
	part string // in lower case
	rule *Rule
}

// NewIndex indexes rules, which Validate must have passed.
func NewIndex(rules []*Rule) *Index {
	x := &Index{
		byEvent: map[eventKey][]*Rule{}, bySource: map[string][]*Rule{}, byName: map[string][]*Rule{},
		byCaller: map[string][]*Rule{}, byError: map[string][]*Rule{}, derived: &sync.Map{},
	}
	for _, r := range rules {
		for _, e := range r.Pattern {
			x.add(r, e)
		}
	}
	return x
}

// In returns an index of the same rules that tells them what the operator says about the accounts around an event.
func (x *Index) In(estate *cloudtrail.Estate) *Index {
	in := *x
	in.estate, in.sessions = estate, nil
	if len(x.own) > 0 {
		for _, role := range estate.OwnRoles {
			in.sessions = append(in.sessions, []byte(":assumed-role/"+role[strings.LastIndexByte(role, '/')+1:]+"/"))
		}
	}
	return &in
}

// WithBroad returns an index that knows more rules, which look at every event. Not to decode every record for them, wants
// says whether one of them may find something in it.
func (x *Index) WithBroad(rules []*Rule, wants func(record []byte) bool) *Index {
	with := *x
	with.broad, with.wants = rules, wants
	return &with
}

// WantsRecord reports whether some rule wants a record, or the EventBridge event that carries it. A record that no rule
// wants need not be decoded.
func (x *Index) WantsRecord(b []byte) bool {
	return x.Wants(cloudtrail.Scan(b)) || x.wants != nil && x.wants(b)
}

// add files a rule under the narrowest of what a selection names.
func (x *Index) add(r *Rule, e Events) {
	switch {
	case e.Source != "" && len(e.Names) > 0:
		for _, name := range e.Names {
			k := eventKey{e.Source, name}
			x.byEvent[k] = append(x.byEvent[k], r)
		}
	case e.Source != "":
		x.bySource[e.Source] = append(x.bySource[e.Source], r)
	case len(e.Names) > 0:
		for _, name := range e.Names {
			x.byName[name] = append(x.byName[name], r)
		}
	case len(e.Errors) > 0:
		for _, code := range e.Errors {
			x.byError[code] = append(x.byError[code], r)
		}
	case len(e.Agents) > 0:
		for _, part := range e.Agents {
			x.byAgent = append(x.byAgent, agentRule{strings.ToLower(part), r})
		}
	case e.Own:
		x.own = append(x.own, r)
	case e.Identity != "":
		x.byCaller[e.Identity] = append(x.byCaller[e.Identity], r)
	default:
		x.every = append(x.every, r)
	}
}

// Wants reports whether some rule wants an event with this route, rules of every event that WithBroad added left aside. It
// allocates nothing.
func (x *Index) Wants(r cloudtrail.Route) bool {
	if !r.Complete {
		return true // the scanner met something unusual: let the full decoder look
	}
	if len(x.every) > 0 || len(x.byEvent[eventKey{string(r.Source), string(r.Name)}]) > 0 ||
		len(x.bySource[string(r.Source)]) > 0 || len(x.byCaller[string(r.Identity)]) > 0 {
		return true
	}
	if len(x.byName) > 0 && len(x.byName[string(r.Name)]) > 0 || len(r.Error) > 0 && len(x.byError[string(r.Error)]) > 0 {
		return true
	}
	for _, session := range x.sessions {
		if bytes.Contains(r.Caller, session) {
			return true
		}
	}
	for i := range x.byAgent {
		if mayContain(r.Agent, x.byAgent[i].part) {
			return true
		}
	}
	return false
}

// candidates returns the lists of rules that may want an event.
func (x *Index) candidates(e *cloudtrail.Event) [][]*Rule {
	lists := [][]*Rule{
		x.byEvent[eventKey{e.Source, e.Name}], x.bySource[e.Source], x.byName[e.Name], x.byCaller[e.Identity.Type],
		x.byError[e.ErrorCode], x.every, x.broad,
	}
	if e.ByOwnRole() {
		lists = append(lists, x.own)
	}
	for i := range x.byAgent {
		if containsFold(e.UserAgent, x.byAgent[i].part) {
			lists = append(lists, []*Rule{x.byAgent[i].rule})
		}
	}
	return lists
}

// Match returns what the rules find in an event. A rule that fails or panics on an event yields a finding that says so:
// nothing is dropped.
func (x *Index) Match(e *cloudtrail.Event) []Finding {
	if x.estate != nil && e.Estate == nil {
		told := *e
		told.Estate = x.estate
		e = &told
	}
	var out []Finding
	var seen []*Rule
	for _, rules := range x.candidates(e) {
		for _, r := range rules {
			if slices.Contains(seen, r) || !r.Wants(e) {
				continue
			}
			seen = append(seen, r)
			found, err := r.match(e)
			if err != nil {
				found = append(found, unjudged(r, e, err))
			}
			if e.Failed() && !r.Attempts {
				found = r.denied(found, err, e)
			}
			for _, f := range found {
				out = append(out, r.complete(f, e, x.derivedOf(r)))
			}
		}
	}
	return out
}

// Wants reports whether a rule looks at an event: one that its pattern selects, and that of a call that failed only where
// the rule says so.
func (r *Rule) Wants(e *cloudtrail.Event) bool {
	return (r.Attempts || !e.Failed() || r.Denied && e.Denied()) && r.Pattern.Matches(e)
}

func (x *Index) derivedOf(r *Rule) derived {
	if known, ok := x.derived.Load(r); ok {
		return known.(derived)
	}
	d := derived{r.Why(), r.Tactic()}
	x.derived.Store(r, d)
	return d
}

// Matches reports whether an event is one that the pattern wants.
func (p Pattern) Matches(e *cloudtrail.Event) bool {
	for _, sel := range p {
		if sel.matches(e) {
			return true
		}
	}
	return false
}

func (sel Events) matches(e *cloudtrail.Event) bool {
	switch {
	case sel.Source != "" && sel.Source != e.Source, sel.Identity != "" && sel.Identity != e.Identity.Type,
		sel.Writes && e.ReadOnly, sel.Reads && !e.ReadOnly, sel.Own && !e.ByOwnRole(),
		len(sel.Names) > 0 && !slices.Contains(sel.Names, e.Name),
		len(sel.Errors) > 0 && !slices.Contains(sel.Errors, e.ErrorCode):
		return false
	}
	return len(sel.Agents) == 0 || slices.ContainsFunc(sel.Agents, func(part string) bool {
		return containsFold(e.UserAgent, strings.ToLower(part))
	})
}

func (r *Rule) match(e *cloudtrail.Event) (found []Finding, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rule %s panicked: %v", r.ID, p)
		}
	}()
	return r.Match(e)
}

func (r *Rule) complete(f Finding, e *cloudtrail.Event, d derived) Finding {
	f.Rule, f.Class, f.Title, f.Why, f.Tactic = r.ID, r.Class, r.Title, d.why, d.tactic
	f.Summary, f.Unjudged = Line(f.Summary, maxSummary), Line(f.Unjudged, maxSummary)
	if f.Severity == Inherit {
		f.Severity = r.Severity
	}
	if f.Actions == nil {
		f.Actions = r.Actions
	}
	if f.Unjudged != "" {
		f.Actions = []string{}
	}
	f.Attempt = f.Attempt || e.Failed()
	if f.Rate != nil {
		f.Rate = f.Rate.bounded()
	}
	f.Actor, f.Event = actorOf(e), refOf(e)
	return f
}

func unjudged(r *Rule, e *cloudtrail.Event, err error) Finding {
	why := err.Error()
	if errors.Is(err, cloudtrail.ErrOmitted) {
		why += ": CloudTrail leaves out payloads over its limits; look at the resource itself"
	}
	return Finding{
		Severity: r.Severity,
		Summary:  fmt.Sprintf("%s by %s cannot be judged: %s", Text(e.Name), Text(e.Identity.Name()), why),
		Resource: Resource{Type: Account, ID: e.Account},
		Unjudged: why,
		Actions:  []string{},
	}
}
