package main

import (
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

func actionTable(rules []*detect.Rule, all []actions.Action) string {
	p := page{}
	p.line("# Actions")
	p.line("")
	p.line("What Riposte can do about a finding. `riposte actions ID` prints an action's page on a terminal. What each may do in an")
	p.line("account stands in [permissions](../permissions.md).")
	p.line("")
	var rows [][]string
	for _, a := range all {
		rows = append(rows, []string{link(a.ID, a.ID+".md"), escape(a.Title), reversible(a), ruleLinks(rules, a.ID)})
	}
	p.table([]string{"ID", "Title", "Undo", "Answers"}, rows)
	return p.String()
}

func actionPage(a actions.Action, rules []*detect.Rule) string {
	p := page{}
	p.line("# %s", escape(a.Title))
	p.line("")
	p.table([]string{"", ""}, [][]string{
		{"ID", code(a.ID)},
		{"Classes", codes(a.Handles)},
		{"Rules", ruleLinks(rules, a.ID)},
		{"Undo", reversible(a)},
	})
	p.line("")
	p.line("%s", strings.TrimSpace(a.Doc))
	p.line("")
	p.line("## Permissions")
	p.line("")
	p.table(grantHeader(), grantRows(a))
	return p.String()
}

func reversible(a actions.Action) string {
	if a.Reversible {
		return "yes. " + escape(a.UndoDoc)
	}
	return "no. " + escape(a.UndoDoc)
}

func ruleLinks(rules []*detect.Rule, action string) string {
	var links []string
	for _, r := range rules {
		if slices.Contains(r.Actions, action) {
			links = append(links, link(r.ID, "../rules/"+r.ID+".md"))
		}
	}
	if len(links) == 0 {
		return "no rule yet"
	}
	return strings.Join(links, ", ")
}
