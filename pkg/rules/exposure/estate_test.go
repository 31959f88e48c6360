package exposure_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/exposure"
)

// allow is a policy, as a string in JSON, that lets principals do something.
func allow(principals, action string) string {
	return `"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[` + principals +
		`]},\"Action\":\"` + action + `\",\"Resource\":\"*\"}]}"`
}

func TestEstate(t *testing.T) {
	const (
		one  = `\"arn:aws:iam::{account}:root\"`
		both = `\"arn:aws:iam::{trusted}:root\",\"arn:aws:iam::{stranger}:root\"`
	)
	ruletest.Estate(t, exposure.Rules(), []ruletest.EstateCase{
		{
			Name: "bucket policy", Rule: "EXP-002", Source: "s3", Call: "PutBucketPolicy",
			One:  `{"bucketName":"b","bucketPolicy":` + allow(one, "s3:GetObject") + `}`,
			Both: `{"bucketName":"b","bucketPolicy":` + allow(both, "s3:GetObject") + `}`,
		},
		{
			Name: "access point", Rule: "EXP-002", Source: "s3", Call: "PutAccessPointPolicy",
			One:  `{"name":"a","PutAccessPointPolicyRequest":{"Policy":` + allow(one, "s3:GetObject") + `}}`,
			Both: `{"name":"a","PutAccessPointPolicyRequest":{"Policy":` + allow(both, "s3:GetObject") + `}}`,
		},
		{
			Name: "snapshot", Rule: "EXP-005", Source: "ec2", Call: "ModifySnapshotAttribute",
			One:  `{"snapshotId":"s","createVolumePermission":{"add":{"items":[{"userId":"{account}"}]}}}`,
			Both: `{"snapshotId":"s","createVolumePermission":{"add":{"items":[{"userId":"{trusted}"},{"userId":"{stranger}"}]}}}`,
		},
		{
			Name: "image", Rule: "EXP-006", Source: "ec2", Call: "ModifyImageAttribute",
			One:  `{"imageId":"i","launchPermission":{"add":{"items":[{"userId":"{account}"}]}}}`,
			Both: `{"imageId":"i","launchPermission":{"add":{"items":[{"userId":"{trusted}"},{"userId":"{stranger}"}]}}}`,
		},
		{
			Name: "database snapshot", Rule: "EXP-007", Source: "rds", Call: "ModifyDBSnapshotAttribute",
			One:  `{"dBSnapshotIdentifier":"d","attributeName":"restore","valuesToAdd":["{account}"]}`,
			Both: `{"dBSnapshotIdentifier":"d","attributeName":"restore","valuesToAdd":["{trusted}","{stranger}"]}`,
		},
		{
			Name: "function", Rule: "EXP-009", Source: "lambda", Call: "AddPermission",
			One: `{"functionName":"f","action":"lambda:InvokeFunction","principal":"{account}"}`,
		},
		{
			Name: "function for everyone in an account", Rule: "EXP-009", Source: "lambda", Call: "AddPermission",
			One: `{"functionName":"f","action":"lambda:InvokeFunction","principal":"*","sourceAccount":"{account}"}`,
		},
		{
			Name: "layer", Rule: "EXP-009", Source: "lambda", Call: "AddLayerVersionPermission",
			One: `{"layerName":"l","versionNumber":1,"action":"lambda:GetLayerVersion","principal":"{account}"}`,
		},
		{
			Name: "secret", Rule: "EXP-011", Source: "secretsmanager", Call: "PutResourcePolicy",
			One:  `{"secretId":"s","resourcePolicy":` + allow(one, "secretsmanager:GetSecretValue") + `}`,
			Both: `{"secretId":"s","resourcePolicy":` + allow(both, "secretsmanager:GetSecretValue") + `}`,
		},
		{
			Name: "repository", Rule: "EXP-011", Source: "ecr", Call: "SetRepositoryPolicy",
			One:  `{"repositoryName":"r","policyText":` + allow(one, "ecr:BatchGetImage") + `}`,
			Both: `{"repositoryName":"r","policyText":` + allow(both, "ecr:BatchGetImage") + `}`,
		},
		{
			Name: "document", Rule: "EXP-011", Source: "ssm", Call: "ModifyDocumentPermission",
			One:  `{"name":"d","accountIdsToAdd":["{account}"]}`,
			Both: `{"name":"d","accountIdsToAdd":["{trusted}","{stranger}"]}`,
		},
		{
			Name: "grant of a key", Rule: "EXP-011", Source: "kms", Call: "CreateGrant",
			One: `{"keyId":"k","granteePrincipal":"arn:aws:iam::{account}:role/r","operations":["Decrypt"]}`,
		},
		{
			Name: "key policy", Rule: "EXP-012", Source: "kms", Call: "PutKeyPolicy",
			One:  `{"keyId":"k","policy":` + allow(`\"arn:aws:iam::111122223333:root\",`+one, "kms:*") + `}`,
			Both: `{"keyId":"k","policy":` + allow(`\"arn:aws:iam::111122223333:root\",`+both, "kms:*") + `}`,
		},
		{
			Name: "topic", Rule: "EXP-013", Source: "sns", Call: "AddPermission",
			One:  `{"topicArn":"arn:aws:sns:us-east-1:111122223333:t","aWSAccountId":["{account}"],"actionName":["Publish"]}`,
			Both: `{"topicArn":"arn:aws:sns:us-east-1:111122223333:t","aWSAccountId":["{trusted}","{stranger}"],"actionName":["Publish"]}`,
		},
		{
			Name: "replication", Rule: "EXP-018", Source: "s3", Call: "PutBucketReplication",
			One:  `{"bucketName":"b","replicationConfiguration":{"rules":[{"status":"Enabled","destination":{"account":"{account}"}}]}}`,
			Both: `{"bucketName":"b","replicationConfiguration":{"rules":[{"status":"Enabled","destination":{"account":"{trusted}"}},{"status":"Enabled","destination":{"account":"{stranger}"}}]}}`,
		},
		{
			Name: "replication under a key", Rule: "EXP-018", Source: "s3", Call: "PutBucketReplication",
			One: `{"bucketName":"b","replicationConfiguration":{"rules":[{"status":"Enabled","destination":{"encryptionConfiguration":{"replicaKmsKeyID":"arn:aws:kms:us-east-1:{account}:key/k"}}}]}}`,
		},
	})
}

// TestOrganizations holds that an organisation is the own one where the operator says so, a stranger's where the operator
// names another, and that everyone stays everyone.
func TestOrganizations(t *testing.T) {
	const shared = `{"imageId":"i","launchPermission":{"add":{"items":[{"organizationArn":"arn:aws:organizations::444455556666:organization/o-a1b2c3d4e5"}]}}}`
	const unit = `{"imageId":"i","launchPermission":{"add":{"items":[{"organizationalUnitArn":"arn:aws:organizations::444455556666:ou/o-a1b2c3d4e5/ou-ab12-prod0001"}]}}}`
	const everyone = `{"imageId":"i","launchPermission":{"add":{"items":[{"group":"all"},{"userId":"444455556666"}]}}}`
	const limited = `{"secretId":"s","resourcePolicy":"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-a1b2c3d4e5\"}}}}"}`
	const image, secret = "ModifyImageAttribute", "PutResourcePolicy"
	tests := []struct {
		name, source, call, request string
		estate                      *cloudtrail.Estate
		want                        string // the severity
	}{
		{"nobody said anything", "ec2", image, shared, nil, "LOW"},
		{"the own one", "ec2", image, shared, &cloudtrail.Estate{Organization: "o-a1b2c3d4e5"}, ""},
		{"one that an own account manages", "ec2", image, shared, &cloudtrail.Estate{Accounts: []string{"444455556666"}}, ""},
		{"one that a trusted account manages", "ec2", image, shared, &cloudtrail.Estate{Trusted: []string{"444455556666"}}, "LOW"},
		{"another", "ec2", image, shared, &cloudtrail.Estate{Organization: "o-zzzzzzzzzz"}, "HIGH"},
		{"a unit of the own one", "ec2", image, unit, &cloudtrail.Estate{Organization: "o-a1b2c3d4e5"}, ""},
		{"a unit of another", "ec2", image, unit, &cloudtrail.Estate{Organization: "o-zzzzzzzzzz"}, "HIGH"},
		{"everyone", "ec2", image, everyone, &cloudtrail.Estate{Organization: "o-a1b2c3d4e5", Trusted: []string{"444455556666"}}, "CRITICAL"},
		{"a condition on the own one", "secretsmanager", secret, limited, &cloudtrail.Estate{Organization: "o-a1b2c3d4e5"}, ""},
		{"a condition on another", "secretsmanager", secret, limited, &cloudtrail.Estate{Organization: "o-zzzzzzzzzz"}, "HIGH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, f := range detect.NewIndex(exposure.Rules()).In(tt.estate).Match(call(tt.source, tt.call, tt.request, `null`)) {
				got += f.Severity.String()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
