package actions

// RevokeKeyGrant revokes a grant on a KMS key.
func RevokeKeyGrant() Action {
	const keys = "arn:${Partition}:kms:${Region}:${Account}:key/*"
	return Action{
		ID:         "revoke-key-grant",
		Title:      "Revoke a grant on a key",
		Reversible: true,
		Handles:    []string{"ecr-ssm-secret-kms-glacier-policy-public"},
		Grants: []Grant{
			{Actions: []string{"kms:ListGrants"}, Resources: []string{keys}},
			{Actions: []string{"kms:RevokeGrant"}, Resources: []string{keys}, Writes: true},
			{Actions: []string{"kms:CreateGrant"}, Resources: []string{keys}, Writes: true, Undo: true},
		},
		Doc: `
Revokes the one grant on the key that the event made, by its id. Other grants, and the key's policy, stay. KMS takes up to five
minutes until nobody can use the grant any more; a grant token that was handed out is worthless then too.

What was decrypted meanwhile stays known. Grants that a service of AWS made for the caller are for a person: a volume or a
database may hang on them.

If it is wrong, the principal that was meant to use the key no longer can.

Undo makes a grant for the same principal, operations and constraints. It has another id and a name that Riposte gives it.`,
		UndoDoc: "Undo makes the same grant again, under a new id and name.",
	}
}
