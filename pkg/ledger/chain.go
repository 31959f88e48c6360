package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
)

// Bounds of a chain.
const (
	MaxSteps      = 50  // that a timeline has
	maxStepText   = 200 // characters of a step's summary
	tacticsToHigh = 2
	tacticsToCrit = 3
)

// A Chain is what one actor did, or what was done with one principal, within a short time: several incidents that belong
// together. The first of them leads; its severity rises with what the chain shows.
type Chain struct {
	Lead     string          `json:"lead"`
	Severity detect.Severity `json:"severity"`
	Why      string          `json:"why,omitempty"` // the tactics, where there are several; empty where there are not
	Timeline []Step          `json:"timeline"`      // by the time of the events
	// LeftOut counts the steps that stood in the timeline, or stand in the lead's, and not in this one.
	LeftOut int `json:"left_out,omitempty"`
}

// A Step is one incident of a chain.
type Step struct {
	Incident string          `json:"incident"`
	Event    string          `json:"event"`
	Time     time.Time       `json:"time"`
	Rule     string          `json:"rule"`
	Severity detect.Severity `json:"severity"`
	Tactic   string          `json:"tactic,omitempty"`
	Title    string          `json:"title"`
	Summary  string          `json:"summary"`
	Resource string          `json:"resource"`
	Mode     string          `json:"mode"`
}

// StepOf returns an incident as a step of a chain.
func StepOf(in Incident) Step {
	short := func(text string) string { return detect.Line(text, maxStepText) }
	return Step{
		Incident: in.ID, Event: short(in.Finding.Event.ID), Time: in.Finding.Event.Time, Rule: short(in.Rule),
		Severity: in.Finding.Severity, Tactic: short(in.Finding.Tactic), Title: short(in.Title), Summary: short(in.Summary),
		Resource: short(in.Resource), Mode: in.Mode,
	}
}

// aim returns the tactic by which a step raises its chain, or "".
func (s Step) aim() string {
	if s.Severity < detect.Medium {
		return ""
	}
	return s.Tactic
}

// Weighed returns a chain of some steps, with the severity that they have together: that of the gravest, raised to high
// where what was done serves two tactics and to critical where it serves three. Steps below medium raise nothing.
func Weighed(lead string, steps []Step) Chain {
	c := Chain{Lead: lead, Timeline: slices.Clone(steps)}
	slices.SortFunc(c.Timeline, func(a, b Step) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Incident, b.Incident))
	})
	var tactics []string
	for _, s := range c.Timeline {
		c.Severity = max(c.Severity, s.Severity)
		if aim := s.aim(); aim != "" && !slices.Contains(tactics, aim) {
			tactics = append(tactics, aim)
		}
	}
	switch {
	case len(tactics) >= tacticsToCrit:
		c.Severity = detect.Critical
	case len(tactics) >= tacticsToHigh:
		c.Severity = max(c.Severity, detect.High)
	default:
		return c
	}
	span := c.Timeline[len(c.Timeline)-1].Time.Sub(c.Timeline[0].Time).Round(time.Second)
	c.Why = fmt.Sprintf("%d tactics within %s: %s", len(tactics), span, strings.Join(tactics, ", "))
	return c
}

// With returns the chain with one more step, or as it is where the step stands there already. A full timeline takes only
// what makes the chain graver, in the place of the step that says least: many findings that mean little must not keep out
// the one that matters.
func (c Chain) With(s Step) Chain {
	if c.Has(s.Incident) {
		return c
	}
	steps, leftOut := append(slices.Clone(c.Timeline), s), c.LeftOut
	for len(steps) > MaxSteps {
		least := leastOf(c.Lead, steps)
		if least < 0 || steps[least].Incident == s.Incident || !c.graverWith(s) {
			return c
		}
		steps, leftOut = slices.Delete(steps, least, least+1), leftOut+1
	}
	c = Weighed(c.Lead, steps)
	c.LeftOut = leftOut
	return c
}

// Has reports whether an incident stands in the timeline.
func (c Chain) Has(incident string) bool {
	return slices.ContainsFunc(c.Timeline, func(s Step) bool { return s.Incident == incident })
}

// graverWith reports whether a step is graver than the chain, or serves a tactic that no other serves.
func (c Chain) graverWith(s Step) bool {
	return s.Severity > c.Severity || s.aim() != "" && !slices.ContainsFunc(c.Timeline, func(o Step) bool { return o.aim() == s.aim() })
}

// leastOf returns the place of the step that says least: neither the lead nor the only one of its tactic, and of these the
// least severe, the oldest first; -1 where there is none.
func leastOf(lead string, steps []Step) int {
	served := map[string]int{}
	for _, s := range steps {
		served[s.aim()]++
	}
	least := -1
	for n, s := range steps {
		if s.Incident == lead || s.aim() != "" && served[s.aim()] == 1 {
			continue
		}
		if least < 0 || s.Severity < steps[least].Severity {
			least = n
		}
	}
	return least
}

// Recent returns the chain with its last steps only, at most so many, for a message.
func (c Chain) Recent(most int) Chain {
	if n := len(c.Timeline) - most; n > 0 {
		c.Timeline, c.LeftOut = c.Timeline[n:], c.LeftOut+n
	}
	return c
}
