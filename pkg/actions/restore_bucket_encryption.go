package actions

// RestoreBucketEncryption gives a bucket its default encryption back.
func RestoreBucketEncryption() Action {
	return Action{
		ID:         "restore-bucket-encryption",
		Title:      "Restore a bucket's default encryption",
		Reversible: true,
		Handles:    []string{"s3-versioning-encryption-mfadelete-disabled"},
		Grants: []Grant{
			{Actions: []string{"s3:GetEncryptionConfiguration"}, Resources: []string{s3Buckets}},
			{
				Actions: []string{"s3:PutEncryptionConfiguration"}, Resources: []string{s3Buckets}, Writes: true,
				Events: []string{"PutBucketEncryption", "DeleteBucketEncryption"},
			},
		},
		Doc: `
Sets what new objects of the bucket are encrypted with: as it was before the event where that is known, and otherwise with
S3's own keys, so that nobody outside of the account decides who can read them. It acts while the setting still is what the
event made it.

Objects that are there keep the encryption that they have. What was encrypted with a stranger's key meanwhile can only be
read while that account allows it: copy it.

What breaks if it is wrong: writers that are only allowed to use the key of the event.

Undo sets the encryption as the event left it.`,
		UndoDoc: "Undo sets the default encryption as the event left it.",
	}
}
