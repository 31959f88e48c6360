package data_test

import (
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/data"
)

func TestEstate(t *testing.T) {
	const vault = `{"backupVaultName":"nightly","policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[`
	const rest = `]},\"Action\":\"backup:CopyIntoBackupVault\",\"Resource\":\"*\"}]}"}`
	ruletest.Estate(t, data.Rules(), []ruletest.EstateCase{
		{
			Name: "backup vault", Rule: "DAT-007", Source: "backup", Call: "PutBackupVaultAccessPolicy",
			One:  vault + `\"arn:aws:iam::{account}:root\"` + rest,
			Both: vault + `\"arn:aws:iam::{trusted}:root\",\"arn:aws:iam::{stranger}:root\"` + rest,
		},
		{
			Name: "key of a bucket", Rule: "DAT-002", Source: "s3", Call: "PutBucketEncryption",
			One: `{"bucketName":"b","ServerSideEncryptionConfiguration":{"Rule":{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"arn:aws:kms:us-east-1:{account}:key/k"}}}}`,
		},
		{
			Name: "key of a copy", Rule: "DAT-008", Source: "rds", Call: "CopyDBSnapshot",
			One: `{"sourceDBSnapshotIdentifier":"a","targetDBSnapshotIdentifier":"b","kmsKeyId":"arn:aws:kms:us-east-1:{account}:key/k"}`,
		},
		{
			Name: "key of an export", Rule: "DAT-008", Source: "rds", Call: "StartExportTask", Lower: true,
			One: `{"sourceArn":"arn:aws:rds:us-east-1:111122223333:snapshot:s","s3BucketName":"b","kmsKeyId":"arn:aws:kms:us-east-1:{account}:key/k"}`,
		},
		{
			Name: "layer of a new function", Rule: "DAT-010", Source: "lambda", Call: "CreateFunction",
			One:  `{"functionName":"f","layers":["arn:aws:lambda:us-east-1:{account}:layer:helper:1"]}`,
			Both: `{"functionName":"f","layers":["arn:aws:lambda:us-east-1:{trusted}:layer:helper:1","arn:aws:lambda:us-east-1:{stranger}:layer:helper:1"]}`,
		},
		{
			Name: "layer", Rule: "DAT-010", Source: "lambda", Call: "UpdateFunctionConfiguration", Lower: true,
			One:  `{"functionName":"f","layers":["arn:aws:lambda:us-east-1:{account}:layer:helper:1"]}`,
			Both: `{"functionName":"f","layers":["arn:aws:lambda:us-east-1:{trusted}:layer:helper:1","arn:aws:lambda:us-east-1:{stranger}:layer:helper:1"]}`,
		},
		{
			Name: "source of events", Rule: "DAT-010", Source: "lambda", Call: "CreateEventSourceMapping", Lower: true,
			One: `{"functionName":"f","eventSourceArn":"arn:aws:sqs:us-east-1:{account}:q"}`,
		},
		{
			Name: "document of a command", Rule: "DAT-011", Source: "ssm", Call: "SendCommand", Lower: true,
			One: `{"documentName":"arn:aws:ssm:us-east-1:{account}:document/tidy","instanceIds":["i-0a1b2c3d4e5f60718"]}`,
		},
		{
			Name: "entry of a cluster", Rule: "DAT-012", Source: "eks", Call: "CreateAccessEntry",
			One: `{"name":"shop","principalArn":"arn:aws:iam::{account}:role/operators"}`,
		},
	})
}
