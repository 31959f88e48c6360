package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// permissions writes what Riposte can do in an account: in one table for what is allowed, and in one for what is denied
// whatever is allowed.
func permissions(rules []*detect.Rule, all []actions.Action, roles []role) (string, error) {
	p := page{}
	for _, line := range []string{
		"# Permissions",
		"",
		"What Riposte can do in an account, and nothing else: each row is a permission of one of its roles. A test holds the table",
		"against every call of the SDK that the tests of the whole project make: each call is allowed, and each permission is used.",
		"",
		"- `${Partition}`, `${Account}` and `${Region}` stand for those of the account that is changed; an action's `${Region}` is every",
		"  region that is watched. What stands for several resources says why in the last column.",
		"- **The role of an action** is `Riposte-remediate` in the home account and `Riposte-responder` in the members of an organisation.",
		"  A deployment gives it the permissions of those actions only to which its riposte.yaml can lead; in the stance observe without",
		"  modes of their own for rules that is none.",
		"- **Undoing only** is left out, unless the deployment lets Riposte undo by itself. Otherwise people undo, with `riposte undo` and",
		"  their own permissions.",
		"- The roles' names begin with the stack's name, and an optional permissions boundary bounds them all.",
		"",
	} {
		p.line("%s", line)
	}
	rows, err := plumbing(roles)
	if err != nil {
		return "", err
	}
	p.table([]string{"Role", "Permission", "On", "What for", "When", "Why more than one"}, append(actionRows(rules, all), rows...))
	p.line("")
	p.line("## Denied, whatever is allowed")
	p.line("")
	p.table([]string{"Role", "Permission", "On", "Why"}, denials(roles))
	return p.String(), nil
}

// A grantKey is what makes two grants of actions one row.
type grantKey struct{ role, permission, resources, when, why string }

// actionRows returns a row for each permission that actions need on the same resources, with all the actions and rules that
// need it.
func actionRows(rules []*detect.Rule, all []actions.Action) [][]string {
	need := map[grantKey][]string{}
	var order []grantKey
	for _, a := range all {
		for _, g := range a.Grants {
			for _, name := range g.Actions {
				k := grantKey{holder(g), name, codes(g.Resources) + conditioned(conditionsOf(g)), whenNeeded(g), wildcard(g)}
				if need[k] == nil {
					order = append(order, k)
				}
				need[k] = append(need[k], link(a.ID, "actions/"+a.ID+".md")+answering(rules, a.ID))
			}
		}
	}
	slices.SortStableFunc(order, func(a, b grantKey) int { return cmp.Compare(a.permission, b.permission) })
	var rows [][]string
	for _, k := range order {
		rows = append(rows, []string{k.role, code(k.permission), k.resources, strings.Join(need[k], ", "), k.when, escape(k.why)})
	}
	return rows
}

// holder says whose a permission of an action is.
func holder(g actions.Grant) string {
	switch g.Holder {
	case actions.Hub:
		return "`Riposte-remediate`, where root tasks are allowed"
	case actions.RootTask:
		return "none: AWS gives it to the session as root"
	default:
		return "the role of an action"
	}
}

func conditionsOf(g actions.Grant) map[string]map[string][]string {
	if g.ToService == "" {
		return g.Conditions
	}
	return map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {g.ToService}}}
}

func whenNeeded(g actions.Grant) string {
	switch {
	case g.Undo:
		return "undoing only"
	case g.Writes:
		return "changing"
	}
	return "reading"
}

// wildcard says why a grant is on more than one resource.
func wildcard(g actions.Grant) string {
	if g.Why != "" {
		return g.Why
	}
	return "whichever resource of the kind an incident is about"
}

// answering names the rules whose findings lead to an action.
func answering(rules []*detect.Rule, action string) string {
	var ids []string
	for _, r := range rules {
		if slices.Contains(r.Actions, action) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return " (" + strings.Join(ids, ", ") + ")"
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
		switch g.Holder {
		case actions.Responder:
		case actions.Hub:
			purpose += ", by the hub's own role where root tasks are allowed"
		case actions.RootTask:
			purpose += ", in the session as root: a policy of AWS gives it, and no role needs it"
		}
		resources := codes(g.Resources)
		resources += conditions(g)
		if g.Why != "" {
			resources += ": " + escape(g.Why)
		}
		rows = append(rows, append(append([]string{}, first...), codes(g.Actions), resources, purpose))
	}
	return rows
}

// conditions says under which conditions a permission is given.
func conditions(g actions.Grant) string {
	var out strings.Builder
	for _, operator := range slices.Sorted(maps.Keys(g.Conditions)) {
		for _, key := range slices.Sorted(maps.Keys(g.Conditions[operator])) {
			out.WriteString(", if " + codes([]string{key}) + " is " + codes(g.Conditions[operator][key]))
		}
	}
	return out.String()
}
