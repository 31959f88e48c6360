package actions

// RemoveUserFromGroup takes a user out of a group.
func RemoveUserFromGroup() Action {
	const groups = "arn:${Partition}:iam::${Account}:group/*"
	return Action{
		ID:         "remove-user-from-group",
		Title:      "Remove a user from a group",
		Reversible: true,
		Handles:    []string{"added-to-group"},
		Grants: []Grant{
			{Actions: []string{"iam:ListGroupsForUser"}, Resources: []string{"arn:${Partition}:iam::${Account}:user/*"}},
			{Actions: []string{"iam:RemoveUserFromGroup"}, Resources: []string{groups}, Writes: true},
			{Actions: []string{"iam:AddUserToGroup"}, Resources: []string{groups}, Writes: true, Undo: true},
		},
		Doc: `
Takes the one user out of the one group that the event put it into. Its other groups, and the group's other members, stay.
Adding a member once more succeeds too, and the event does not tell: where Riposte knows of the membership, a person decides.

The user loses what the group may do within seconds. What it did meanwhile, such as keys that it made, is not undone. A
colleague who was put into a team's group for good reason cannot work until the membership is given back.

Undo puts the user into the group again.`,
		UndoDoc: "Undo puts the user into the group again.",
	}
}
