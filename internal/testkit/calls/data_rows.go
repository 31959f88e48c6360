package calls

func dataRows() map[string]row {
	t := map[string]row{}
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
	add(t, "KMS", row{on: []string{"arn:${Partition}:kms:${Region}:${Account}:key/{KeyId}"}},
		"CancelKeyDeletion", "CreateGrant", "DescribeKey", "DisableKey", "DisableKeyRotation", "EnableKey", "EnableKeyRotation",
		"GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "PutKeyPolicy", "RevokeGrant", "ScheduleKeyDeletion")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
	const rds = "arn:${Partition}:rds:${Region}:${Account}:"
	add(t, "RDS", row{on: []string{rds + "db:{DBInstanceIdentifier}"}}, "DescribeDBInstances", "ModifyDBInstance")
	add(t, "RDS", row{on: []string{rds + "cluster:{DBClusterIdentifier}"}}, "DescribeDBClusters", "ModifyDBCluster")
	add(t, "RDS", row{on: []string{rds + "snapshot:{DBSnapshotIdentifier}"}}, "DescribeDBSnapshotAttributes", "ModifyDBSnapshotAttribute")
	add(t, "RDS", row{on: []string{rds + "cluster-snapshot:{DBClusterSnapshotIdentifier}"}},
		"DescribeDBClusterSnapshotAttributes", "ModifyDBClusterSnapshotAttribute")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
	add(t, "DynamoDB", row{on: []string{"arn:${Partition}:dynamodb:${Region}:${Account}:table/{TableName}"}},
		"DescribeContinuousBackups", "UpdateContinuousBackups")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
	// The ARN of a secret ends with six characters that its name lacks.
	add(t, "Secrets Manager", row{on: []string{"arn:${Partition}:secretsmanager:${Region}:${Account}:secret:{SecretId}-a1B2c3"}},
		"GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
	add(t, "SNS", row{on: []string{"{TopicArn}"}}, "GetTopicAttributes", "SetTopicAttributes")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
	add(t, "SQS", row{on: []string{queues}}, "GetQueueAttributes", "SetQueueAttributes")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
	add(t, "SSM", row{on: []string{"arn:${Partition}:ssm:${Region}:${Account}:document/{Name}"}},
		"DescribeDocumentPermission", "ModifyDocumentPermission")
	return t
}

const queues = "arn:${Partition}:sqs:${Region}:${Account}:{QueueUrl|base}"
