package report

import (
	"fmt"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// maxSteps bounds how many steps of a chain a message shows, and maxStep how long each is.
const (
	maxSteps = 10
	maxStep  = 110
)

// A Chain says what else belongs to an incident. It is empty where nothing does.
type Chain struct {
	Title string
	Steps []ChainStep
}

// A ChainStep is one finding of a chain.
type ChainStep struct {
	When    Line   // with the severity and the rule
	Summary string // what happened
}

// chain returns the chain that an incident leads or belongs to.
func chain(in ledger.Incident) Chain {
	c := in.Chain
	if c == nil || len(c.Timeline) < 2 {
		return Chain{}
	}
	out := Chain{Title: "Belongs together"}
	if c.Why != "" {
		out.Title = fmt.Sprintf("Attack chain, %s: %s", c.Severity, clean(c.Why, maxProse))
	}
	if in.PartOf != "" {
		out.Title += " (led by " + clean(c.Lead, maxValue) + ")"
	}
	shown := c.Timeline[max(0, len(c.Timeline)-maxSteps):]
	if n := len(c.Timeline) - len(shown) + c.LeftOut; n > 0 {
		out.Steps = append(out.Steps, ChainStep{When: Line{words(fmt.Sprintf("%d earlier ones are in the incident", n))}})
	}
	for _, s := range shown {
		line := Line{words(s.Time.UTC().Format("15:04:05") + " " + s.Severity.String() + " "), valueUpTo(s.Rule, 40)}
		if s.Incident == in.ID {
			line = append(line, words(", this one"))
		}
		out.Steps = append(out.Steps, ChainStep{line, clean(s.Summary, maxStep)})
	}
	return out
}

// weight returns how grave a message is: as grave as the chain that the incident belongs to.
func weight(in ledger.Incident) detect.Severity {
	if in.Chain == nil {
		return in.Severity
	}
	return max(in.Severity, in.Chain.Severity)
}
