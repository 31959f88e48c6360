package exposure_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/exposure"
)

// TestGood holds what is remembered of events, so that a later change can be put back to it.
func TestGood(t *testing.T) {
	const (
		topic  = "arn:aws:sns:eu-west-1:111122223333:orders"
		queue  = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"
		policy = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}]}`
		secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"
	)
	text, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	state := func(aspect string, kind detect.ResourceType, id, name, state string) detect.State {
		return detect.State{Aspect: aspect, Resource: detect.Resource{Type: kind, ID: id}, Name: name, State: json.RawMessage(state)}
	}
	document := func(kind detect.ResourceType, id, text string) []detect.State {
		if text == `""` { // nobody knows
			return []detect.State{state("resource-policy", kind, id, "", "null")}
		}
		return []detect.State{state("resource-policy", kind, id, "", `{"document":`+text+`,"statements":[]}`)}
	}
	for name, tt := range map[string]struct {
		source, call, request, response string
		want                            []detect.State
	}{
		"topic":                   {"sns", "SetTopicAttributes", `{"topicArn":"` + topic + `","attributeName":"Policy","attributeValue":` + string(text) + `}`, `null`, document(detect.Topic, topic, string(text))},
		"name of a topic":         {"sns", "SetTopicAttributes", `{"topicArn":"` + topic + `","attributeName":"DisplayName","attributeValue":"x"}`, `null`, nil},
		"permission of a topic":   {"sns", "RemovePermission", `{"topicArn":"` + topic + `","label":"x"}`, `null`, document(detect.Topic, topic, `""`)},
		"new topic":               {"sns", "CreateTopic", `{"name":"orders"}`, `{"topicArn":"` + topic + `"}`, document(detect.Topic, topic, `""`)},
		"queue":                   {"sqs", "SetQueueAttributes", `{"queueUrl":"` + queue + `","attributes":{"Policy":` + string(text) + `}}`, `null`, document(detect.Queue, queue, string(text))},
		"queue, policy emptied":   {"sqs", "SetQueueAttributes", `{"queueUrl":"` + queue + `","attributes":{"Policy":""}}`, `null`, document(detect.Queue, queue, `""`)},
		"queue, other attributes": {"sqs", "SetQueueAttributes", `{"queueUrl":"` + queue + `","attributes":{"VisibilityTimeout":"30"}}`, `null`, nil},
		"repository":              {"ecr", "SetRepositoryPolicy", `{"repositoryName":"app","policyText":` + string(text) + `}`, `null`, document(detect.Repository, "app", string(text))},
		"repository without one":  {"ecr", "DeleteRepositoryPolicy", `{"repositoryName":"app"}`, `null`, document(detect.Repository, "app", `""`)},
		"secret by its ARN":       {"secretsmanager", "PutResourcePolicy", `{"secretId":"` + secret + `","resourcePolicy":` + string(text) + `}`, `{"aRN":"` + secret + `","name":"db"}`, document(detect.Secret, "db", string(text))},
		"secret by a silent ARN":  {"secretsmanager", "PutResourcePolicy", `{"secretId":"` + secret + `","resourcePolicy":` + string(text) + `}`, `null`, document(detect.Secret, secret, string(text))},
		"secret without one":      {"secretsmanager", "DeleteResourcePolicy", `{"secretId":"db"}`, `null`, document(detect.Secret, "db", `""`)},
		"key by its ARN": {
			"kms", "PutKeyPolicy", `{"keyId":"arn:aws:kms:eu-west-1:111122223333:key/0a1b","policyName":"default","policy":` + string(text) + `}`, `null`,
			[]detect.State{state("key-policy", detect.Key, "0a1b", "", string(text))},
		},
		"snapshot": {
			"ec2", "ModifySnapshotAttribute",
			`{"snapshotId":"snap-1","createVolumePermission":{"add":{"items":[{"userId":"444455556666"},{"group":"all"}]},"remove":{"items":[{"userId":"999988887777"}]}}}`, `null`,
			[]detect.State{
				state("share", detect.Snapshot, "snap-1", "999988887777", "false"), state("share", detect.Snapshot, "snap-1", "444455556666", "true"),
				state("share", detect.Snapshot, "snap-1", "all", "true"),
			},
		},
		"image": {
			"ec2", "ModifyImageAttribute",
			`{"imageId":"ami-1","launchPermission":{"add":{"items":[{"organizationArn":"arn:aws:organizations::111122223333:organization/o-a1b2c3d4e5"}]}}}`, `null`,
			[]detect.State{state("share", detect.Image, "ami-1", "arn:aws:organizations::111122223333:organization/o-a1b2c3d4e5", "true")},
		},
		"replication": {
			"s3", "PutBucketReplication",
			`{"bucketName":"reports","ReplicationConfiguration":{"Role":"r","Rule":{"ID":"a","Priority":1,"Status":"Enabled","Destination":{"Bucket":"arn:aws:s3:::copies"}}}}`, `null`,
			[]detect.State{state("bucket-replication", detect.Bucket, "reports", "", `{"role":"r","rules":[{"Destination":{"Bucket":"arn:aws:s3:::copies"},"ID":"a","Priority":1,"Status":"Enabled"}]}`)},
		},
		"replication that is taken away": {
			"s3", "DeleteBucketReplication", `{"bucketName":"reports"}`, `null`,
			[]detect.State{state("bucket-replication", detect.Bucket, "reports", "", `{"role":"","rules":[]}`)},
		},
		"snapshots blocked": {
			"ec2", "EnableSnapshotBlockPublicAccess", `{"EnableSnapshotBlockPublicAccessRequest":{"State":"block-all-sharing"}}`, `null`,
			[]detect.State{state("snapshot-block-public-access", detect.Account, "111122223333", "", `"block-all-sharing"`)},
		},
	} {
		ev := &cloudtrail.Event{
			Source: tt.source + ".amazonaws.com", Name: tt.call, Account: "111122223333", Region: "eu-west-1", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
			Request: cloudtrail.NewPayload([]byte(tt.request)), Response: cloudtrail.NewPayload([]byte(tt.response)),
		}
		if diff := cmp.Diff(tt.want, detect.NewIndex(exposure.Rules()).Good(ev)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestOneResourceOneName holds that the spellings of one resource lead to the same finding's resource, and that those of
// other accounts and regions stay apart.
func TestOneResourceOneName(t *testing.T) {
	function := func(name, qualifier string) string {
		if qualifier != "" {
			name += `","qualifier":"` + qualifier
		}
		return `{"functionName":"` + name + `","statementId":"s","action":"lambda:InvokeFunction","principal":"*"}`
	}
	for name, tt := range map[string]struct{ source, call, request, resource, qualifier string }{
		"function":                     {"lambda", "AddPermission", function("f", ""), "Function/f", ""},
		"function by its ARN":          {"lambda", "AddPermission", function("arn:aws:lambda:eu-west-1:111122223333:function:f", ""), "Function/f", ""},
		"function by a part of it":     {"lambda", "AddPermission", function("111122223333:function:f", ""), "Function/f", ""},
		"alias":                        {"lambda", "AddPermission", function("f", "prod"), "Function/f", "prod"},
		"alias in the name":            {"lambda", "AddPermission", function("f:prod", ""), "Function/f", "prod"},
		"alias in the ARN":             {"lambda", "AddPermission", function("arn:aws:lambda:eu-west-1:111122223333:function:f:prod", ""), "Function/f", "prod"},
		"alias in both":                {"lambda", "AddPermission", function("f:prod", "prod"), "Function/f", "prod"},
		"two aliases":                  {"lambda", "AddPermission", function("f:prod", "test"), "Function/f:prod", "test"},
		"another account's":            {"lambda", "AddPermission", function("arn:aws:lambda:eu-west-1:444455556666:function:f", ""), "Function/arn:aws:lambda:eu-west-1:444455556666:function:f", ""},
		"another region's":             {"lambda", "AddPermission", function("arn:aws:lambda:eu-west-2:111122223333:function:f", ""), "Function/arn:aws:lambda:eu-west-2:111122223333:function:f", ""},
		"address of a function":        {"lambda", "CreateFunctionUrlConfig", `{"functionName":"f:prod","authType":"NONE"}`, "Function/f", "prod"},
		"database snapshot by its ARN": {"rds", "ModifyDBSnapshotAttribute", `{"dBSnapshotIdentifier":"arn:aws:rds:eu-west-1:111122223333:snapshot:rds:db-1","attributeName":"restore","valuesToAdd":["all"]}`, "DBSnapshot/rds:db-1", ""},
		"cluster snapshot by its ARN":  {"rds", "ModifyDBClusterSnapshotAttribute", `{"dBClusterSnapshotIdentifier":"arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:c","attributeName":"restore","valuesToAdd":["all"]}`, "DBClusterSnapshot/c", ""},
		"document by its ARN":          {"ssm", "ModifyDocumentPermission", `{"name":"arn:aws:ssm:eu-west-1:111122223333:document/d","permissionType":"Share","accountIdsToAdd":["all"]}`, "Document/d", ""},
		"key by its ARN":               {"kms", "CreateGrant", `{"keyId":"arn:aws:kms:eu-west-1:111122223333:key/0a1b","granteePrincipal":"arn:aws:iam::444455556666:root","operations":["Decrypt"]}`, "Key/0a1b", ""},
	} {
		ev := &cloudtrail.Event{
			Source: tt.source + ".amazonaws.com", Name: tt.call, Account: "111122223333", Region: "eu-west-1", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
			Request: cloudtrail.NewPayload([]byte(tt.request)), Response: cloudtrail.NewPayload([]byte(`null`)),
		}
		found := detect.NewIndex(exposure.Rules()).Match(ev)
		if len(found) != 1 || found[0].Resource.String() != tt.resource || found[0].Params[detect.ParamQualifier] != tt.qualifier {
			t.Errorf("%s: found %+v; want one about %s %s", name, found, tt.resource, tt.qualifier)
		}
	}
}
