package actions

// QuarantineRole denies a role everything.
func QuarantineRole() Action {
	const roles = "arn:${Partition}:iam::${Account}:role/*"
	return Action{
		ID:         "quarantine-role",
		Title:      "Quarantine a role",
		Reversible: true,
		Drastic:    true,
		Handles:    []string{"trust-policy-opened", "signin-token"},
		Grants: []Grant{
			{Actions: []string{"iam:GetRolePolicy", "iam:ListRolePolicies"}, Resources: []string{roles}},
			{Actions: []string{"iam:PutRolePolicy"}, Resources: []string{roles}, Writes: true},
			{Actions: []string{"iam:DeleteRolePolicy"}, Resources: []string{roles}, Writes: true, Undo: true},
		},
		Doc: `
Puts an inline policy named RiposteQuarantine on the role that denies every action on every resource, for the sessions that
exist and for later ones, within seconds. The role's trust policy and its other policies stay.

Everybody and everything that works through this role is stopped, workloads included, until the quarantine is undone.
Whoever may change the role's inline policies can take it off again. Where the role has no room for another inline policy, IAM
refuses it. Roles that belong to AWS or to the account's foundations are refused.

Undo takes the policy off, or puts back what stood under its name before.`,
		UndoDoc: "Undo takes the quarantine off the role.",
	}
}
