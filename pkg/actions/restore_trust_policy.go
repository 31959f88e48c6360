package actions

// RestoreTrustPolicy puts the trust policy of a role back, or takes the statements out of it that let outsiders in.
func RestoreTrustPolicy() Action {
	const roles = "arn:${Partition}:iam::${Account}:role/*"
	return Action{
		ID:         "restore-trust-policy",
		Title:      "Restore a role's trust policy",
		Reversible: true,
		Handles:    []string{"trust-policy-opened"},
		Grants: []Grant{
			{Actions: []string{"iam:GetRole"}, Resources: []string{roles}},
			{Actions: []string{"iam:UpdateAssumeRolePolicy"}, Resources: []string{roles}, Writes: true},
		},
		Doc: `
Puts back the trust policy that the role had before the event, where Riposte knows it and nobody has changed the role's
since. Otherwise it takes out exactly the statements of the event that let outsiders in, and keeps every other one.

Where nothing that lets anybody in would be left, it refuses for a role that existed before, since whoever uses the role
would be locked out by a guess. A role that the event itself made gets a trust policy that lets in nobody.

It does not end sessions that came in meanwhile: those live until they expire, unless they are revoked. A statement that
lets in outsiders together with others is taken out as a whole: whoever else it let in cannot assume the role until the
policy is put back. Roles that belong to AWS or to the account's foundations are refused.

AWS refuses a policy that names a user or a role which no longer exists: a person has to mend it then.

Undo puts the policy of the event back, unless somebody has changed it since.`,
		UndoDoc: "Undo puts back the trust policy that the role had after the event.",
	}
}
