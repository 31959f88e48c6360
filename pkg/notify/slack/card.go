package slack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/actions"
	answers "riposte/pkg/answer"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
	"riposte/pkg/slackapp"
)

// How much of a chain a card shows.
const (
	maxParts = 12 // parts whose state is looked up
	maxRows  = 5  // of them with buttons of their own
)

// A view is what a card shows: incidents as the ledger has them now.
type view struct {
	lead  ledger.Incident
	parts []ledger.Incident
	ends  map[string]ending
}

// A Card is a message with buttons.
type Card struct {
	Text   string
	Blocks []any // Block or Actions
}

// Actions is a Block Kit block of buttons.
type Actions struct {
	Type     string   `json:"type"`
	BlockID  string   `json:"block_id"`
	Elements []Button `json:"elements"`
}

// A Button is a Block Kit button. https://docs.slack.dev/reference/block-kit/block-elements/button-element
type Button struct {
	Type     string     `json:"type"`
	Text     TextObject `json:"text"`
	ActionID string     `json:"action_id"`
	Value    string     `json:"value"`
	Style    string     `json:"style,omitempty"`
	Confirm  *Confirm   `json:"confirm,omitempty"`
}

// A Confirm is the dialog that asks once more.
type Confirm struct {
	Title   TextObject `json:"title"`
	Text    TextObject `json:"text"`
	Confirm TextObject `json:"confirm"`
	Deny    TextObject `json:"deny"`
	Style   string     `json:"style,omitempty"`
}

// The most that a card's own parts may have; the others are as in Render. All together stay far below what Slack takes.
const (
	maxCardFacts   = 1500
	maxCardChanges = 1200
	maxLegend      = 700
	maxConfirm     = 290
)

// cardOf draws a card: who did what where, what was done about it, and what to do now. All else is in the thread.
func cardOf(v view) Card {
	m := standingMessage(v.lead)
	r := report.Of(m)
	lead, more := now(v.lead, r)
	text := severity(r.Severity) + ": " + r.Title + " (account " + v.lead.Account + "). " + lead
	c := Card{Text: fit(report.Clean(text), maxStanding)}
	p := &Payload{}
	title := mark(r.Severity) + " " + severity(r.Severity) + " · " + r.Title
	p.Blocks = append(p.Blocks, Block{Type: header, Text: new(plain(fit(title, maxHeader)))})
	p.section(marked("*" + fit(lead, 100) + "* " + fit(more, maxStanding-104)))
	p.sentence("", r.Summary)
	p.sentence(r.Error.Label, r.Error.Text)
	p.cardFacts(r.Facts)
	p.cardChanges(r.Changes)
	p.notDone(r.NotDone[:min(1, len(r.NotDone))])
	p.countdown(v.lead, v.ends)
	p.waiting(v.lead)
	p.timeline(v)
	c.add(p)
	c.buttons(v.lead, 0)
	c.rows(v)
	p.Blocks = append(p.Blocks, Block{Type: small, Elements: []TextObject{
		marked(line(append(report.Line{{Text: "Details, commands and history are in the thread. "}}, r.Footer...), maxFooter)),
	}})
	c.add(p)
	return c
}

// add moves blocks that were made as a webhook's into the card.
func (c *Card) add(p *Payload) {
	for _, b := range p.Blocks {
		c.Blocks = append(c.Blocks, b)
	}
	p.Blocks = nil
}

// standingMessage returns the message that says how an incident stands.
func standingMessage(in ledger.Incident) notify.Message {
	kind := notify.IncidentOpened
	switch in.State {
	case ledger.Remediated:
		kind = notify.IncidentRemediated
	case ledger.Failed:
		kind = notify.RemediationFailed
	case ledger.Resolved:
		kind = notify.IncidentResolved
	case ledger.Undone:
		kind = notify.IncidentUndone
	case ledger.Kept:
		kind = notify.IncidentKept
	case ledger.Dismissed:
		kind = notify.IncidentDismissed
	case ledger.Open, ledger.Asked, ledger.Approved, ledger.Remediating, ledger.Undoing, ledger.Suppressed:
	}
	return notify.Message{DetailType: kind, Due: in.Version, Incident: in}
}

// now says how an incident stands, also in the states that no message tells.
func now(in ledger.Incident, r report.Report) (lead, more string) {
	switch in.State {
	case ledger.Approved, ledger.Remediating:
		return "Being changed now.", "This message changes when it is done or has failed."
	case ledger.Undoing:
		return "Being undone now.", "This message changes when it is done or was refused."
	case ledger.Open:
		if decide.Mode(in.Mode).Acts() {
			return r.Lead, "This message changes when it is done or has failed."
		}
	default:
	}
	return r.Lead, r.Standing
}

func (p *Payload) cardFacts(facts []report.Fact) {
	var all []string
	for _, f := range facts {
		if slices.Contains([]string{"Who", "Person", "From", "Where", "When", "Answer"}, f.Label) {
			all = append(all, "*"+f.Label+"*  "+line(f.Line, maxLine))
		}
	}
	p.section(marked(lines(all, maxCardFacts)))
}

// cardChanges shows what was done, in brief.
func (p *Payload) cardChanges(changes []report.Change) {
	const most = 2
	left := maxCardChanges
	for n, c := range changes {
		if n == most {
			p.sentence("", fmt.Sprintf("%d more changes are in the thread.", len(changes)-most))
			return
		}
		title := fit(c.Label+": "+c.Summary, min(maxChange, left))
		p.section(plain(title))
		left -= width(title)
		var all []string
		for n, l := range c.Lines {
			if n == 0 || n == 1 && strings.HasPrefix(l[0].Text, "after: ") {
				all = append(all, line(l, maxLine))
			}
		}
		body := lines(all, min(left, 2*maxLine+2))
		p.section(marked(body))
		left -= width(body)
	}
}

// countdown says when a containment ends by itself, in the time of whoever reads it.
func (p *Payload) countdown(in ledger.Incident, ends map[string]ending) {
	if text := countdown(in, ends); text != "" {
		p.section(marked(text))
	}
}

func countdown(in ledger.Incident, ends map[string]ending) string {
	end, ok := ends[in.ID]
	if !ok || in.State != ledger.Remediated || decide.Mode(in.Mode) != decide.Contain {
		return ""
	}
	what := "kept, and stays,"
	if end.Undo {
		what = "undone"
	}
	return fmt.Sprintf("*Unless somebody decides*, it is %s %s.", what, moment(end.At))
}

// moment writes a time so that each reader sees it in their own zone.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func moment(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} at {time}|%s>", t.Unix(), t.UTC().Format("2006-01-02 15:04 UTC"))
}

// waiting shows the first of two approvals.
func (p *Payload) waiting(in ledger.Incident) {
	first, verb, until, ok := answers.Waiting(in)
	if !ok {
		return
	}
	by := line(report.Line{{Text: report.Clean(first.By), Value: true}}, 200)
	p.section(marked(fmt.Sprintf("*One of two approvals*, to %s, by %s. It holds until %s; somebody else has to give the second.", verb, by, moment(until))))
}

// timeline shows the other incidents of a chain and how each stands.
func (p *Payload) timeline(v view) {
	chain := v.lead.Chain
	if chain == nil || len(chain.Timeline) < 2 {
		return
	}
	title := "Belongs together"
	if chain.Why != "" {
		title = fmt.Sprintf("Attack chain, %s: %s", chain.Severity, report.Clean(chain.Why))
	}
	p.section(plain(fit(title, maxSentence)))
	states := map[string]ledger.State{v.lead.ID: v.lead.State}
	for _, in := range v.parts {
		states[in.ID] = in.State
	}
	steps := chain.Timeline[max(0, len(chain.Timeline)-maxParts):]
	var all []string
	if n := len(chain.Timeline) - len(steps) + chain.LeftOut; n > 0 {
		all = append(all, fmt.Sprintf("• %d earlier ones are in the incident", n))
	}
	for _, s := range steps {
		l := report.Line{
			{Text: s.Time.UTC().Format("15:04:05") + " " + s.Severity.String() + " "},
			{Text: report.Clean(s.Rule), Value: true},
			{Text: "  " + report.Clean(s.Summary)},
		}
		text := "• " + line(l, maxStepLine)
		if state := states[s.Incident]; state != "" {
			text += "  *" + string(state) + "*"
		}
		all = append(all, text)
	}
	p.section(marked(lines(all, maxChain)))
}

const maxStepLine = 150

// rows gives the parts of a chain that wait for somebody buttons of their own.
func (c *Card) rows(v view) {
	waiting := slices.DeleteFunc(slices.Clone(v.parts), func(in ledger.Incident) bool { return !waits(in) })
	for n, in := range waiting {
		p := &Payload{}
		if n == maxRows {
			p.sentence("", fmt.Sprintf("%d more of the chain wait for somebody: riposte incidents list", len(waiting)-n))
			c.add(p)
			return
		}
		r := report.Of(standingMessage(in))
		lead, _ := now(in, r)
		p.section(plain(fit(lead+" "+r.Summary, maxStepLine*2)))
		p.countdown(in, v.ends)
		p.waiting(in)
		c.add(p)
		c.buttons(in, n+1)
	}
}

// waits reports whether an incident wants somebody's decision, rather than only offers one.
func waits(in ledger.Incident) bool {
	return in.State == ledger.Asked || in.State == ledger.Failed || in.State == ledger.Remediated && decide.Mode(in.Mode) == decide.Contain
}

// buttons offers the answers that an incident's state takes, and says what each does.
func (c *Card) buttons(in ledger.Incident, nth int) {
	verbs := answers.Offered(in)
	if len(verbs) == 0 {
		return
	}
	row := Actions{Type: "actions", BlockID: fmt.Sprintf("answers-%d", nth)}
	var legend []string
	for _, v := range verbs {
		row.Elements = append(row.Elements, button(in, v))
		legend = append(legend, "*"+label(in, v)+"*  "+line(report.Line{{Text: does(in, v)}}, maxLine/2))
	}
	c.Blocks = append(c.Blocks, row)
	if nth == 0 {
		c.Blocks = append(c.Blocks, Block{Type: small, Elements: []TextObject{marked(lines(legend, maxLegend))}})
	}
}

func label(in ledger.Incident, v answers.Verb) string {
	switch v {
	case answers.Approve:
		if in.State == ledger.Failed {
			return "Approve again"
		}
		return "Approve"
	case answers.Undo:
		return "Undo"
	case answers.Keep:
		return "Keep"
	case answers.Dismiss:
		return "Dismiss"
	case answers.Except:
		return "Except 24 h"
	}
	return string(v)
}

// does says what a button does.
func does(in ledger.Incident, v answers.Verb) string {
	a, known := actions.ByID(in.Action)
	switch v {
	case answers.Approve:
		if known && a.Title != "" {
			return a.Title + "."
		}
		return "Makes the change: " + in.Action + "."
	case answers.Undo:
		if known && a.UndoDoc != "" {
			return a.UndoDoc
		}
		return "Puts back what Riposte has changed."
	case answers.Keep:
		return "Closes the incident; the change stays."
	case answers.Dismiss:
		return "Closes the incident; nothing more is changed."
	case answers.Except:
		return "Asks why, and then neither tells nor acts on the same by the same principal for a day; this incident stays as it is."
	}
	return ""
}

func button(in ledger.Incident, v answers.Verb) Button {
	b := Button{
		Type: "button", Text: plain(label(in, v)), ActionID: slackapp.ActionPrefix + string(v), Value: answers.OfferOf(in).String(),
	}
	if !v.ChangesAccount() {
		return b
	}
	b.Style = "primary"
	if v == answers.Undo {
		b.Style = "danger"
	}
	where := "account " + in.Account + ", " + in.Resource
	b.Confirm = &Confirm{
		Title: plain("Change the account?"), Text: plain(fit(strings.TrimSpace(does(in, v))+" ("+report.Clean(where)+")", maxConfirm)),
		Confirm: plain(label(in, v)), Deny: plain("Cancel"), Style: b.Style,
	}
	return b
}
