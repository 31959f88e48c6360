package main

import (
	"slices"

	"riposte/internal/corpus"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/routing"
)

// A tally counts the events of one file, one EventBridge rule or one event name.
type tally struct {
	in       int
	routed   int
	failed   int // routed calls that failed
	found    int // routed events with a finding
	told     int // routed events with a finding that people are told under the default configuration
	findings int
}

// idle returns how many events woke the detector for nothing.
func (t *tally) idle() int { return t.routed - t.found }

// A route is an EventBridge rule with its matcher.
type route struct {
	routing.Rule
	matcher *routing.Matcher
}

// A meter routes events as EventBridge does and counts what comes of them.
type meter struct {
	index  *detect.Index
	policy *decide.Policy
	routes []route

	files  map[string]*tally
	rules  map[string]*tally // by EventBridge rule
	names  map[string]*tally // by source and event name
	off    []string          // the EventBridge rules for read-only events that are not deployed
	unseen map[string]int    // findings in events that no EventBridge rule delivers, by rule and event name
	idle   []string          // the events that were routed and gave no finding
}

// newMeter deploys the EventBridge rules of the given rules under the default configuration, those for read-only events
// only where asked.
func newMeter(rules []*detect.Rule, reads bool) (*meter, error) {
	rendered, err := routing.Render(rules)
	if err != nil {
		return nil, err
	}
	m := &meter{
		index: detect.NewIndex(rules).In(catalog.EstateOf(config.Default())), policy: decide.New(config.Default(), decide.Options{}),
		files: map[string]*tally{}, rules: map[string]*tally{}, names: map[string]*tally{}, unseen: map[string]int{},
	}
	for _, r := range rendered {
		if r.Reads && !reads {
			m.off = append(m.off, r.Name)
			continue
		}
		matcher, err := routing.Parse([]byte(r.Pattern))
		if err != nil {
			return nil, err
		}
		m.routes = append(m.routes, route{r, matcher})
		m.rules[r.Name] = &tally{}
	}
	return m, nil
}

// add routes one event and counts it.
func (m *meter) add(file string, row corpus.Row) error {
	ev, err := row.Event()
	if err != nil {
		return err
	}
	envelope, err := row.Envelope()
	if err != nil {
		return err
	}
	found := m.index.Match(ev)
	name := ev.Source + " " + ev.Name
	routed := false
	for _, r := range m.routes {
		if !delivers(r, ev) {
			continue
		}
		matched, err := r.matcher.Match(envelope)
		if err != nil {
			return err
		}
		if matched {
			routed = true
			own := slices.DeleteFunc(slices.Clone(found), func(f detect.Finding) bool { return !slices.Contains(r.RuleIDs, f.Rule) })
			m.count(m.rules[r.Name], ev, own, true)
		}
	}
	m.count(of(m.files, file), ev, found, routed)
	m.count(of(m.names, name), ev, found, routed)
	if routed && len(found) == 0 {
		m.idle = append(m.idle, row.ID+" "+name)
	}
	if !routed {
		for _, f := range found {
			m.unseen[f.Rule+" on "+name]++
		}
	}
	return nil
}

// delivers reports whether EventBridge offers an event to a rule at all: a rule in the ordinary state sees no management
// event that only reads.
func delivers(r route, ev *cloudtrail.Event) bool {
	management := ev.Category == "" || ev.Category == "Management"
	return r.Reads || !ev.ReadOnly || !management
}

func (m *meter) count(t *tally, ev *cloudtrail.Event, found []detect.Finding, routed bool) {
	t.in++
	if !routed {
		return
	}
	t.routed++
	if ev.Failed() {
		t.failed++
	}
	if len(found) > 0 {
		t.found++
	}
	if slices.ContainsFunc(found, m.told) {
		t.told++
	}
	t.findings += len(found)
}

// told reports whether people are told of a finding under the default configuration. One of a series only adds to it.
func (m *meter) told(f detect.Finding) bool {
	return f.Rate == nil && m.policy.Decide(f, decide.Facts{Now: f.Event.Time}).Mode != decide.Off
}

func of(m map[string]*tally, key string) *tally {
	if m[key] == nil {
		m[key] = &tally{}
	}
	return m[key]
}
