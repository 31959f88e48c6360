package actions

// EnableKey enables a KMS key that was disabled.
func EnableKey() Action {
	return Action{
		ID:         "enable-key",
		Title:      "Enable a KMS key",
		Reversible: true,
		Handles:    []string{"kms-key-disabled-or-deleted"},
		Grants: []Grant{
			{Actions: []string{"kms:DescribeKey"}, Resources: []string{kmsKeys}},
			{Actions: []string{"kms:EnableKey"}, Resources: []string{kmsKeys}, Writes: true},
			{Actions: []string{"kms:DisableKey"}, Resources: []string{kmsKeys}, Writes: true, Undo: true},
		},
		Doc: `
Enables the key that the event disabled. What uses it works again at once or within minutes. Its policy, grants, aliases and
rotation stay as they are. A key that is about to be deleted is refused: its deletion has to be cancelled first.

What breaks if it is wrong: a key that was disabled because it leaked decrypts again until a person undoes this.

Undo disables the key again.`,
		UndoDoc: "Undo disables the key again.",
	}
}
