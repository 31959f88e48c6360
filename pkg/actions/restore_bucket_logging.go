package actions

// RestoreBucketLogging lets a bucket log again who accesses it.
func RestoreBucketLogging() Action {
	return Action{
		ID:         "restore-bucket-logging",
		Title:      "Restore a bucket's access logging",
		Reversible: true,
		Handles:    []string{"s3-access-logging-disabled"},
		Grants: []Grant{
			{Actions: []string{"s3:GetBucketLogging"}, Resources: []string{s3Buckets}},
			{Actions: []string{"s3:PutBucketLogging"}, Resources: []string{s3Buckets}, Writes: true},
		},
		Doc: `
Sets the bucket, the prefix and the format of the access log as they last were, where the event switched the log off and it
still is. Where nobody knows what was set it refuses; the event history holds the former call.

Rights that the former setting gave on the log files themselves do not come back. The bucket for the logs has to be there and
still admit them. Access meanwhile is not in the log.

What breaks if it is wrong: log files of a bucket whose objects CloudTrail records cost their storage.

Undo switches the log off again.`,
		UndoDoc: "Undo switches the bucket's access log off again.",
	}
}
