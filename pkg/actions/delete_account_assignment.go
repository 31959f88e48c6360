package actions

// DeleteAccountAssignment takes back what IAM Identity Center gave somebody in an account.
func DeleteAccountAssignment() Action {
	resources := []string{
		"arn:${Partition}:sso:::instance/*", "arn:${Partition}:sso:::permissionSet/*", "arn:${Partition}:sso:::account/*",
	}
	return Action{
		ID:         "delete-account-assignment",
		Title:      "Take back an account assignment",
		Reversible: true,
		Handles:    []string{"identity-center-changed"},
		Grants: []Grant{
			{Actions: []string{"sso:ListAccountAssignments"}, Resources: resources},
			{Actions: []string{"sso:DeleteAccountAssignment"}, Resources: resources, Writes: true},
			{Actions: []string{"sso:CreateAccountAssignment"}, Resources: resources, Writes: true, Undo: true},
		},
		Doc: `
Takes the permission set in that account from exactly the person or the group that the event gave it to. Other people, other
accounts and the permission set itself stay as they are. IAM Identity Center carries it out by and by, within a minute as a rule.

Who is signed in already keeps the session's credentials until they expire: the longest that the permission set allows is
twelve hours. Revoke them in the account where that is too long. An assignment in the management account can only be taken
back from there. Where Riposte knows that the assignment was there before the event, a person decides.

What breaks if it is wrong: the person, or everybody in the group, cannot sign in to that account with these rights.

Undo gives the same permission set in the same account to the same person or group.`,
		UndoDoc: "Undo gives the same rights in the same account to the same person or group again.",
	}
}
