package actions

// DeactivateServiceSpecificCredential sets a service-specific credential of a user to Inactive.
func DeactivateServiceSpecificCredential() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "deactivate-service-specific-credential",
		Title:      "Deactivate a service-specific credential",
		Reversible: true,
		Handles:    []string{"access-key-reactivated-or-other-credential"},
		Grants: []Grant{
			{Actions: []string{"iam:ListServiceSpecificCredentials"}, Resources: []string{users}},
			{Actions: []string{"iam:UpdateServiceSpecificCredential"}, Resources: []string{users}, Writes: true},
		},
		Doc: `
Sets the credential of the event, such as a password for CodeCommit or an API key for Bedrock, to Inactive. The service then
refuses it. It is never deleted, and no other credential of the user is touched.

Where the event reset the password of a credential that existed, the former password does not come back.

Undo sets it to Active again, unless somebody has changed or deleted it since.`,
		UndoDoc: "Undo sets the credential to Active again.",
	}
}
