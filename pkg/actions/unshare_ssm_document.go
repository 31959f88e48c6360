package actions

// UnshareSSMDocument takes back the permissions to use a document of Systems Manager.
func UnshareSSMDocument() Action {
	const documents = "arn:${Partition}:ssm:${Region}:${Account}:document/*"
	return Action{
		ID:         "unshare-ssm-document",
		Title:      "Stop sharing a Systems Manager document",
		Reversible: true,
		Handles:    []string{"ecr-ssm-secret-kms-glacier-policy-public"},
		Grants: []Grant{
			{Actions: []string{"ssm:DescribeDocumentPermission"}, Resources: []string{documents}},
			{Actions: []string{"ssm:ModifyDocumentPermission"}, Resources: []string{documents}, Writes: true},
		},
		Doc: `
Takes exactly those permissions to use the document away that the event gave to everyone or to accounts that are not known.
Permissions of other accounts stay, and so does the document. Documents of AWS are refused.

Where sharing with everyone put an end to sharing with single accounts, those do not come back: the event does not name
them. What others have read in the document, or copied, they keep.

If it is wrong, automations of the account that was meant to use the document fail until it is shared again.

Undo shares the document again with the same accounts, unless somebody has changed that since.`,
		UndoDoc: "Undo shares the document again with those that it was taken from.",
	}
}
