// Package report says in words what a message tells about an incident: what happened, by whom, why it is risky, what was
// decided and done, what was not, and what a person can do next. It knows no markup; the ways of telling add theirs, so
// that all of them tell the same.
//
// Every text in a Report is one line without control characters or invisible marks, however hostile the event was. It
// is not escaped.
package report

import (
	"regexp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// A Report is what a message says, the most important first.
type Report struct {
	Severity detect.Severity
	Title    string   // what happened, in a few words
	Lead     string   // how it stands, in a few words of Riposte's own: "Reversed and verified."
	Standing string   // one more sentence of Riposte's own about that
	Notices  []string // sentences of Riposte's own about the telling: until when, for how many, to whom not
	Summary  string   // what happened, in one sentence
	Facts    []Fact
	Error    Paragraph // why something failed; empty where nothing did
	Why      Paragraph // why people should care
	Decision Paragraph
	Chain    Chain // what else belongs to it
	Changes  []Change
	NotDone  []Line
	Next     []Step
	NextHint string // about all steps
	Links    []Link
	LinkHint string // about all links
	Footer   Line   // the identifiers, for a search
}

// A Fact answers one question, such as "Who".
type Fact struct {
	Label string
	Line  Line
}

// A Paragraph is a label and a sentence.
type Paragraph struct{ Label, Text string }

// A Line is a line of text in pieces.
type Line []Span

// A Span is either words of Riposte's own or a value: something that stands in the account or the event just so, and
// that a person may want to copy.
type Span struct {
	Text  string
	Value bool
}

// A Change says what became of one change.
type Change struct {
	Label   string // "Done", "Not made"
	Summary string
	Lines   []Line
}

// A Step is a command that a person can run now, and what it does. Command is safe to paste into a shell.
type Step struct {
	Command string
	Does    Line
}

// A Link leads into the AWS console. All that came from the event is percent-encoded in its URL.
type Link struct{ Label, URL string }

// Of returns the report of a message.
func Of(m notify.Message) Report {
	in := m.Incident
	r := Report{
		Severity: m.Weight(),
		Notices:  notices(m),
		Title:    clean(in.Title, 110),
		Summary:  clean(in.Summary, maxProse),
		Facts:    facts(in),
		Error:    failure(m),
		Decision: Paragraph{"Decision", decision(in)},
		Chain:    chain(in),
		Changes:  changes(m),
		NotDone:  notDone(m),
		Next:     steps(m),
		Links:    links(in),
		Footer: Line{
			words("Incident "), value(in.ID), words(", rule "), value(in.Rule), words(" ("), value(in.Class),
			words("), event "), value(in.Finding.Event.ID),
		},
	}
	r.Lead, r.Standing = standing(m)
	if r.Title == "" {
		r.Title = "Risky change"
	}
	if in.Finding.Attempt {
		r.Title = "Attempt: " + r.Title
	}
	if why := in.Finding.Why; why != "" {
		r.Why = Paragraph{"Why it is risky", clean(why, maxProse)}
	}
	if m.Flags != "" {
		for n := range r.Next {
			r.Next[n].Command += " " + m.Flags
		}
	} else if len(r.Next) > 0 {
		r.NextHint = "For a deployed system add --ledger dynamodb:TABLE --bus NAME."
	}
	if len(r.Links) > 0 {
		r.LinkHint = "AWS console"
		if accountID.MatchString(in.Account) {
			r.LinkHint += " of account " + in.Account
		}
	}
	return r
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// decision returns the mode and its reason.
func decision(in ledger.Incident) string {
	mode, reason := clean(in.Mode, 20), clean(in.Reason, maxProse)
	switch {
	case mode == "":
		mode = "unknown mode"
	case reason == "":
		return mode
	}
	return mode + ". " + reason
}
