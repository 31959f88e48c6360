package main

import (
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

func ruleTable(rules []*detect.Rule, techniques map[string]technique) string {
	p := page{}
	p.line("# Rules")
	p.line("")
	p.line("What Riposte recognises. `riposte rules ID` prints a rule's page on a terminal. The EventBridge rules that deliver the")
	p.line("events stand in [patterns](../patterns), the actions in [actions](../actions/README.md). What others look for, and which of")
	p.line("these rules see it, stands in [coverage](../coverage.md).")
	p.line("")
	p.line("Further down the rules stand [by service](#by-service), [by severity](#by-severity),")
	p.line("[by ATT\\&CK technique](#by-attck-technique) and [by CIS control](#by-cis-control).")
	p.line("")
	var rows [][]string
	for _, r := range rules {
		rows = append(rows, []string{
			link(r.ID, r.ID+".md"), r.Severity.String(), escape(r.Title), code(r.Class), actionLinks(r.Actions, "../actions/"),
		})
	}
	p.table([]string{"ID", "Severity", "Title", "Class", "Actions"}, rows)
	p.indexes(rules, techniques)
	return p.String()
}

func rulePage(r *detect.Rule, all []actions.Action, s samples, routes []string) string {
	p := page{}
	p.line("# %s: %s", r.ID, escape(r.Title))
	p.line("")
	p.table([]string{"", ""}, [][]string{
		{"Class", code(r.Class)},
		{"Severity", r.Severity.String() + ", unless a finding says otherwise"},
		{"In use", inUse(r)},
		{"Actions", actionLinks(r.Actions, "../actions/")},
		{"Failed calls", failedCalls(r)},
	})
	p.line("")
	p.line("%s", strings.TrimSpace(r.Doc))
	p.line("")
	p.line("## Events")
	p.line("")
	p.table([]string{"Source", "Names", "Caller", "Calls"}, eventRows(r.Pattern))
	p.line("")
	var links []string
	for _, name := range routes {
		links = append(links, link(name, "../patterns/"+name+".json"))
	}
	p.line("Delivered by the EventBridge rules %s.", strings.Join(links, ", "))
	p.samples(s)
	p.howToExcept(r, s)
	p.rulePermissions(r, all)
	p.line("")
	p.line("## References")
	p.line("")
	for _, ref := range r.Refs {
		p.line("- %s: %s", escape(ref.Kind), link(ref.Name, ref.URL))
	}
	return p.String()
}

func inUse(r *detect.Rule) string {
	switch {
	case r.OptIn:
		return "when the configuration gives it a mode"
	case r.Severity == detect.Info:
		return "yes; findings of severity INFO are off unless it has a mode"
	}
	return "yes"
}

func failedCalls(r *detect.Rule) string {
	switch {
	case r.Attempts:
		return "looked at; a finding in one is told and never acted on"
	case r.Denied:
		return "those that were denied are told, two steps less severe, and never acted on"
	}
	return "not looked at"
}

func eventRows(pattern detect.Pattern) [][]string {
	var rows [][]string
	for _, e := range pattern {
		names, calls := codes(e.Names), "all"
		if e.Dated {
			names += ", each with any API date"
		}
		switch {
		case e.Writes:
			calls = "those that are not read-only"
		case e.Reads:
			calls = "read-only ones, where these are routed"
		}
		if len(e.Errors) > 0 {
			calls += ", failed with " + codes(e.Errors)
		}
		if len(e.Agents) > 0 {
			calls += ", by agents that contain " + codes(e.Agents)
		}
		rows = append(rows, []string{orEvery(e.Source, code(e.Source)), orEvery(names, names), orEvery(e.Identity, code(e.Identity)), calls})
	}
	return rows
}

func orEvery(s, shown string) string {
	if s == "" {
		return "every"
	}
	return shown
}

func (p *page) samples(s samples) {
	p.line("")
	p.line("## Sample events")
	if len(s.fires) > 0 {
		p.firing(s.fires)
		p.line("")
		p.sampleEvent(shown(s.fires))
	}
	if len(s.quiet) == 0 {
		return
	}
	p.line("")
	p.line("It stays quiet on:")
	p.line("")
	quiet, more := listed(s.quiet, func(path string) string { return path })
	for _, path := range quiet {
		p.line("- %s", eventLink(path))
	}
	p.more(more)
}

// A page lists all sample events of a rule that names its events. One that wants every call would fill pages.
const (
	maxListed = 80
	fewListed = 20
)

// listed returns what a page lists of sample events, and how many it leaves out: of many the first of each service.
func listed[T any](all []T, path func(T) string) (some []T, more int) {
	if len(all) <= maxListed {
		return all, 0
	}
	seen := map[string]bool{}
	for _, one := range all {
		service, _, _ := strings.Cut(path(one), "/")
		if !seen[service] && len(some) < fewListed {
			some = append(some, one)
		}
		seen[service] = true
	}
	return some, len(all) - len(some)
}

func (p *page) more(number int) {
	if number > 0 {
		p.line("")
		p.line("And %d more.", number)
	}
}

func (p *page) firing(fires []sample) {
	p.line("")
	p.line("It fires on:")
	p.line("")
	some, more := listed(fires, func(s sample) string { return s.path })
	var rows [][]string
	for _, f := range some {
		summary := escape(f.finding.Summary)
		switch {
		case f.finding.Unjudged != "":
			summary += " (not judged)"
		case f.finding.Attempt:
			summary += " (attempt)"
		}
		rows = append(rows, []string{eventLink(f.path), f.finding.Severity.String(), summary})
	}
	p.table([]string{"Event", "Severity", "Finding"}, rows)
	p.more(more)
}

func eventLink(path string) string {
	return link(strings.TrimSuffix(path, ".json"), "../../events/"+path)
}

func (p *page) rulePermissions(r *detect.Rule, all []actions.Action) {
	var rows [][]string
	for _, id := range r.Actions {
		if i := slices.IndexFunc(all, func(a actions.Action) bool { return a.ID == id }); i >= 0 {
			rows = append(rows, grantRows(all[i], actionLinks([]string{id}, "../actions/"))...)
		}
	}
	if len(rows) == 0 {
		return
	}
	p.line("")
	p.line("## Permissions")
	p.line("")
	p.line("What the responder needs in the account for the actions of this rule:")
	p.line("")
	p.table(append([]string{"Action"}, grantHeader()...), rows)
}

func actionLinks(ids []string, folder string) string {
	if len(ids) == 0 {
		return "none: a person has to act"
	}
	var links []string
	for _, id := range ids {
		links = append(links, link(id, fmt.Sprintf("%s%s.md", folder, id)))
	}
	return strings.Join(links, ", ")
}
