package exposure_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/exposure"
)

func call(source, name, request, response string) *cloudtrail.Event {
	return &cloudtrail.Event{
		ID: "e-1", Source: source + ".amazonaws.com", Name: name, Account: "111122223333", Region: "us-east-1",
		Identity: cloudtrail.Identity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/mallory", UserName: "mallory"},
		Request:  cloudtrail.NewPayload(json.RawMessage(request)), Response: cloudtrail.NewPayload(json.RawMessage(response)),
	}
}

// TestShapes holds spellings that the sample events do not have: log pipelines and older services write them.
func TestShapes(t *testing.T) {
	const readAll = `{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}`
	tests := []struct {
		name, source, call, request string
		want                        string // rule, severity, and whether it could not be judged
	}{
		{"header with underscores", "s3", "PutBucketAcl", `{"bucketName":"b","AccessControlList":{"x_amz_grant_write":"uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""}}`, "EXP-003 CRITICAL"},
		{"canned list in capitals", "s3", "PutBucketAcl", `{"bucketName":"b","X-Amz-Acl":"Public-Read"}`, "EXP-003 HIGH"},
		{"header of another type", "s3", "PutBucketAcl", `{"bucketName":"b","x-amz-acl":{"a":1}}`, "EXP-003 HIGH not judged"},
		{"headers of another type", "s3", "PutBucketAcl", `{"bucketName":"b","accessControlList":7}`, "EXP-003 HIGH not judged"},
		{"grant with an unknown permission", "s3", "PutBucketAcl", `{"bucketName":"b","AccessControlPolicy":{"AccessControlList":{"Grant":{"Grantee":{"URI":"http://acs.amazonaws.com/groups/global/AllUsers"}}}}}`, "EXP-003 CRITICAL"},
		{"empty canned list", "s3", "CreateBucket", `{"bucketName":"b","x-amz-acl":""}`, ""},
		{"a bucket named like a header", "s3", "CreateBucket", `{"bucketName":"x-amz-acl","tag":"public-read"}`, ""},
		{"setting that is no boolean", "s3", "PutBucketPublicAccessBlock", `{"bucketName":"b","PublicAccessBlockConfiguration":{"BlockPublicAcls":"yes","IgnorePublicAcls":true,"BlockPublicPolicy":"perhaps","RestrictPublicBuckets":true}}`, "EXP-004 HIGH"},
		{"bucket call without a bucket", "s3", "DeleteBucketPublicAccessBlock", `{"publicAccessBlock":""}`, "EXP-004 HIGH not judged"},
		{"one grantee without a list", "ec2", "ModifySnapshotAttribute", `{"snapshotId":"snap-1","createVolumePermission":{"add":{"items":{"userId":444455556666}}}}`, "EXP-005 HIGH"},
		{"group of another name", "ec2", "ModifySnapshotAttribute", `{"snapshotId":"snap-1","createVolumePermission":{"add":{"items":[{"group":"ALL"}]}}}`, "EXP-005 CRITICAL"},
		{"added and removed at once", "ec2", "ModifyImageAttribute", `{"imageId":"ami-1","launchPermission":{"add":{"items":[{"userId":"444455556666"}]},"remove":{"items":[{"group":"all"}]}}}`, "EXP-006 HIGH"},
		{"permission of another type", "ec2", "ModifyImageAttribute", `{"imageId":"ami-1","launchPermission":"all"}`, "EXP-006 HIGH not judged"},
		{"one value without a list", "rds", "ModifyDBSnapshotAttribute", `{"dBSnapshotIdentifier":"s","attributeName":"restore","valuesToAdd":"all"}`, "EXP-007 CRITICAL"},
		{"another attribute", "rds", "ModifyDBSnapshotAttribute", `{"dBSnapshotIdentifier":"s","attributeName":"tags","valuesToAdd":["all"]}`, ""},
		{"public as text", "rds", "ModifyDBInstance", `{"dBInstanceIdentifier":"d","publiclyAccessible":"true"}`, "EXP-008 HIGH"},
		{"null is not asked for", "rds", "ModifyDBInstance", `{"dBInstanceIdentifier":"d","publiclyAccessible":null}`, ""},
		{"principal that is no account", "lambda", "AddPermission", `{"functionName":"f","action":"lambda:*","principal":"o-a1b2c3d4e5"}`, "EXP-009 HIGH"},
		{"public source of another account", "lambda", "AddPermission", `{"functionName":"f","action":"lambda:InvokeFunction","principal":"*","sourceArn":"arn:aws:sns:us-east-1:444455556666:t"}`, "EXP-009 HIGH"},
		{"policy that is no policy", "secretsmanager", "PutResourcePolicy", `{"secretId":"s","resourcePolicy":"open"}`, "EXP-011 HIGH not judged"},
		{"identity policy on a resource", "sqs", "SetQueueAttributes", `{"queueUrl":"q","attributes":{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}}`, "EXP-013 HIGH not judged"},
		{"queue with a policy for everything", "sqs", "CreateQueue", `{"queueName":"q","attributes":{"Policy":"` + readAll + `"}}`, "EXP-013 CRITICAL"},
		{"topic's accounts by the older name", "sns", "AddPermission", `{"topicArn":"arn:aws:sns:us-east-1:111122223333:t","aWSAccountId":["444455556666"],"actionName":["Publish"]}`, "EXP-013 HIGH"},
		{"defaults in capitals", "ec2", "ModifyInstanceMetadataDefaults", `{"ModifyInstanceMetadataDefaultsRequest":{"HttpTokens":"OPTIONAL"}}`, "EXP-014 HIGH"},
		{"replication by a list of rules", "s3", "PutBucketReplication", `{"bucketName":"b","replicationConfiguration":{"rules":[{"status":"Enabled","destination":{"account":"444455556666","bucket":"arn:aws:s3:::c"}}]}}`, "EXP-018 HIGH"},
	}
	index := detect.NewIndex(exposure.Rules())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range index.Match(call(tt.source, tt.call, tt.request, `null`)) {
				text := f.Rule + " " + f.Severity.String()
				if f.Unjudged != "" {
					text += " not judged"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestHostileNames holds that names from an event cannot forge a line or flood a message.
func TestHostileNames(t *testing.T) {
	name := strings.Repeat("a\\n\\u202e\\u001b[31m", 400)
	open := `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`
	index := detect.NewIndex(exposure.Rules())
	for _, ev := range []*cloudtrail.Event{
		call("s3", "PutBucketPolicy", `{"bucketName":"`+name+`","bucketPolicy":`+open+`}`, `null`),
		call("s3", "DeleteBucketPolicy", `{"bucketName":"`+name+`"}`, `null`),
		call("s3", "PutBucketAcl", `{"bucketName":"`+name+`","x-amz-acl":"`+name+`"}`, `null`),
		call("ec2", "ModifySnapshotAttribute", `{"snapshotId":"`+name+`","createVolumePermission":{"add":{"items":[{"userId":"`+name+`"}]}}}`, `null`),
		call("lambda", "CreateFunctionUrlConfig", `{"functionName":"`+name+`","authType":"NONE"}`, `{"functionUrl":"`+name+`"}`),
		call("kms", "CreateGrant", `{"keyId":"`+name+`","granteePrincipal":"arn:aws:iam::444455556666:`+name+`","operations":["`+name+`"]}`, `null`),
		call("codebuild", "UpdateProjectVisibility", `{"projectArn":"`+name+`","projectVisibility":"PUBLIC_READ","resourceAccessRole":"`+name+`"}`, `null`),
	} {
		found := index.Match(ev)
		if len(found) == 0 {
			t.Errorf("%s: nothing found", ev.Name)
		}
		for _, f := range found {
			if strings.ContainsAny(f.Summary, "\n\x1b\u202e") || len(f.Summary) > 4096 {
				t.Errorf("%s: summary %.80q… of %d bytes", ev.Name, f.Summary, len(f.Summary))
			}
		}
	}
}
