package report

import (
	"fmt"
	"slices"

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
	end := len(c.Timeline)
	if i := slices.IndexFunc(c.Timeline, func(s ledger.Step) bool { return s.Incident == in.ID }); i >= 0 && i < end-maxSteps {
		end = i + 1 // what the message is about has to be among them
	}
	shown := c.Timeline[max(0, end-maxSteps):end]
	if n := end - len(shown) + c.LeftOut; n > 0 {
		out.Steps = append(out.Steps, elsewhere(n, "earlier"))
	}
	for _, s := range shown {
		line := Line{words(s.Time.UTC().Format("15:04:05") + " " + s.Severity.String() + " "), valueUpTo(s.Rule, 40)}
		if s.Incident == in.ID {
			line = append(line, words(", this one"))
		}
		out.Steps = append(out.Steps, ChainStep{line, clean(s.Summary, maxStep)})
	}
	if n := len(c.Timeline) - end; n > 0 {
		out.Steps = append(out.Steps, elsewhere(n, "later"))
	}
	return out
}

// elsewhere says that the incident holds steps that are not shown.
func elsewhere(n int, which string) ChainStep {
	if n == 1 {
		return ChainStep{When: Line{words("1 " + which + " one is in the incident")}}
	}
	return ChainStep{When: Line{words(fmt.Sprintf("%d %s ones are in the incident", n, which))}}
}
