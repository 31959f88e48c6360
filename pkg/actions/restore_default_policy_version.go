package actions

// RestoreDefaultPolicyVersion makes an earlier, less risky version of a managed policy its default again.
func RestoreDefaultPolicyVersion() Action {
	const policies = "arn:${Partition}:iam::${Account}:policy/*"
	return Action{
		ID:         "restore-default-policy-version",
		Title:      "Restore the default version of a managed policy",
		Reversible: true,
		Handles:    []string{"managed-policy-wildcard"},
		Grants: []Grant{
			{
				Actions:   []string{"iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"},
				Resources: []string{policies},
			},
			{Actions: []string{"iam:SetDefaultPolicyVersion"}, Resources: []string{policies}, Writes: true},
		},
		Doc: `
Makes another version of the customer managed policy its default, while the version of the event still is. The risky
version is kept.

The event does not say which version was the default before. Where Riposte has seen which, it takes that one. Otherwise it takes the
newest version that is older than the risky one after ` + "`CreatePolicyVersion`" + `, since new versions become the default as a
rule, and the only other one after ` + "`SetDefaultPolicyVersion`" + `; where several differ it refuses, and a person decides. It
takes only a version whose document is read and judged less risky than the event's, which may therefore grant less than the
former default did; where there is none, it refuses as well.

` + "`SetDefaultPolicyVersion`" + ` does not carry the document: the action reads it, and does nothing where it is harmless.

A new policy (` + "`CreatePolicy`" + `) has no earlier version and grants nothing before it is attached: that is for a person.

Undo makes the version of the event the default again, unless somebody has changed the default since.`,
		UndoDoc: "Undo makes the version of the event the default again.",
	}
}
