package actions

// DeleteLoginProfile takes a new console password away from a user.
func DeleteLoginProfile() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "delete-login-profile",
		Title:      "Delete a new console password",
		Reversible: false,
		Handles:    []string{"login-profile-created-or-reset"},
		Grants: []Grant{
			{Actions: []string{"iam:GetLoginProfile", "iam:GetUser"}, Resources: []string{users}},
			{Actions: []string{"iam:DeleteLoginProfile"}, Resources: []string{users}, Writes: true},
		},
		Doc: `
Deletes the login profile that the event made, so that nobody can sign in to the console with its password. It leaves
alone a profile that somebody made after the event, and one whose password was only reset: the user had it before.

It does not end sessions at the console that are open already, and touches no access key of the user.

Nobody can undo it: AWS never shows the password. A person can make a new login profile, with another password.`,
		UndoDoc: "Nothing can give the password back: a person has to make a new login profile.",
	}
}
