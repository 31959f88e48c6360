package actions

// EnableBucketVersioning makes a bucket keep versions of its objects again.
func EnableBucketVersioning() Action {
	return Action{
		ID:         "enable-bucket-versioning",
		Title:      "Enable a bucket's versioning",
		Reversible: true,
		Handles:    []string{"s3-versioning-encryption-mfadelete-disabled"},
		Grants: []Grant{
			{Actions: []string{"s3:GetBucketVersioning"}, Resources: []string{s3Buckets}},
			{Actions: []string{"s3:PutBucketVersioning"}, Resources: []string{s3Buckets}, Writes: true},
		},
		Doc: `
Sets the bucket's versioning from Suspended to Enabled. Versions that are there stay; what was overwritten or deleted while
it was suspended does not come back.

MFA delete is not touched: it can only be set by the root user with its device. A bucket that demands it refuses the call, so
that the action refuses too.

What breaks if it is wrong: nothing at once; the bucket grows by the versions that it keeps.

Undo suspends the versioning again.`,
		UndoDoc: "Undo suspends the versioning again.",
	}
}
