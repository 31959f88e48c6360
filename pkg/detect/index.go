package detect

import (
	"errors"
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
)

// An Index finds the rules that want an event without asking each rule. It is safe for concurrent use.
type Index struct {
	byEvent  map[eventKey][]*Rule
	bySource map[string][]*Rule // rules that want every name of a source
	byCaller map[string][]*Rule // rules that want every source, by userIdentity.type
}

type eventKey struct{ source, name string }

// NewIndex indexes rules, which Validate must have passed.
func NewIndex(rules []*Rule) *Index {
	x := &Index{byEvent: map[eventKey][]*Rule{}, bySource: map[string][]*Rule{}, byCaller: map[string][]*Rule{}}
	for _, r := range rules {
		for _, e := range r.Pattern {
			switch {
			case e.Source == "":
				x.byCaller[e.Identity] = append(x.byCaller[e.Identity], r)
			case len(e.Names) == 0:
				x.bySource[e.Source] = append(x.bySource[e.Source], r)
			}
			if e.Source != "" {
				for _, name := range e.Names {
					k := eventKey{e.Source, name}
					x.byEvent[k] = append(x.byEvent[k], r)
				}
			}
		}
	}
	return x
}

// Wants reports whether some rule wants an event with this route. It allocates nothing.
func (x *Index) Wants(r cloudtrail.Route) bool {
	if !r.Complete {
		return true // the scanner met something unusual: let the full decoder look
	}
	return len(x.byEvent[eventKey{string(r.Source), string(r.Name)}]) > 0 ||
		len(x.bySource[string(r.Source)]) > 0 || len(x.byCaller[string(r.Identity)]) > 0
}

// Match returns what the rules find in an event. A rule that fails or panics on an event yields a finding that says so:
// nothing is dropped.
func (x *Index) Match(e *cloudtrail.Event) []Finding {
	var out []Finding
	seen := map[*Rule]bool{}
	for _, rules := range [][]*Rule{
		x.byEvent[eventKey{e.Source, e.Name}], x.bySource[e.Source], x.byCaller[e.Identity.Type],
	} {
		for _, r := range rules {
			if seen[r] || !r.Pattern.Matches(e) || (e.Failed() && !r.Attempts) {
				continue
			}
			seen[r] = true
			found, err := r.match(e)
			if err != nil {
				found = append(found, unjudged(r, e, err))
			}
			for _, f := range found {
				out = append(out, r.complete(f, e))
			}
		}
	}
	return out
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
	if sel.Source != "" && sel.Source != e.Source || sel.Identity != "" && sel.Identity != e.Identity.Type {
		return false
	}
	if sel.Writes && e.ReadOnly {
		return false
	}
	return len(sel.Names) == 0 || slices.Contains(sel.Names, e.Name)
}

func (r *Rule) match(e *cloudtrail.Event) (found []Finding, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rule %s panicked: %v", r.ID, p)
		}
	}()
	return r.Match(e)
}

func (r *Rule) complete(f Finding, e *cloudtrail.Event) Finding {
	f.Rule, f.Class, f.Title, f.Why = r.ID, r.Class, r.Title, r.Why()
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
