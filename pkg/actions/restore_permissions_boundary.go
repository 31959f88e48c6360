package actions

// RestorePermissionsBoundary gives a user or a role the permissions boundary back that it had.
func RestorePermissionsBoundary() Action {
	const (
		users = "arn:${Partition}:iam::${Account}:user/*"
		roles = "arn:${Partition}:iam::${Account}:role/*"
	)
	return Action{
		ID:         "restore-permissions-boundary",
		Title:      "Restore a permissions boundary",
		Reversible: true,
		Handles:    []string{"permissions-boundary-removed"},
		Grants: []Grant{
			{Actions: []string{"iam:GetUser"}, Resources: []string{users}},
			{Actions: []string{"iam:GetRole"}, Resources: []string{roles}},
			{Actions: []string{"iam:PutUserPermissionsBoundary"}, Resources: []string{users}, Writes: true},
			{Actions: []string{"iam:PutRolePermissionsBoundary"}, Resources: []string{roles}, Writes: true},
			{Actions: []string{"iam:DeleteUserPermissionsBoundary"}, Resources: []string{users}, Writes: true, Undo: true},
			{Actions: []string{"iam:DeleteRolePermissionsBoundary"}, Resources: []string{roles}, Writes: true, Undo: true},
		},
		Doc: `
Gives the user or the role the permissions boundary back that it had before the event, while the boundary is still what the
event made of it.

The event does not say which boundary that was. Where Riposte has not seen it before, it refuses, and a person decides; it
never takes a boundary away, which would widen what the principal may do. What the principal did without the boundary is not
undone. A boundary that was widened on purpose is narrow again until somebody undoes this.

Roles that belong to AWS or to the account's foundations are refused.

Undo makes the boundary what the event had made of it: another one, or none.`,
		UndoDoc: "Undo makes the boundary what the event had made of it.",
	}
}
