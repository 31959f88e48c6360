package detect

import (
	"encoding/json"
	"slices"

	"riposte/pkg/cloudtrail"
)

// A State is what one aspect of a resource is like after an event.
type State struct {
	Aspect   string // as the remedy names it that restores it: "trust-policy"
	Resource Resource
	Name     string          // of the part of the resource, such as an inline policy; empty where there is only one
	State    json.RawMessage // as the remedy's lens writes it
}

// Key names the aspect within an account and a region.
func (s State) Key() string {
	return AspectKey(string(s.Resource.Type), s.Resource.Parent, s.Resource.ID, s.Name)
}

// AspectKey names a resource, and the part of it that is meant, for what is remembered about it.
func AspectKey(kind, parent, id, name string) string {
	raw, err := json.Marshal([]string{kind, parent, id, name})
	if err != nil {
		return kind + "/" + id // unreachable: texts can be written
	}
	return string(raw)
}

// Good returns the states that an event left behind, by the rules that can tell. It is asked also where a rule found something
// risky: people may keep what they are told of, and then it is what a later change is put back to.
func (x *Index) Good(e *cloudtrail.Event) []State {
	if e.Failed() || e.Time.IsZero() {
		return nil
	}
	var out []State
	var seen []*Rule
	for _, rules := range x.candidates(e) {
		for _, r := range rules {
			if r.Good == nil && r.GoodParts == nil || slices.Contains(seen, r) || !r.Wants(e) {
				continue
			}
			seen = append(seen, r)
			out = append(out, r.good(e)...)
		}
	}
	return out
}

// good asks a rule, whose panic means that nothing is known.
func (r *Rule) good(e *cloudtrail.Event) (states []State) {
	defer func() {
		if recover() != nil {
			states = nil
		}
	}()
	if r.Good != nil {
		if s, ok := r.Good(e); ok {
			states = append(states, s)
		}
	}
	if r.GoodParts != nil {
		states = append(states, r.GoodParts(e)...)
	}
	return states
}
