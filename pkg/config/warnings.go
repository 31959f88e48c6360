package config

import (
	"fmt"
	"slices"
	"time"
)

// Warnings returns, in the order of the file, what is no mistake in a configuration and what a person should look at all
// the same.
func (c *Config) Warnings(now time.Time) []Error {
	var w warnings
	for i, e := range c.Exceptions {
		w.ending(fmt.Sprintf("exceptions[%d]", i), e.Pos, e.Expires, e.Owner, now)
	}
	for i, m := range c.Notify.Silences {
		path := fmt.Sprintf("notify.silences[%d]", i)
		w.ending(path, m.Pos, m.Until, m.Owner, now)
		w.nowhere(path, m.Pos, m.Match, c.Accounts)
	}
	for i, route := range c.Notify.Routes {
		w.nowhere(fmt.Sprintf("notify.routes[%d]", i), route.Pos, route.Match, c.Accounts)
	}
	w.unreached(c.Notify.Routes)
	w.unused(c.Notify)
	w.unanswered(c)
	w.idle(c.Notify)
	slices.SortStableFunc(w, func(a, b Error) int { return a.Pos.compare(b.Pos) })
	return w
}

type warnings []Error

func (w *warnings) add(pos Position, format string, args ...any) {
	*w = append(*w, Error{pos, fmt.Sprintf(format, args...)})
}

// ending warns of what has ended, or does not end soon.
func (w *warnings) ending(path string, pos Position, end time.Time, owner string, now time.Time) {
	switch {
	case !now.Before(end):
		w.add(pos, "%s expired on %s and no longer holds: remove it, or have %s renew it", path, end.Format(time.RFC3339), owner)
	case now.AddDate(1, 0, 1).Before(end):
		w.add(pos, "%s holds until %s, for more than a year: an earlier date makes %s look again", path, end.Format(time.RFC3339), owner)
	}
}

// nowhere warns of conditions on what is said about accounts that none of them meets.
func (w *warnings) nowhere(path string, pos Position, m Match, accounts map[string]Account) {
	if len(m.OUs)+len(m.Tags) == 0 && m.Production == nil {
		return
	}
	for id := range accounts {
		if m.InAccount(id, accounts) {
			return
		}
	}
	w.add(pos, "%s matches no account: none under accounts has such ou, tags and production at once", path)
}

// unreached warns of routes whose incidents all go to one before them.
func (w *warnings) unreached(routes []Route) {
	for i, late := range routes {
		for j, early := range routes[:i] {
			if !early.Continue && early.covers(late.Match) {
				w.add(late.Pos, "notify.routes[%d] is never reached: notify.routes[%d] on line %d takes all that it matches; "+
					"put it before that one, or write continue: true there", i, j, early.Pos.Line)
				break
			}
		}
	}
}

// unused warns of receivers that no route names.
func (w *warnings) unused(n Notify) {
	for name, r := range n.Receivers {
		if !slices.ContainsFunc(n.Routes, func(route Route) bool { return slices.Contains(route.To, name) }) {
			w.add(r.Pos, "notify.receivers.%s is in no route: nothing is told there", name)
		}
	}
}

// unanswered warns where there are buttons and nobody may use them, or the other way round.
func (w *warnings) unanswered(c *Config) {
	var app *Position
	for _, name := range c.Notify.Names() {
		if r, _ := c.Notify.Named(name); r.Slack.AppSecret != "" && app == nil {
			app = &r.Pos
		}
	}
	switch people := c.Answers.Approvers; {
	case app != nil && len(people) == 0:
		w.add(*app, "Slack's app has buttons, and answers.approvers names nobody who may use them")
	case app == nil && len(people) > 0:
		w.add(people[0].Pos, "answers.approvers names people, and no receiver has a Slack app in which they could answer")
	}
}

// idle warns of quiet hours that hold nothing back which does not wait for the digest anyway.
func (w *warnings) idle(n Notify) {
	if n.Quiet != nil && n.Digest != nil && n.Quiet.Below <= n.Digest.Below {
		w.add(n.Quiet.Pos, "notify.quiet holds nothing back that does not wait for notify.digest: give it a graver below")
	}
}
