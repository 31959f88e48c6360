package actions

// DeactivateSigningCertificate sets a signing certificate of a user to Inactive.
func DeactivateSigningCertificate() Action {
	const users = "arn:${Partition}:iam::${Account}:user/*"
	return Action{
		ID:         "deactivate-signing-certificate",
		Title:      "Deactivate a signing certificate",
		Reversible: true,
		Handles:    []string{"access-key-reactivated-or-other-credential"},
		Grants: []Grant{
			{Actions: []string{"iam:ListSigningCertificates"}, Resources: []string{users}},
			{Actions: []string{"iam:UpdateSigningCertificate"}, Resources: []string{users}, Writes: true},
		},
		Doc: `
Sets the signing certificate of the event to Inactive. AWS then refuses requests that are signed with it. It is never
deleted, and no other credential of the user is touched. A program that signs with the certificate stops working.

Certificates of the root user cannot be deactivated from outside: the action refuses them and a person has to act.

Undo sets it to Active again, unless somebody has changed or deleted it since.`,
		UndoDoc: "Undo sets the certificate to Active again.",
	}
}
