package data_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/data"
)

// members returns what a rule counts of a call.
func members(t *testing.T, rule *detect.Rule, source, name, request, response string) []string {
	t.Helper()
	found, err := rule.Match(&cloudtrail.Event{
		Source: source, Name: name, Account: "111122223333", Region: "us-east-1", ReadOnly: true,
		Request: cloudtrail.NewPayload(json.RawMessage(request)), Response: cloudtrail.NewPayload(json.RawMessage(response)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return nil
	}
	return found[0].Rate.Members
}

// TestSpellings holds that one thing counts once, however a call spells it, and that two things count twice.
func TestSpellings(t *testing.T) {
	const arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"
	tests := []struct {
		name          string
		rule          *detect.Rule
		source, event string
		one, other    string
		same          bool
	}{
		{"name and ARN", data.SecretsReadInBulk(), "secretsmanager", "GetSecretValue", `{"secretId":"a/b"}`, `{"secretId":"` + arn + `a/b-4Rzn83"}`, true},
		{"ARN without its end", data.SecretsReadInBulk(), "secretsmanager", "GetSecretValue", `{"secretId":"a/b"}`, `{"secretId":"` + arn + `a/b"}`, true},
		{"two secrets", data.SecretsReadInBulk(), "secretsmanager", "GetSecretValue", `{"secretId":"a/b"}`, `{"secretId":"a/c"}`, false},
		{"two regions", data.SecretsReadInBulk(), "secretsmanager", "GetSecretValue", `{"secretId":"a/b"}`, `{"secretId":"` + strings.Replace(arn, "us-east-1", "eu-west-1", 1) + `a/b-4Rzn83"}`, false},
		{"two accounts", data.SecretsReadInBulk(), "secretsmanager", "GetSecretValue", `{"secretId":"a/b"}`, `{"secretId":"` + strings.Replace(arn, "111122223333", "444455556666", 1) + `a/b-4Rzn83"}`, false},
		{"one in a list", data.SecretsReadInBulk(), "secretsmanager", "BatchGetSecretValue", `{"secretIdList":["a","` + arn + `a-4Rzn83"]}`, `{"secretIdList":["a"]}`, true},
		{"versions of a parameter", data.SecretsReadInBulk(), "ssm", "GetParameter", `{"name":"/a/b","withDecryption":true}`, `{"name":"/a/b:7","withDecryption":true}`, true},
		{"a parameter's ARN", data.SecretsReadInBulk(), "ssm", "GetParameter", `{"name":"b","withDecryption":true}`, `{"name":"arn:aws:ssm:us-east-1:111122223333:parameter/b","withDecryption":true}`, true},
		{"a path with and without its end", data.SecretsReadInBulk(), "ssm", "GetParametersByPath", `{"path":"/a","withDecryption":true}`, `{"path":"/a/","withDecryption":true}`, true},
		{"a path and a parameter", data.SecretsReadInBulk(), "ssm", "GetParametersByPath", `{"path":"/a","withDecryption":true}`, `{"name":"/a","withDecryption":true}`, false},
		{"a key's id and ARN", data.DeletedInBulk(), "kms", "ScheduleKeyDeletion", `{"keyId":"1234abcd"}`, `{"keyId":"arn:aws:kms:us-east-1:111122223333:key/1234abcd"}`, true},
		{"a table and a bucket", data.DeletedInBulk(), "dynamodb", "DeleteTable", `{"tableName":"a"}`, `{"bucketName":"a"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := tt.source + ".amazonaws.com"
			one, other := members(t, tt.rule, source, tt.event, tt.one, ""), members(t, tt.rule, source, tt.event, tt.other, "")
			if len(one) != 1 || len(other) != 1 {
				t.Fatalf("counts %q and %q, want one of each", one, other)
			}
			if (one[0] == other[0]) != tt.same {
				t.Errorf("counts %q and %q, the same: want %v", one, other, tt.same)
			}
		})
	}
}

// TestMachinesStartedInBulk holds that what one call starts is left to DAT-015 only from where that rule tells of it.
func TestMachinesStartedInBulk(t *testing.T) {
	started := func(n int) []string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(`{"instanceId":"i-%d"}`, i)
		}
		return members(t, data.MachinesStartedInBulk(), "ec2.amazonaws.com", "RunInstances", "{}",
			`{"instancesSet":{"items":[`+strings.Join(items, ",")+`]}}`)
	}
	if got := started(19); len(got) != 19 {
		t.Errorf("of 19 machines %d count", len(got))
	}
	if got := started(20); got != nil {
		t.Errorf("of 20 machines at once %d count", len(got))
	}
	spot := members(t, data.MachinesStartedInBulk(), "ec2.amazonaws.com", "RequestSpotInstances", "{}",
		`{"spotInstanceRequestSet":{"items":[{"spotInstanceRequestId":"sir-1"},{"spotInstanceRequestId":"sir-2"}]}}`)
	if diff := cmp.Diff([]string{"sir-1", "sir-2"}, spot); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
