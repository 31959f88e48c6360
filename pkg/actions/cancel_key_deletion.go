package actions

// kmsKeys are the KMS keys of the account and the region.
const kmsKeys = "arn:${Partition}:kms:${Region}:${Account}:key/*"

// CancelKeyDeletion keeps a KMS key that is about to be deleted.
func CancelKeyDeletion() Action {
	return Action{
		ID:         "cancel-key-deletion",
		Title:      "Cancel the deletion of a KMS key",
		Reversible: true,
		Handles:    []string{"kms-key-disabled-or-deleted"},
		Grants: []Grant{
			{Actions: []string{"kms:DescribeKey"}, Resources: []string{kmsKeys}},
			{Actions: []string{"kms:CancelKeyDeletion", "kms:EnableKey"}, Resources: []string{kmsKeys}, Writes: true},
			{Actions: []string{"kms:ScheduleKeyDeletion"}, Resources: []string{kmsKeys}, Writes: true, Undo: true},
		},
		Doc: `
Cancels the scheduled deletion of the key. KMS leaves such a key disabled: it is enabled again only where the ledger knows
that it was enabled before, since the event does not tell. Otherwise the key stays disabled, nothing is lost, and a
person decides whether to enable it.

The key's policy has to allow the calls to Riposte's role, as most policies do by letting in the account. A key whose
deletion somebody else has cancelled, or that is deleted already, is left alone; so are replicas that a primary key waits for.

What breaks if it is wrong: a key that was meant to go stays, and costs a dollar a month.

Undo schedules the deletion again, with the longest waiting period that KMS knows, 30 days from then.`,
		UndoDoc: "Undo schedules the key's deletion again, in 30 days.",
	}
}
