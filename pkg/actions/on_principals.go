package actions

import "strings"

// onPrincipals spells grants out for users, roles and groups: % in the name of an API action stands for the kind of
// principal, and each grant reaches that kind only.
func onPrincipals(grants ...Grant) []Grant {
	var all []Grant
	for _, g := range grants {
		for _, kind := range []string{"User", "Role", "Group"} {
			spelled := g
			spelled.Actions = nil
			for _, name := range g.Actions {
				spelled.Actions = append(spelled.Actions, strings.ReplaceAll(name, "%", kind))
			}
			spelled.Resources = []string{"arn:${Partition}:iam::${Account}:" + strings.ToLower(kind) + "/*"}
			all = append(all, spelled)
		}
	}
	return all
}
