package actions

// DeactivateSSHPublicKey sets an SSH public key of a user to Inactive.
func DeactivateSSHPublicKey() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "deactivate-ssh-public-key",
		Title:      "Deactivate an SSH public key",
		Reversible: true,
		Handles:    []string{"access-key-reactivated-or-other-credential"},
		Grants: []Grant{
			{Actions: []string{"iam:ListSSHPublicKeys"}, Resources: []string{users}},
			{Actions: []string{"iam:UpdateSSHPublicKey"}, Resources: []string{users}, Writes: true},
		},
		Doc: `
Sets the SSH public key of the event to Inactive. CodeCommit then refuses who connects with it. It is never deleted, and no
other key of the user is touched. Whoever uploaded the key for work cannot push or fetch with it meanwhile.

Undo sets it to Active again, unless somebody has changed or deleted it since.`,
		UndoDoc: "Undo sets the key to Active again.",
	}
}
