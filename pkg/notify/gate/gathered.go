package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
)

// Bounds of what is gathered for one digest, so that it fits into a slot.
const (
	maxLines = 30
	maxSome  = 3
)

// A gathered is the digest that is becoming, of one way of telling.
type gathered struct {
	To
	From  time.Time           `json:"from"`
	Until time.Time           `json:"until"`
	Grave detect.Severity     `json:"grave"` // of the gravest
	Total int                 `json:"total"`
	Lines []notify.DigestLine `json:"lines"`
	// In are the beginnings of the keys of the held messages that were counted last and may still be there.
	In []string `json:"in,omitempty"`
}

// add counts held messages, by their keys, except those that are counted already.
func (g *gathered) add(messages map[string]held) {
	before := g.In
	g.In = nil
	for _, key := range sorted(messages) {
		g.In = append(g.In, key)
		if !slices.Contains(before, key) {
			g.count(messages[key])
		}
	}
	g.bound()
}

func (g *gathered) count(h held) {
	if g.Total == 0 || h.At.Before(g.From) {
		g.From = h.At
	}
	if h.At.After(g.Until) {
		g.Until = h.At
	}
	g.Total++
	g.Grave = max(g.Grave, h.Severity)
	at := slices.IndexFunc(g.Lines, func(l notify.DigestLine) bool {
		return l.Rule == h.Rule && l.DetailType == h.DetailType && (l.Account == h.Account || l.Account == "")
	})
	if at < 0 {
		g.Lines = append(g.Lines, notify.DigestLine{Rule: h.Rule, Title: h.Title, Account: h.Account, DetailType: h.DetailType})
		at = len(g.Lines) - 1
	}
	l := &g.Lines[at]
	l.Count++
	l.Severity = max(l.Severity, h.Severity)
	l.Actors, l.Incidents = some(l.Actors, h.Actor), some(l.Incidents, h.Incident)
}

// bound keeps the number of lines small: where there are too many, those that differ in the account only become one, and
// then the least grave are left to the total.
func (g *gathered) bound() {
	if len(g.Lines) > maxLines {
		var merged []notify.DigestLine
		for _, l := range g.Lines {
			at := slices.IndexFunc(merged, func(o notify.DigestLine) bool { return o.Rule == l.Rule && o.DetailType == l.DetailType })
			if at < 0 {
				merged = append(merged, l)
				continue
			}
			o := &merged[at]
			o.Count += l.Count
			o.Severity = max(o.Severity, l.Severity)
			if o.Account != l.Account {
				o.Account = "" // of several
			}
			for _, a := range l.Actors {
				o.Actors = some(o.Actors, a)
			}
			for _, in := range l.Incidents {
				o.Incidents = some(o.Incidents, in)
			}
		}
		g.Lines = merged
	}
	slices.SortStableFunc(g.Lines, func(a, b notify.DigestLine) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Count, a.Count), strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.DetailType, b.DetailType), strings.Compare(a.Account, b.Account))
	})
	g.Lines = g.Lines[:min(len(g.Lines), maxLines)]
}

func some(list []string, s string) []string {
	if s == "" || len(list) >= maxSome || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func sorted(messages map[string]held) []string {
	keys := make([]string, 0, len(messages))
	for key := range messages {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// digest returns what is told of the messages of a family.
func (g *gathered) digest(family string, version int64) notify.Digest {
	return notify.Digest{
		Key: fmt.Sprintf("%s/%s/%d", family, name(g.To), version), Title: title(family, g.Total), From: g.From, To: g.Until, Total: g.Total,
		Lines: g.Lines,
	}
}
