package actions

// EnableEBSEncryptionDefault makes EBS encrypt new volumes by default again.
func EnableEBSEncryptionDefault() Action {
	return Action{
		ID:         "enable-ebs-encryption-default",
		Title:      "Encrypt new EBS volumes by default",
		Reversible: true,
		Handles:    []string{"ebs-encryption-default-disabled"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:GetEbsEncryptionByDefault"}, Resources: []string{"*"},
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:EnableEbsEncryptionByDefault"}, Resources: []string{"*"}, Writes: true,
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:DisableEbsEncryptionByDefault"}, Resources: []string{"*"}, Writes: true, Undo: true,
				Why: "it is a setting of the region and no resource",
			},
		},
		Doc: `
Switches the encryption of new EBS volumes by default on again in the region of the event. The key that it uses was not changed
by the event and stays.

Volumes and snapshots that were made meanwhile stay unencrypted: look for them.

If it is wrong, launches fail for callers who may not use the key.

Undo switches the default off again, unless somebody has done so since.`,
		UndoDoc: "Undo switches encryption by default off again.",
	}
}
