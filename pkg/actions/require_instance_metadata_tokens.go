package actions

// RequireInstanceMetadataTokens makes an instance hand out its credentials by IMDSv2 only.
func RequireInstanceMetadataTokens() Action {
	return Action{
		ID:         "require-instance-metadata-tokens",
		Title:      "Require IMDSv2 on an instance",
		Reversible: true,
		Handles:    []string{"block-public-sharing-disabled"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeInstances"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to an instance",
			},
			{
				Actions: []string{"ec2:ModifyInstanceMetadataOptions"}, Resources: []string{"arn:${Partition}:ec2:${Region}:${Account}:instance/*"},
				Writes: true,
			},
		},
		Doc: `
Makes the instance answer requests for its metadata, and with them for the credentials of its role, only where they carry a token,
as IMDSv2 has it. It takes effect within seconds and without a restart. Whether the metadata can be reached at all, over how many
hops, and whether they show tags stay as they are.

The event does not tell whether tokens were required before. Where the ledger knows that they were not, nothing is done.

What breaks if it is wrong: old agents and SDKs that know IMDSv1 only get no credentials any more.

Undo makes tokens optional again.`,
		UndoDoc: "Undo makes the tokens of IMDSv2 optional again.",
	}
}
