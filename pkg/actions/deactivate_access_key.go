package actions

// DeactivateAccessKey sets a user's access key to Inactive.
func DeactivateAccessKey() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "deactivate-access-key",
		Title:      "Deactivate an access key",
		Reversible: true,
		Handles:    []string{"access-key-created", "access-key-reactivated-or-other-credential"},
		Grants: []Grant{
			{Actions: []string{"iam:ListAccessKeys"}, Resources: []string{users}},
			{Actions: []string{"iam:UpdateAccessKey"}, Resources: []string{users}, Writes: true},
		},
		Doc: `
Sets the access key of the event to Inactive. AWS then refuses every call that is signed with it. The key is never
deleted, so that nothing is lost when it turns out to be wanted.

It does not end temporary credentials that were made from the key before (` + "`sts:GetSessionToken`" + `,
` + "`sts:GetFederationToken`" + `, ` + "`sts:AssumeRole`" + `): those live until they expire. It touches no other key of the user.

Keys of the root user cannot be deactivated from outside: the action refuses them and a person has to act.

Undo sets the key to Active again, unless somebody has changed or deleted it since.`,
		UndoDoc: "Undo sets the key to Active again.",
	}
}
