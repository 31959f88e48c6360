package actions

// RevokeRoleSessions ends the sessions of a role that exist.
func RevokeRoleSessions() Action {
	const roles = "arn:${Partition}:iam::${Account}:role/*"
	return Action{
		ID:         "revoke-role-sessions",
		Title:      "Revoke a role's sessions",
		Reversible: true,
		Drastic:    true,
		Handles:    []string{"signin-token"},
		Grants: []Grant{
			{Actions: []string{"iam:GetRolePolicy", "iam:ListRolePolicies"}, Resources: []string{roles}},
			{Actions: []string{"iam:PutRolePolicy"}, Resources: []string{roles}, Writes: true},
			{Actions: []string{"iam:DeleteRolePolicy"}, Resources: []string{roles}, Writes: true, Undo: true},
		},
		Doc: `
Puts the inline policy AWSRevokeOlderSessions on the role, as the console does: it denies everything to credentials that were
issued before now. Who may assume the role can do so again at once and gets credentials that work.

It hits every session of the role, not the one of the event alone. Programs that keep their credentials until they expire,
those on instances among them, fail until they fetch new ones. It does not keep anybody out: close the door as well, such as the
trust policy. Roles that belong to AWS or to the account's foundations are refused.

Undo takes the policy off, or puts back the one that stood there before. Sessions that have not expired work again then.`,
		UndoDoc: "Undo lets the role's former sessions work again until they expire.",
	}
}
