package slack

import (
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// How many characters the parts of a message may have after escaping. Slack takes 150 in a header, 3,000 in a section
// and 50 blocks; messages with some 13,000 in all have been refused. These add up to less than 12,900.
const (
	maxHeader   = 150
	maxStanding = 300
	maxSentence = 600
	maxLine     = 360
	maxFacts    = 2400
	maxChain    = 1500
	maxChange   = 420
	maxChanges  = 2500
	maxNotDone  = 500
	maxNext     = 1000
	maxLinks    = 1200
	maxFooter   = 400
)

// Render returns the message as it is posted.
func Render(m notify.Message) Payload {
	r := report.Of(m)
	text := severity(r.Severity) + ": " + r.Title + " (account " + m.Incident.Account + "). " + r.Lead
	p := Payload{Text: fit(report.Clean(text), maxStanding)}
	title := mark(r.Severity) + " " + severity(r.Severity) + " · " + r.Title
	p.Blocks = append(p.Blocks, Block{Type: header, Text: new(plain(fit(title, maxHeader)))})
	p.section(marked("*" + fit(r.Lead, 100) + "* " + fit(r.Standing, maxStanding-104)))
	p.sentence("", strings.Join(r.Notices, " "))
	p.sentence("", r.Summary)
	p.chain(r.Chain)
	p.sentence(r.Error.Label, r.Error.Text)
	p.facts(r.Facts)
	p.sentence(r.Why.Label, r.Why.Text)
	p.sentence(r.Decision.Label, r.Decision.Text)
	if len(r.Changes)+len(r.NotDone)+len(r.Next) > 0 {
		p.Blocks = append(p.Blocks, Block{Type: divider})
	}
	p.changes(r.Changes)
	p.notDone(r.NotDone)
	p.next(r)
	p.links(r)
	p.Blocks = append(p.Blocks, Block{Type: small, Elements: []TextObject{marked(line(r.Footer, maxFooter))}})
	return p
}

func (p *Payload) section(t TextObject) {
	if t.Text != "" {
		p.Blocks = append(p.Blocks, Block{Type: section, Text: &t})
	}
}

func (p *Payload) sentence(label, text string) {
	if text == "" {
		return
	}
	if label != "" {
		text = label + ": " + text
	}
	p.section(plain(fit(text, maxSentence)))
}

func (p *Payload) chain(c report.Chain) {
	if len(c.Steps) == 0 {
		return
	}
	p.section(plain(fit(c.Title, maxSentence)))
	var all []string
	for _, s := range c.Steps {
		all = append(all, "• "+line(append(s.When, report.Span{Text: "  " + s.Summary}), maxLine))
	}
	p.section(marked(lines(all, maxChain)))
}

func (p *Payload) facts(facts []report.Fact) {
	var all []string
	for _, f := range facts {
		all = append(all, "*"+f.Label+"*  "+line(f.Line, maxLine))
	}
	p.section(marked(lines(all, maxFacts)))
}

func (p *Payload) changes(changes []report.Change) {
	left := maxChanges
	for _, c := range changes {
		if left < maxChange+2*maxLine {
			p.sentence("", "More changes are in the incident.")
			return
		}
		title := fit(c.Label+": "+c.Summary, maxChange)
		p.section(plain(title))
		left -= width(title)
		var all []string
		for _, l := range c.Lines {
			all = append(all, line(l, maxLine))
		}
		body := lines(all, min(left, 4*maxLine))
		p.section(marked(body))
		left -= width(body)
	}
}

func (p *Payload) notDone(all []report.Line) {
	if len(all) == 0 {
		return
	}
	out := []string{"*Not done*"}
	for _, l := range all {
		out = append(out, "• "+line(l, maxLine))
	}
	p.section(marked(lines(out, maxNotDone)))
}

func (p *Payload) next(r report.Report) {
	if len(r.Next) == 0 {
		return
	}
	out := []string{"*What you can do*"}
	for _, s := range r.Next {
		out = append(out, line(append(report.Line{{Text: s.Command, Value: true}, {Text: "  "}}, s.Does...), maxLine))
	}
	out = append(out, line(report.Line{{Text: r.NextHint}}, maxLine))
	p.section(marked(lines(out, maxNext)))
}

// links shows the links that fit; a URL is never cut.
func (p *Payload) links(r report.Report) {
	elements := []TextObject{marked(fit(r.LinkHint, 100) + ":")}
	left := maxLinks - 101
	for _, l := range r.Links {
		link := "<" + fit(l.URL, 2*maxLinks) + "|" + fit(l.Label, 60) + ">"
		if width(link) <= left {
			elements = append(elements, marked(link))
			left -= width(link)
		}
	}
	if len(elements) > 1 {
		p.Blocks = append(p.Blocks, Block{Type: small, Elements: elements})
	}
}

func severity(s detect.Severity) string {
	if s < detect.Info || s > detect.Critical {
		return "UNRATED"
	}
	return s.String()
}

// mark returns a sign that is seen from afar.
func mark(s detect.Severity) string {
	switch s {
	case detect.Critical:
		return "🔴"
	case detect.High:
		return "🟠"
	case detect.Medium:
		return "🟡"
	case detect.Low:
		return "🔵"
	case detect.Info, detect.Inherit:
	}
	return "⚪"
}
