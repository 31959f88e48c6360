package report

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
)

// maxDigest bounds how many lines of a digest are shown.
const maxDigest = 20

// A Digest is what a message about many incidents says.
type Digest struct {
	Severity detect.Severity // of the gravest
	Title    string          // "27 more messages"
	Span     string          // from when to when
	Lines    []DigestLine
	More     string // what is not shown; empty where all is
	Next     Step
}

// A DigestLine says what is alike: what, and below it where, by whom and as which incidents.
type DigestLine struct {
	Severity detect.Severity
	What     Line
	Details  Line
}

// OfDigest returns the report of a digest.
func OfDigest(d notify.Digest) Digest {
	out := Digest{
		Title: clean(d.Title, 120), Span: span(d.From, d.To),
		Next: Step{strings.TrimSpace("riposte incidents list " + d.Flags), Line{words("Lists them all.")}},
	}
	left := d.Total
	for n, l := range d.Lines {
		out.Severity = max(out.Severity, l.Severity)
		if n < maxDigest {
			out.Lines = append(out.Lines, digestLine(l))
			left -= l.Count
		}
	}
	switch {
	case left == 1:
		out.More = "1 more is not shown."
	case left > 1:
		out.More = fmt.Sprintf("%d more are not shown.", left)
	}
	return out
}

func digestLine(l notify.DigestLine) DigestLine {
	out := DigestLine{Severity: l.Severity, What: Line{words(fmt.Sprintf("%d x ", l.Count)), valueUpTo(l.Rule, 40)}}
	if title := clean(l.Title, 110); title != "" {
		out.What = append(out.What, words(" "+title))
	}
	out.What = append(out.What, words(": "+became(l.DetailType)))
	if l.Account == "" {
		out.Details = Line{words("several accounts")}
	} else {
		out.Details = Line{words("account "), valueUpTo(l.Account, 40)}
	}
	out.Details = append(out.Details, listed(", by ", l.Actors, l.Count)...)
	out.Details = append(out.Details, listed(", as ", l.Incidents, l.Count)...)
	return out
}

// listed names some of several things.
func listed(label string, some []string, of int) Line {
	var out Line
	for n, s := range some {
		if n > 0 {
			label = ", "
		}
		out = append(out, words(label), valueUpTo(s, 100))
	}
	if len(some) > 0 && len(some) < of {
		out = append(out, words(" …"))
	}
	return out
}

// became says in a word or two what became of incidents.
func became(detailType string) string {
	switch detailType {
	case notify.IncidentOpened:
		return "found"
	case notify.IncidentRemediated:
		return "reversed"
	case notify.RemediationFailed:
		return "NOT reversed"
	case notify.IncidentResolved:
		return "gone by itself"
	case notify.IncidentUndone:
		return "undone"
	case notify.UndoFailed:
		return "undo refused"
	case notify.IncidentKept:
		return "kept"
	case notify.IncidentDismissed:
		return "dismissed"
	case notify.IncidentRaised:
		return "graver than before"
	case notify.IncidentReminder:
		return "still waits for a person"
	case notify.ApprovalGiven:
		return "one of two approvals"
	case notify.ExceptionMade:
		return "excepted"
	}
	return "news"
}

func span(from, to time.Time) string {
	switch {
	case from.IsZero():
		return ""
	case !to.After(from):
		return moment(from)
	case from.UTC().Format(time.DateOnly) == to.UTC().Format(time.DateOnly):
		return from.UTC().Format("2006-01-02 15:04") + " to " + to.UTC().Format("15:04 UTC")
	}
	return from.UTC().Format("2006-01-02 15:04") + " to " + to.UTC().Format("2006-01-02 15:04 UTC")
}
