package calls

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/iampolicy"
)

// TestTables holds the tables against the actions that AWS documents: each exists, and one that takes a resource has one.
func TestTables(t *testing.T) {
	everything := map[string]string{
		"cloudwatch:DescribeAlarms": "composite alarms are described only to those who may describe all",
	}
	check := func(operation, action string, on []string) {
		a, known := iampolicy.FindAction(action)
		_, excused := everything[action]
		all := len(on) == 1 && on[0] == "*"
		switch {
		case !known:
			t.Errorf("%s: AWS has no action %s", operation, action)
		case len(on) == 0:
			t.Errorf("%s: %s is on nothing", operation, action)
		case a.TakesResource == all && !excused:
			t.Errorf("%s: %s takes a resource: %v, and the table has %v", operation, action, a.TakesResource, on)
		}
	}
	for operation, r := range table() {
		service, name, _ := strings.Cut(operation, " ")
		if i := strings.LastIndex(operation, " "); i >= 0 {
			service, name = operation[:i], operation[i+1:]
		}
		action := r.action
		if action == "" {
			action = prefix(service) + ":" + name
		}
		check(operation, action, r.on)
		for _, f := range r.also {
			check(operation, f.action, f.on)
		}
	}
}

func TestNeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		call Call
		want []Need
	}{
		"a user by name": {
			Call{Service: "IAM", Operation: "UpdateAccessKey", Input: &iam.UpdateAccessKeyInput{UserName: aws.String("bob"), AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE")}},
			[]Need{{Action: "iam:UpdateAccessKey", Resource: "arn:${Partition}:iam::${Account}:user/bob"}},
		},
		"root, who has no name": {
			Call{Service: "IAM", Operation: "ListAccessKeys", Input: &iam.ListAccessKeysInput{}},
			[]Need{{Action: "iam:ListAccessKeys", Resource: "arn:${Partition}:iam::${Account}:root"}},
		},
		"a policy of AWS": {
			Call{Service: "IAM", Operation: "DetachRolePolicy", Account: "111122223333", Input: &iam.DetachRolePolicyInput{
				RoleName: aws.String("app"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess"),
			}},
			[]Need{{
				Action: "iam:DetachRolePolicy", Resource: "arn:${Partition}:iam::${Account}:role/app",
				Context: map[string]string{"iam:PolicyARN": "arn:${Partition}:iam::aws:policy/AdministratorAccess"},
			}},
		},
		"an ARN in the place of a name": {
			Call{Service: "KMS", Operation: "EnableKey", Region: "eu-west-1", Account: "111122223333", Input: &kms.EnableKeyInput{
				KeyId: aws.String("arn:aws:kms:eu-west-1:111122223333:key/1"),
			}},
			[]Need{{Action: "kms:EnableKey", Resource: "arn:${Partition}:kms:${Region}:${Account}:key/1"}},
		},
		"an ARN of another account": {
			Call{Service: "KMS", Operation: "EnableKey", Region: "eu-west-1", Account: "111122223333", Input: &kms.EnableKeyInput{
				KeyId: aws.String("arn:aws:kms:us-east-1:444455556666:key/1"),
			}},
			[]Need{{Action: "kms:EnableKey", Resource: "arn:${Partition}:kms:us-east-1:444455556666:key/1"}},
		},
		"several resources, and permissions beside the call's own": {
			Call{Service: "EC2", Operation: "CreateFlowLogs", Input: &ec2.CreateFlowLogsInput{
				ResourceIds:       []string{"subnet-1", "subnet-2"},
				TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeVpcFlowLog}},
			}},
			[]Need{
				{Action: "ec2:CreateFlowLogs", Resource: "arn:${Partition}:ec2:${Region}:${Account}:vpc-flow-log/*"},
				{Action: "ec2:CreateFlowLogs", Resource: "arn:${Partition}:ec2:${Region}:${Account}:subnet/subnet-1"},
				{Action: "ec2:CreateFlowLogs", Resource: "arn:${Partition}:ec2:${Region}:${Account}:subnet/subnet-2"},
				{Action: "ec2:CreateTags", Resource: "arn:${Partition}:ec2:${Region}:${Account}:vpc-flow-log/*"},
				{Action: "logs:CreateLogDelivery", Resource: "*"},
			},
		},
		"a member within a member, and a role that is passed": {
			Call{Service: "S3", Operation: "PutBucketReplication", Account: "111122223333", Input: &s3.PutBucketReplicationInput{
				Bucket: aws.String("b"), ReplicationConfiguration: &s3types.ReplicationConfiguration{Role: aws.String("arn:aws:iam::111122223333:role/copy")},
			}},
			[]Need{
				{Action: "s3:PutReplicationConfiguration", Resource: "arn:${Partition}:s3:::b"},
				{Action: "iam:PassRole", Resource: "arn:${Partition}:iam::${Account}:role/copy", Context: map[string]string{"iam:PassedToService": "s3.amazonaws.com"}},
			},
		},
		"a rule on another bus, and one on the default bus": {
			Call{Service: "EventBridge", Operation: "EnableRule", Input: map[string]any{"Name": "r", "EventBusName": "b"}},
			[]Need{{Action: "events:EnableRule", Resource: "arn:${Partition}:events:${Region}:${Account}:rule/b/r"}},
		},
		"the last part of a URL": {
			Call{Service: "SQS", Operation: "GetQueueAttributes", Input: map[string]any{"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/q"}},
			[]Need{{Action: "sqs:GetQueueAttributes", Resource: "arn:${Partition}:sqs:${Region}:${Account}:q"}},
		},
	} {
		got, err := Needs(tt.call)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// TestNeedsRefuses holds that nothing is needed silently.
func TestNeedsRefuses(t *testing.T) {
	for name, c := range map[string]Call{
		"an operation that no table has": {Service: "IAM", Operation: "CreateUser", Input: map[string]any{}},
		"a service that no table has":    {Service: "Marsupials", Operation: "ListAccessKeys", Input: map[string]any{}},
		"an input without its resource":  {Service: "IAM", Operation: "GetRole", Input: &iam.GetRoleInput{}},
		"an input of no shape":           {Service: "IAM", Operation: "GetRole", Input: "bob"},
	} {
		if got, err := Needs(c); err == nil {
			t.Errorf("%s: %v, and no error", name, got)
		}
	}
}

func TestLines(t *testing.T) {
	records := []Record{
		{By: "remediate", Remedy: "b", Phase: Undo, Need: Need{Action: "iam:B", Resource: "*"}},
		{By: "remediate", Remedy: "b", Phase: Plan, Need: Need{Action: "iam:C", Resource: "*", Context: map[string]string{"k": "v"}}},
		{By: "remediate", Remedy: "b", Phase: Undo, Need: Need{Action: "iam:B", Resource: "*"}},
	}
	data, err := Lines(records)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"by":"remediate","remedy":"b","phase":"plan","action":"iam:C","resource":"*","context":{"k":"v"}}
{"by":"remediate","remedy":"b","phase":"undo","action":"iam:B","resource":"*"}
`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	back, err := ReadLines(data)
	if err != nil || len(back) != 2 || back[0].Context["k"] != "v" || back[1].Phase != Undo {
		t.Errorf("read back %+v: %v", back, err)
	}
	if _, err := ReadLines([]byte("{\n")); err == nil {
		t.Error("half a line is read")
	}
}
