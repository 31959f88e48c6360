package actions

// DeactivateAllKeys sets every access key of a user to Inactive.
func DeactivateAllKeys() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "deactivate-all-keys",
		Title:      "Deactivate all access keys of a user",
		Reversible: true,
		Drastic:    true,
		Handles:    []string{"key-quarantined-by-aws"},
		Grants: []Grant{
			{Actions: []string{"iam:ListAccessKeys"}, Resources: []string{users}},
			{Actions: []string{"iam:UpdateAccessKey"}, Resources: []string{users}, Writes: true},
		},
		Doc: `
Sets every access key of the user that is active to Inactive. AWS then refuses every call that is signed with one of them. Keys
are never deleted, and those that were inactive before stay so.

It does not end temporary credentials that were made from the keys before: those live until they expire. The user's password
and other credentials stay. Every program that works with one of the keys stops.

Undo sets exactly the keys to Active again that were active before, unless somebody has changed, added or deleted one since.`,
		UndoDoc: "Undo sets the keys to Active again that were active before.",
	}
}
