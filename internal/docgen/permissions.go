package main

import (
	"riposte/pkg/actions"
)

func permissions(all []actions.Action) string {
	p := page{}
	p.line("# Permissions")
	p.line("")
	p.line("What each action needs in the account that it changes, and nothing else: the role that changes accounts gets these")
	p.line("permissions for the actions that are deployed. `${Partition}`, `${Account}` and `${Region}` stand for the deployment's own.")
	p.line("Permissions for undoing only can be left out where nobody is going to undo.")
	p.line("")
	var rows [][]string
	for _, a := range all {
		rows = append(rows, grantRows(a, link(a.ID, "actions/"+a.ID+".md"))...)
	}
	p.table(append([]string{"Action"}, grantHeader()...), rows)
	return p.String()
}

func grantHeader() []string { return []string{"Permissions", "Resources", "For"} }

// grantRows returns a row for each grant, which begins with the given cells.
func grantRows(a actions.Action, first ...string) [][]string {
	var rows [][]string
	for _, g := range a.Grants {
		purpose := "reading"
		switch {
		case g.Undo:
			purpose = "undoing only"
		case g.Writes:
			purpose = "changing"
		}
		resources := codes(g.Resources)
		if g.Why != "" {
			resources += ": " + escape(g.Why)
		}
		rows = append(rows, append(append([]string{}, first...), codes(g.Actions), resources, purpose))
	}
	return rows
}
