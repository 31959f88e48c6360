package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A Printer writes stories for a person.
type Printer struct {
	Out    io.Writer
	Colour bool

	told []Story
	err  error
}

// The colours of a terminal.
const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
	amber = "33"
	blue  = "36"
)

// Story writes one story.
func (p *Printer) Story(s Story) error {
	p.told = append(p.told, s)
	p.line("\n%s %s", p.paint(bold+";"+blue, fmt.Sprintf("━━ %d", len(p.told))), p.paint(bold, s.Title))
	if s.Event != "" {
		p.line("   %-10s %s, by %s", "event", s.Event, routes(s))
	}
	for n, event := range s.Chain {
		p.line("   %-10s %s", fmt.Sprintf("event %d", n+1), event)
	}
	if s.Undo != "" {
		p.line("   %-10s riposte undo %s", "command", s.Undo)
	}
	if s.Refused != "" {
		p.line("   %s %s", p.paint(red, pad("refused")), s.Refused)
	}
	if len(s.Incidents) == 0 {
		p.line("   %-10s no rule finds a change in it: no incident, no message, no call", "outcome")
	}
	for _, in := range s.Incidents {
		p.incident(s, in)
	}
	if len(s.Chain) > 0 {
		p.chain(s)
	}
	p.slack(s)
	return p.err
}

// chain writes what the incidents of a story are together. The first of them leads.
func (p *Printer) chain(s Story) {
	for _, in := range s.Incidents {
		if in.Chain == nil || in.PartOf != "" {
			continue
		}
		p.line("   %-10s %s, led by %s: %s", "together", p.paint(severityColour(in.Severity), in.Severity.String()), in.ID, in.Chain.Why)
		for _, step := range in.Chain.Timeline {
			p.line("     %s %-8s %s  %s", step.Time.Format(time.TimeOnly), step.Severity, step.Rule, step.Summary)
		}
	}
}

// slack writes the messages: the last about an incident or a chain whole, those that it follows by their first two lines.
func (p *Printer) slack(s Story) {
	const opening = 2
	for n, text := range s.Slack {
		lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
		if followed := n+1 < len(s.Slack) && (len(s.Incidents) == 1 || len(s.Chain) > 0); followed && len(lines) > opening {
			lines = append(lines[:opening:opening], "…")
		}
		p.line("   %s", p.paint(dim, "in Slack"))
		for _, l := range lines {
			p.line("   %s %s", p.paint(dim, "│"), l)
		}
	}
}

func routes(s Story) string {
	if len(s.RoutedBy) == 0 {
		return "no EventBridge rule"
	}
	text := "EventBridge rule " + strings.Join(s.RoutedBy, " and rule ")
	if s.Delivered > len(s.RoutedBy) {
		text += ", delivered twice"
	}
	return text
}

func (p *Printer) incident(s Story, in ledger.Incident) {
	if s.Undo == "" {
		actor := in.Finding.Actor
		p.line("   %-10s %s", "what", in.Summary)
		p.line("   %-10s %s, from %s, %s", "by whom", detect.Text(actor.ARN), detect.Text(actor.SourceIP), mfa(actor.MFA))
		p.line("   %-10s account %s, region %s, %s", "where", in.Account, in.Region, in.Times.Event.Format(time.DateTime))
		p.line("   %-10s %s: %s", "why risky", p.paint(severityColour(in.Severity), in.Severity.String()), in.Finding.Why)
		p.line("   %-10s %s: %s", "decided", p.paint(bold, in.Mode), in.Reason)
	}
	for _, n := range in.Notes {
		if n.By != "riposte" {
			p.line("   %-10s %s: %s", "person", n.By, n.Text)
		}
	}
	for _, c := range in.Changes {
		p.change(s, c)
	}
	p.line("   %-10s %s is %s", "outcome", in.ID, p.paint(stateColour(in.State), string(in.State)))
}

func (p *Printer) change(s Story, c ledger.Change) {
	from, to := c.Before, c.After
	if s.Undo != "" {
		from, to = to, from
	}
	p.line("   %-10s %s", "change", c.Summary)
	p.line("     %-8s %s", "before", value(from))
	p.line("     %-8s %s", "after", value(to))
	if s.Refused == "" && len(c.ReadBack) > 0 {
		p.line("   %s read back from the account: %s", p.paint(green, pad("verified")), value(c.ReadBack))
	}
}

// value writes a state for a person: a JSON text as what it says.
func value(raw json.RawMessage) string {
	const most = 300
	text := string(raw)
	var plain string
	if json.Unmarshal(raw, &plain) == nil {
		text = plain
	}
	if text == "" {
		return "(nothing)"
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}

// Summary writes the table at the end.
func (p *Printer) Summary() error {
	p.line("\n%s", p.paint(bold, "Summary"))
	w := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "#\tRULE\tSEVERITY\tRESOURCE\tMODE\tACTION\tSTATE")
	for n, s := range p.told {
		if len(s.Incidents) == 0 {
			fmt.Fprintf(w, "%d\t-\t-\t%s\t-\t-\tno finding\n", n+1, s.Event)
		}
		for _, in := range s.Incidents {
			mode, state := in.Mode, string(in.State)
			switch {
			case s.Refused != "":
				mode, state = "undo", "refused"
			case s.Undo != "":
				mode = "undo"
			}
			action := in.Action
			if action == "" {
				action = "-"
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", n+1, in.Rule, in.Severity, short(in.Resource), mode, action, state)
		}
	}
	if err := w.Flush(); p.err == nil {
		p.err = err
	}
	return p.err
}

func short(resource string) string {
	const most = 44
	resource = detect.Text(resource)
	if runes := []rune(resource); len(runes) > most {
		return "…" + string(runes[len(runes)-most:])
	}
	return resource
}

func (p *Printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.Out, format+"\n", args...)
	}
}

func (p *Printer) paint(code, text string) string {
	if !p.Colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func pad(label string) string { return fmt.Sprintf("%-10s", label) }

func mfa(yes bool) string {
	if yes {
		return "with MFA"
	}
	return "no MFA on record"
}

func severityColour(s detect.Severity) string {
	if s >= detect.High {
		return red
	}
	return amber
}

func stateColour(s ledger.State) string {
	switch s {
	case ledger.Remediated, ledger.Undone, ledger.Resolved, ledger.Suppressed, ledger.Kept, ledger.Dismissed:
		return green
	case ledger.Failed:
		return red
	case ledger.Open, ledger.Asked, ledger.Approved, ledger.Remediating, ledger.Undoing:
		return amber
	}
	return amber
}
