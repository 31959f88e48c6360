package webreport

import (
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/webpage"
)

// Bounds of what a page says of one incident, in characters where it is a text.
const (
	maxName    = 200
	maxProse   = 500
	maxState   = 4000 // of a state before or after
	maxChanges = 20
	maxNotes   = 30
	maxEvents  = 5
	maxSteps   = 50
)

// A row is one incident. Texts stand in it by their numbers, times as milliseconds since 1970, and what is missing as 0. Its
// order is that of the names in report.js.
type row []any

// size is about how many bytes a row takes, its texts aside.
func (r row) size() int {
	n := 2
	for _, cell := range r {
		switch v := cell.(type) {
		case []any:
			n += row(v).size()
		case int64:
			n += 14
		default:
			n += 6
		}
	}
	return n
}

func rowOf(texts *webpage.Texts, in ledger.Incident) row {
	f := in.Finding
	name := func(s string) int { return texts.Number(detect.Line(s, maxName)) }
	prose := func(s string) int { return texts.Number(detect.Line(s, maxProse)) }
	return row{
		name(in.ID), name(string(in.State)), texts.Number(outcomeOf(in).name), name(in.Mode), int(in.Severity), name(in.Rule),
		name(in.Class), name(in.Title), prose(in.Summary), name(in.Account), name(in.Region),
		name(who(in)), name(in.Actor), name(person(f.Actor)), name(f.Actor.SourceIP), name(f.Actor.UserAgent), mfa(in), name(in.Resource),
		name(f.Event.Name), name(f.Event.Source), events(name, in), prose(f.Why), prose(in.Reason), name(f.Tactic), prose(in.Error),
		at(in.Times.Event), at(in.Times.Received), at(in.Times.Decided), at(in.Times.Acted), at(in.Times.Verified), at(in.Times.Closed),
		changes(texts, in), notes(texts, in), name(in.PartOf), chain(texts, in), name(in.Exception), flags(in),
	}
}

// at returns a time in milliseconds, or 0 where there is none.
func at(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func who(in ledger.Incident) string {
	if in.Finding.Actor.Name != "" {
		return in.Finding.Actor.Name
	}
	return in.Actor
}

// Whether the record says that the caller had MFA; the record of a sign-in says it elsewhere.
const (
	mfaUnknown = iota
	mfaNo
	mfaYes
)

func mfa(in ledger.Incident) int {
	switch {
	case in.Finding.Actor.MFA:
		return mfaYes
	case in.Finding.Event.Source == "signin.amazonaws.com" || in.Finding.Actor.Kind == "":
		return mfaUnknown
	}
	return mfaNo
}

// Marks of an incident.
const (
	attempt = 1 << iota
	unjudged
)

func flags(in ledger.Incident) int {
	n := 0
	if in.Finding.Attempt {
		n |= attempt
	}
	if in.Finding.Unjudged != "" {
		n |= unjudged
	}
	return n
}

// events returns the first events and how many there are.
func events(name func(string) int, in ledger.Incident) []any {
	out := []any{len(in.EventIDs)}
	for _, id := range in.EventIDs[:min(len(in.EventIDs), maxEvents)] {
		out = append(out, name(id))
	}
	return out
}

func changes(texts *webpage.Texts, in ledger.Incident) []any {
	out := []any{}
	for _, c := range in.Changes[:min(len(in.Changes), maxChanges)] {
		out = append(out, []any{
			texts.Number(detect.Line(c.Action, maxName)), texts.Number(detect.Line(c.Summary, maxProse)), texts.Number(string(c.State)),
			texts.Number(block(c.Before)), texts.Number(block(c.After)), texts.Number(block(c.ReadBack)),
			texts.Number(detect.Line(c.Error, maxProse)), c.Again,
		})
	}
	if n := len(in.Changes) - len(out); n > 0 {
		out = append(out, n) // a number and no change: so many are left out
	}
	return out
}

func notes(texts *webpage.Texts, in ledger.Incident) []any {
	out := []any{}
	for _, n := range in.Notes[max(0, len(in.Notes)-maxNotes):] {
		out = append(out, []any{at(n.Time), texts.Number(detect.Line(n.By, maxName)), texts.Number(detect.Line(n.Text, maxProse))})
	}
	return out
}

// chain returns the chain of an incident that leads one, and that of a part as it was when that joined: its lead may not be
// on the page.
func chain(texts *webpage.Texts, in ledger.Incident) []any {
	c := in.Chain
	if c == nil || len(c.Timeline) < 2 {
		return []any{}
	}
	steps := []any{}
	for _, s := range c.Timeline[max(0, len(c.Timeline)-maxSteps):] {
		steps = append(steps, []any{
			texts.Number(detect.Line(s.Incident, maxName)), at(s.Time), int(s.Severity), texts.Number(detect.Line(s.Rule, maxName)),
			texts.Number(detect.Line(s.Summary, maxName)),
		})
	}
	return []any{int(c.Severity), texts.Number(detect.Line(c.Why, maxProse)), c.LeftOut + len(c.Timeline) - len(steps), steps}
}
