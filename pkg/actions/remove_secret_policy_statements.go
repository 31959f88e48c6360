package actions

// RemoveSecretPolicyStatements takes risky statements out of a secret's policy.
func RemoveSecretPolicyStatements() Action {
	const named = "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:*"
	return Action{
		ID:         "remove-secret-policy-statements",
		Title:      "Remove statements of a secret's policy",
		Reversible: true,
		Handles:    []string{"ecr-ssm-secret-kms-glacier-policy-public"},
		Grants: []Grant{
			{Actions: []string{"secretsmanager:GetResourcePolicy"}, Resources: []string{named}},
			{Actions: []string{"secretsmanager:PutResourcePolicy"}, Resources: []string{named}, Writes: true},
			{Actions: []string{"secretsmanager:DeleteResourcePolicy"}, Resources: []string{named}, Writes: true},
		},
		Doc: `
Takes exactly those statements out of the policy of the secret that the event wrote and that let in everyone or an
account that is not known. A statement that somebody has changed since the event counts as another one and is left
alone; every other statement stays as it stands.

Where the policy before the event is known and nobody has written another one since, it comes back as it was, with the
statements that the event left out. Otherwise what the event replaced does not come back: the event does not show it.
Where no statement is left, the policy is deleted. The secret itself is never read.

Whoever has read the secret meanwhile knows it: change it.

If it is wrong, whoever used the secret by those statements no longer gets it.

Undo puts the statements back where they stood, unless somebody has put them back or deleted the secret since.`,
		UndoDoc: "Undo puts the same statements back where they stood.",
	}
}
