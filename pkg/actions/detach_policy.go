package actions

// DetachPolicy takes a managed policy off a user, a role or a group.
func DetachPolicy() Action {
	return Action{
		ID:         "detach-policy",
		Title:      "Detach a managed policy",
		Reversible: true,
		Handles:    []string{"admin-policy-attached"},
		Grants: onPrincipals(
			Grant{Actions: []string{"iam:ListAttached%Policies"}},
			Grant{Actions: []string{"iam:Detach%Policy"}, Writes: true},
			Grant{Actions: []string{"iam:Attach%Policy"}, Writes: true, Undo: true},
		),
		Doc: `
Detaches the one managed policy that the event attached, from the one user, role or group that it was attached to. Other
policies stay, and so does the policy itself.

Sessions that exist already lose what the policy granted within seconds, because IAM judges every call anew. What was
done with the policy before is not undone.

Roles that belong to AWS or to the account's foundations (service-linked roles, IAM Identity Center, Control Tower, CDK,
StackSets) are refused, and a quarantine policy that AWS attached to a leaked key is never detached. Attaching a policy that
is attached already succeeds too, and the event does not tell: where Riposte knows that it was, a person decides.

Undo attaches the policy again, unless somebody has attached it or deleted its holder since.`,
		UndoDoc: "Undo attaches the policy again.",
	}
}
