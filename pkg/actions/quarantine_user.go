package actions

// QuarantineUser denies a user everything.
func QuarantineUser() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "quarantine-user",
		Title:      "Quarantine a user",
		Reversible: true,
		Drastic:    true,
		Handles:    []string{"iam-user-created", "key-quarantined-by-aws"},
		Grants: []Grant{
			{Actions: []string{"iam:GetUserPolicy", "iam:ListUserPolicies"}, Resources: []string{users}},
			{Actions: []string{"iam:PutUserPolicy"}, Resources: []string{users}, Writes: true},
			{Actions: []string{"iam:DeleteUserPolicy"}, Resources: []string{users}, Writes: true, Undo: true},
		},
		Doc: `
Puts an inline policy named RiposteQuarantine on the user that denies every action on every resource. It holds for the user's
keys, its password and the sessions that it has, within seconds. Nothing else of the user is changed: its keys, its groups and
its policies stay.

It does not hold for sessions of roles that the user assumed before. A person or a program that works as this user is
stopped in all that it does until the quarantine is undone. Whoever may change the user's inline policies can take it off
again, unless an organization's policy forbids it. Where the user has no room for another inline policy, IAM refuses it.

Undo takes the policy off, or puts back what stood under its name before.`,
		UndoDoc: "Undo takes the quarantine off the user.",
	}
}
