package sigma

import (
	"slices"
	"sync"
	"sync/atomic"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// A Set holds the rules of a folder. It is safe for concurrent use.
type Set struct {
	Rules []*detect.Rule // in the order of their IDs

	fields *cloudtrail.Fields
	last   atomic.Pointer[eventExtract]

	// What Wants needs: the rules that look at every event, and the fields that those look at.
	broad       []node
	needles     [][]byte // one for each of them, or none
	broadFields *cloudtrail.Fields
	spare       atomic.Pointer[extract] // of whoever asked last, so that asking allocates nothing
}

// An eventExtract is the extract of one event, which all rules share that look at it.
type eventExtract struct {
	mu    sync.Mutex
	event *cloudtrail.Event
	extract
}

// Broad returns the other rules, which look at every event.
func (s *Set) Broad() []*detect.Rule {
	return slices.DeleteFunc(slices.Clone(s.Rules), func(r *detect.Rule) bool { return !selectsEverything(r) })
}

// Narrow returns the rules whose patterns select some events only: an index of them, together with Wants, tells which
// records have to be decoded.
func (s *Set) Narrow() []*detect.Rule {
	return slices.DeleteFunc(slices.Clone(s.Rules), selectsEverything)
}

func selectsEverything(r *detect.Rule) bool {
	return slices.ContainsFunc(r.Pattern, func(e detect.Events) bool { return e.Every })
}

// of returns the extract of an event. The rules look at one event after the other, so that the last one is enough to
// remember; two goroutines at two events make theirs anew.
func (s *Set) of(ev *cloudtrail.Event) (*eventExtract, error) {
	if x := s.last.Load(); x != nil && x.event == ev {
		return x, nil
	}
	x := &eventExtract{event: ev}
	if !x.read(s.fields, ev.Record) {
		return nil, errUnreadable
	}
	s.last.Store(x)
	return x, nil
}

// Wants reports whether one of the rules whose pattern is every event may find something in a record, or in the
// EventBridge event that carries it. It decodes nothing and, as a rule, allocates nothing: a caller that routes by
// patterns can ask it in place of those rules' patterns. Where it cannot tell it says yes.
func (s *Set) Wants(b []byte) bool {
	if len(s.broad) == 0 || len(s.needles) > 0 && !mayHold(b, s.needles) {
		return false
	}
	x := s.spare.Swap(nil)
	if x == nil {
		x = &extract{}
	}
	defer s.spare.Store(x)
	if !x.reset(s.broadFields.FindAny(b, &x.values)) {
		return true
	}
	x.steps = 0
	for _, condition := range s.broad {
		if condition.holds(x) || x.steps > maxSteps {
			return true
		}
	}
	return false
}
