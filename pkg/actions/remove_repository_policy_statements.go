package actions

// RemoveRepositoryPolicyStatements takes risky statements out of the policy of a repository of container images.
func RemoveRepositoryPolicyStatements() Action {
	const repositories = "arn:${Partition}:ecr:${Region}:${Account}:repository/*"
	return Action{
		ID:         "remove-repository-policy-statements",
		Title:      "Remove statements of a repository's policy",
		Reversible: true,
		Handles:    []string{"ecr-ssm-secret-kms-glacier-policy-public"},
		Grants: []Grant{
			{Actions: []string{"ecr:GetRepositoryPolicy"}, Resources: []string{repositories}},
			{Actions: []string{"ecr:SetRepositoryPolicy"}, Resources: []string{repositories}, Writes: true},
			{Actions: []string{"ecr:DeleteRepositoryPolicy"}, Resources: []string{repositories}, Writes: true},
		},
		Doc: `
Takes exactly those statements out of the policy of the repository that the event wrote and that let in everyone or an
account that is not known. A statement that somebody has changed since the event counts as another one and is left
alone; every other statement stays as it stands.

Where the policy before the event is known and nobody has written another one since, it comes back as it was, with the
statements that the event left out. Otherwise what the event replaced does not come back: the event does not show it.
Where no statement is left, the policy is deleted. The policy of the whole registry, and repositories of the public
gallery, are for a person.

If it is wrong, clusters and functions of the account that was meant to pull images fail to start new copies.

Undo puts the statements back where they stood, unless somebody has put them back or deleted the repository since.`,
		UndoDoc: "Undo puts the same statements back where they stood.",
	}
}
