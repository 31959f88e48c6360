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
	MaxSteps      = 50  // incidents that one chain joins
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
	return Step{
		Incident: in.ID, Event: in.Finding.Event.ID, Time: in.Finding.Event.Time, Rule: in.Rule, Severity: in.Finding.Severity,
		Tactic: in.Finding.Tactic, Title: in.Title, Summary: detect.Line(in.Summary, maxStepText),
		Resource: detect.Line(in.Resource, maxStepText), Mode: in.Mode,
	}
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
		if s.Tactic != "" && s.Severity >= detect.Medium && !slices.Contains(tactics, s.Tactic) {
			tactics = append(tactics, s.Tactic)
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

// With returns the chain with one more step, or as it is where the step stands there already.
func (c Chain) With(s Step) Chain {
	if slices.ContainsFunc(c.Timeline, func(old Step) bool { return old.Incident == s.Incident }) {
		return c
	}
	return Weighed(c.Lead, append(slices.Clone(c.Timeline), s))
}

// Recent returns the chain with its last steps only, at most so many, for a message.
func (c Chain) Recent(most int) Chain {
	if n := len(c.Timeline); n > most {
		c.Timeline = c.Timeline[n-most:]
	}
	return c
}
