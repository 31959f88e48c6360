package sns

import (
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

const (
	maxSubject = 99 // SNS takes less than 100 characters
	maxShort   = 140
	maxText    = 1000 // characters of a sentence or a line
	maxLines   = 100
	columns    = 78
)

// subject returns the subject of the e-mail: ASCII, without control characters, beginning with a letter.
func subject(m notify.Message, r report.Report) string {
	where := " (" + ascii(unlinked(m.Incident.Account), 12) + ")"
	what := severity(r.Severity) + ": " + strings.TrimSuffix(r.Lead, ".") + ": " + unlinked(r.Title)
	return ascii(what, maxSubject-len(where)) + where
}

// short returns one line for a text message.
func short(m notify.Message, r report.Report) string {
	return ascii(unlinked("Riposte "+severity(r.Severity)+": "+r.Title+" (account "+m.Incident.Account+"). "+r.Lead), maxShort)
}

// Text returns the text of the e-mail: ASCII, in lines for people, at most a hundred of them.
func Text(m notify.Message) string {
	r := report.Of(m)
	var t text
	t.add("", severity(r.Severity)+": "+unlinked(r.Title))
	t.add("", r.Lead+" "+r.Standing)
	for _, notice := range r.Notices {
		t.add("", unlinked(notice))
	}
	t.add("", "")
	t.add("", unlinked(r.Summary))
	t.paragraph(r.Error)
	t.chain(r.Chain)
	t.add("", "")
	for _, f := range r.Facts {
		t.add((f.Label + ":        ")[:9], line(f.Line))
	}
	t.paragraph(r.Why)
	t.paragraph(r.Decision)
	t.changes(r)
	t.after(r)
	t.add("", "")
	t.add("", line(r.Footer))
	return t.String()
}

func (t *text) chain(c report.Chain) {
	if len(c.Steps) == 0 {
		return
	}
	t.add("", "")
	t.add("", unlinked(c.Title)+":")
	for _, s := range c.Steps {
		t.add("  - ", line(s.When)+"  "+unlinked(s.Summary))
	}
}

func (t *text) changes(r report.Report) {
	for _, c := range r.Changes {
		t.add("", "")
		t.add("", c.Label+": "+unlinked(c.Summary))
		for _, l := range c.Lines {
			t.add("    ", line(l))
		}
	}
	if len(r.NotDone) > 0 {
		t.add("", "")
		t.add("", "Not done:")
	}
	for _, l := range r.NotDone {
		t.add("  - ", line(l))
	}
}

func (t *text) after(r report.Report) {
	if len(r.Next) > 0 {
		t.add("", "")
		t.add("", "What you can do:")
	}
	for _, s := range r.Next {
		t.add("    ", s.Command)
		t.add("        ", line(s.Does))
	}
	t.add("    ", r.NextHint)
	if len(r.Links) > 0 {
		t.add("", "")
		t.add("", r.LinkHint+":")
	}
	for _, l := range r.Links {
		t.add("  - ", l.Label+":")
		t.raw("    " + l.URL) // a link must not be broken
	}
}

func line(l report.Line) string {
	var b strings.Builder
	for _, span := range l {
		if span.Value {
			b.WriteString(unlinked(span.Text))
		} else {
			b.WriteString(span.Text)
		}
	}
	return b.String()
}

func severity(s detect.Severity) string {
	if s < detect.Info || s > detect.Critical {
		return "UNRATED"
	}
	return s.String()
}

// A text collects lines.
type text struct{ lines []string }

// add writes a text under a heading, wrapped. Lines after the first are indented, so that no part of a text can be
// mistaken for a line of its own.
func (t *text) add(heading, s string) {
	s = ascii(s, maxText)
	if s == "" {
		if n := len(t.lines); heading == "" && n > 0 && t.lines[n-1] != "" {
			t.raw("")
		}
		return
	}
	row, indent := heading, strings.Repeat(" ", max(len(heading), 2))
	start := len(row)
	for word := range strings.FieldsSeq(s) {
		switch {
		case len(row) == start:
		case len(row)+1+len(word) > columns:
			t.raw(row)
			row, start = indent, len(indent)
		default:
			row += " "
		}
		row += word
	}
	t.raw(row)
}

func (t *text) paragraph(p report.Paragraph) {
	if p.Text == "" {
		return
	}
	t.add("", "")
	t.add("", p.Label+": "+unlinked(p.Text))
}

func (t *text) raw(s string) { t.lines = append(t.lines, s) }

// String joins the lines. Of a text that is too long it keeps the beginning.
func (t *text) String() string {
	if len(t.lines) > maxLines {
		t.lines = append(t.lines[:maxLines-1], "(shortened: the whole is in the incident)")
	}
	return strings.Join(t.lines, "\n") + "\n"
}
