package actions

// RestoreBucketLifecycle takes rules that delete a bucket's objects soon out of its lifecycle.
func RestoreBucketLifecycle() Action {
	return Action{
		ID:         "restore-bucket-lifecycle",
		Title:      "Restore a bucket's lifecycle rules",
		Reversible: true,
		Handles:    []string{"log-bucket-lifecycle-shortened"},
		Grants: []Grant{
			{Actions: []string{"s3:GetLifecycleConfiguration"}, Resources: []string{s3Buckets}},
			{
				Actions: []string{"s3:PutLifecycleConfiguration"}, Resources: []string{s3Buckets}, Writes: true,
				Events: []string{"PutBucketLifecycle", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"},
			},
		},
		Doc: `
Takes exactly those lifecycle rules out of the bucket that the event wrote and that delete objects soon, known by their
names and while they still expire what they expired then. Every other rule stays, also one of the same event. Where a rule of
the same name is known from before, it comes back in place of the event's.

Without its rules a bucket keeps what it has: nothing is lost, and it grows until somebody sets them again. What has expired
already does not come back, except from former versions. A rule that the event left out does not come back either.

What breaks if it is wrong: temporary files are no longer tidied away.

Undo puts the rules of the event back. Objects that are old enough then expire within a day.`,
		UndoDoc: "Undo puts the same rules back into the bucket's lifecycle.",
	}
}
