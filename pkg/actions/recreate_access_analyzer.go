package actions

// RecreateAccessAnalyzer makes a deleted analyzer of IAM Access Analyzer anew.
func RecreateAccessAnalyzer() Action {
	const analyzers = "arn:${Partition}:access-analyzer:${Region}:${Account}:analyzer/*"
	return Action{
		ID:         "recreate-access-analyzer",
		Title:      "Make a deleted access analyzer anew",
		Reversible: true,
		Handles:    []string{"access-analyzer-deleted"},
		Grants: []Grant{
			{Actions: []string{"access-analyzer:GetAnalyzer", "access-analyzer:ListArchiveRules"}, Resources: []string{analyzers}},
			{Actions: []string{"access-analyzer:CreateAnalyzer"}, Resources: []string{analyzers}, Writes: true},
			{Actions: []string{"access-analyzer:DeleteAnalyzer"}, Resources: []string{analyzers}, Writes: true, Undo: true},
		},
		Doc: `
Makes the analyzer anew under its name, of the same type and with the archive rules of its last known good state, in one
call. It looks at everything again and finds again what is shared. Where nobody knows that state it refuses. An analyzer of
that name that exists is left alone.

It brings back analyzers of external access only, of the account or of the organization: those of unused and internal
access cost money for what they look at, and have settings of their own. Former findings and tags are lost, and so is what
a person archived by hand. Where the service-linked role of Access Analyzer is gone too, it fails.

What breaks if it is wrong: an analyzer that was replaced by another one finds everything twice.

Undo deletes the analyzer again, with the findings that it has made meanwhile.`,
		UndoDoc: "Undo deletes the analyzer again.",
	}
}
