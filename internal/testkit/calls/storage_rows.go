package calls

// S3's permissions have names of their own, and what deletes a setting needs the permission to put it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
func storageRows() map[string]row {
	t := map[string]row{}
	bucket := []string{"arn:${Partition}:s3:::{Bucket}"}
	add(t, "S3", row{on: bucket}, "GetBucketAcl", "PutBucketAcl", "GetBucketLogging", "PutBucketLogging", "GetBucketPolicy",
		"PutBucketPolicy", "DeleteBucketPolicy", "GetBucketVersioning", "PutBucketVersioning")
	for action, operations := range map[string][]string{
		"s3:GetBucketPublicAccessBlock":  {"GetPublicAccessBlock"},
		"s3:PutBucketPublicAccessBlock":  {"PutPublicAccessBlock", "DeletePublicAccessBlock"},
		"s3:GetEncryptionConfiguration":  {"GetBucketEncryption"},
		"s3:PutEncryptionConfiguration":  {"PutBucketEncryption", "DeleteBucketEncryption"},
		"s3:GetLifecycleConfiguration":   {"GetBucketLifecycleConfiguration"},
		"s3:PutLifecycleConfiguration":   {"PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"},
		"s3:GetReplicationConfiguration": {"GetBucketReplication"},
	} {
		add(t, "S3", row{action: action, on: bucket}, operations...)
	}
	add(t, "S3", row{action: "s3:PutReplicationConfiguration", on: bucket}, "DeleteBucketReplication")
	add(t, "S3", row{
		action: "s3:PutReplicationConfiguration", on: bucket,
		also: []further{{
			action: "iam:PassRole", on: []string{"{ReplicationConfiguration.Role}"},
			context: map[string]string{"iam:PassedToService": "s3.amazonaws.com"},
		}},
	}, "PutBucketReplication")
	add(t, "S3", row{on: []string{"arn:${Partition}:s3:::{Bucket}/{Key}"}}, "GetObjectAcl", "PutObjectAcl")
	add(t, "S3 Control", row{action: "s3:GetAccountPublicAccessBlock", on: []string{"*"}}, "GetPublicAccessBlock")
	add(t, "S3 Control", row{action: "s3:PutAccountPublicAccessBlock", on: []string{"*"}}, "PutPublicAccessBlock", "DeletePublicAccessBlock")
	return t
}
