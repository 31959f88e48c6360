package actions

// EnableKeyRotation switches the yearly rotation of a KMS key on again.
func EnableKeyRotation() Action {
	return Action{
		ID:         "enable-key-rotation",
		Title:      "Enable a KMS key's rotation",
		Reversible: true,
		Handles:    []string{"kms-key-disabled-or-deleted"},
		Grants: []Grant{
			{Actions: []string{"kms:GetKeyRotationStatus"}, Resources: []string{kmsKeys}},
			{Actions: []string{"kms:EnableKeyRotation"}, Resources: []string{kmsKeys}, Writes: true},
			{Actions: []string{"kms:DisableKeyRotation"}, Resources: []string{kmsKeys}, Writes: true, Undo: true},
		},
		Doc: `
Switches the automatic rotation of the key on again, with the period that the ledger knows, or else with KMS's own of 365 days:
the event does not tell. Older key material stays, and what it encrypted is read as before.

What breaks if it is wrong: nothing; each rotation costs a little.

Undo switches the rotation off again.`,
		UndoDoc: "Undo switches the key's rotation off again.",
	}
}
