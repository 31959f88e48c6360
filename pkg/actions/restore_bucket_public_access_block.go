package actions

// RestoreBucketPublicAccessBlock switches the settings of a bucket's Block Public Access on again.
func RestoreBucketPublicAccessBlock() Action {
	return Action{
		ID:         "restore-bucket-public-access-block",
		Title:      "Restore a bucket's Block Public Access",
		Reversible: true,
		Handles:    []string{"s3-public-access-block-removed"},
		Grants: []Grant{
			{Actions: []string{"s3:GetBucketPublicAccessBlock"}, Resources: []string{s3Buckets}},
			{
				Actions: []string{"s3:PutBucketPublicAccessBlock"}, Resources: []string{s3Buckets}, Writes: true,
				Events: []string{"PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"},
			},
		},
		Doc: `
Switches on again those of the four settings that the event left off, and all four where it deleted them. Where the state
before the event is known, only what was on then. The other settings stay as they are.

It does not take back the policies and access control lists that open the bucket: while the settings are on they have no
effect, and they are findings of their own.

What breaks if it is wrong: a website or a download that is meant for everyone answers "access denied" within seconds.

Undo sets the settings as the event left them, and deletes them where it had.`,
		UndoDoc: "Undo switches the same settings off again.",
	}
}
