package actions

// RemoveBucketReplicationRule takes rules that copy a bucket into strangers' accounts out of its replication.
func RemoveBucketReplicationRule() Action {
	return Action{
		ID:         "remove-bucket-replication-rule",
		Title:      "Remove rules of a bucket's replication",
		Reversible: true,
		Handles:    []string{"s3-replication-external"},
		Grants: []Grant{
			{Actions: []string{"s3:GetReplicationConfiguration"}, Resources: []string{s3Buckets}},
			{
				Actions: []string{"s3:PutReplicationConfiguration"}, Resources: []string{s3Buckets}, Writes: true,
				Events: []string{"PutBucketReplication", "PutReplicationConfiguration", "DeleteBucketReplication"},
			},
			{
				Actions: []string{"iam:PassRole"}, Resources: []string{"arn:${Partition}:iam::${Account}:role/*"}, Writes: true,
				ToService: "s3.amazonaws.com",
			},
		},
		Doc: `
Takes exactly those rules out of the bucket's replication that the event wrote and that copy into a stranger's account, known
by their names and destinations. Every other rule stays; a replication that has none left is deleted. Where a rule of the same
name is known from before, it comes back in place of the event's.

What was copied already stays copied. The role that S3 copies with is not touched.

To write the rules that stay, S3 demands the right to pass it the role that the replication has already.

What breaks if it is wrong: copies for a partner or a backup account stop, and what is written meanwhile is not copied later
by itself.

Undo puts the rules back. Objects that were written meanwhile are not copied by that.`,
		UndoDoc: "Undo puts the same rules back into the bucket's replication.",
	}
}
