package actions

// RestoreKeyPolicy puts the policy of a KMS key back.
func RestoreKeyPolicy() Action {
	const keys = "arn:${Partition}:kms:${Region}:${Account}:key/*"
	return Action{
		ID:         "restore-key-policy",
		Title:      "Restore a key's policy",
		Reversible: true,
		Handles:    []string{"kms-key-policy-changed", "ecr-ssm-secret-kms-glacier-policy-public"},
		Grants: []Grant{
			{Actions: []string{"kms:GetKeyPolicy"}, Resources: []string{keys}},
			{Actions: []string{"kms:PutKeyPolicy"}, Resources: []string{keys}, Writes: true},
		},
		Doc: `
Puts the policy of the key back that was last known to be good, while the key has the policy of the event. Where nobody knows a
good one, or somebody has changed the policy since, it takes exactly the risky statements of the event out and leaves the others.

It never writes a policy under which the key's own account could not change it again: where that would come out, it refuses and
a person decides. KMS checks for a lock-out of the caller as well, and that check is never passed over. Where the event's policy
locks Riposte out, only a principal that the policy still names, or AWS, can help.

Grants on the key stay, and what was decrypted meanwhile stays known.

If it is wrong, whoever used the key by those statements, such as a backup account, can no longer read what it encrypts.

Undo puts the policy of the event back, unless somebody has changed it since or it would lock the account out.`,
		UndoDoc: "Undo puts the event's policy back, unless that would lock the account out.",
	}
}
