package actions

// DeleteFederationProvider deletes an identity provider that an event made.
func DeleteFederationProvider() Action {
	const (
		saml = "arn:${Partition}:iam::${Account}:saml-provider/*"
		oidc = "arn:${Partition}:iam::${Account}:oidc-provider/*"
	)
	return Action{
		ID:         "delete-federation-provider",
		Title:      "Delete a new identity provider",
		Reversible: false,
		Handles:    []string{"federation-provider-changed"},
		Grants: []Grant{
			{Actions: []string{"iam:GetSAMLProvider"}, Resources: []string{saml}},
			{Actions: []string{"iam:GetOpenIDConnectProvider"}, Resources: []string{oidc}},
			{Actions: []string{"iam:DeleteSAMLProvider"}, Resources: []string{saml}, Writes: true},
			{Actions: []string{"iam:DeleteOpenIDConnectProvider"}, Resources: []string{oidc}, Writes: true},
		},
		Doc: `
Deletes the SAML or OpenID Connect provider that the event made, so that nobody can sign in through it any more. It leaves
alone a provider that existed before, and one of the same name that somebody made after the event.

Roles that trust the provider stay, and trust one that does not exist. Sessions that came in through it live until they expire.
Where a team had made the provider for its deployments, they fail.

Nobody can undo it: a provider that is made anew is another one, whose settings a person has to give.`,
		UndoDoc: "Nothing can give the provider back: a person has to make a new one.",
	}
}
