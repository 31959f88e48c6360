package engine

import (
	"encoding/json"
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

func knowing() ledger.Incident {
	return ledger.Incident{
		Account: "111122223333", Region: "us-east-1",
		Finding: detect.Finding{
			Resource: detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"},
			Params:   map[string]string{detect.ParamRules: `[{"cidr_ipv4":"0.0.0.0/0","from_port":22}]`, detect.ParamRisks: "a,b"},
		},
		Changes: []ledger.Change{{Change: remedy.Change{
			Target: remedy.Target{Region: "eu-west-1", ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"},
			Before: json.RawMessage(`{"status":"Active","policy":"{\"Resource\":\"arn:aws:s3:::reports\"}","alarms":{"root-use":true}}`),
			After:  json.RawMessage(`"Inactive"`),
		}}},
	}
}

// TestKnowsCall holds which calls an incident knows: those that name nothing that is not in it.
func TestKnowsCall(t *testing.T) {
	for name, tt := range map[string]struct {
		source, region, request string
		want                    bool
	}{
		"all known":                      {"iam", "us-east-1", `{"userName":"bob","accessKeyId":"AKIAIOSFODNN7EXAMPLE","status":"Active"}`, true},
		"no parameters":                  {"ec2", "us-east-1", `null`, true},
		"empty":                          {"ec2", "us-east-1", `{"EnableSerialConsoleAccessRequest":""}`, true},
		"another name":                   {"iam", "us-east-1", `{"userName":"ann","status":"Active"}`, false},
		"another name deep inside":       {"iam", "us-east-1", `{"a":{"b":[{"userName":"bob"},{"userName":"ann"}]}}`, false},
		"a name by its ARN":              {"iam", "us-east-1", `{"user":"arn:aws:iam::111122223333:user/bob"}`, true},
		"another account's ARN":          {"iam", "us-east-1", `{"user":"arn:aws:iam::444455556666:user/bob"}`, false},
		"a broken ARN":                   {"iam", "us-east-1", `{"user":"arn:bob"}`, false},
		"a number":                       {"ec2", "us-east-1", `{"fromPort":22}`, true},
		"another number":                 {"ec2", "us-east-1", `{"fromPort":23}`, false},
		"a number as a text":             {"ec2", "us-east-1", `{"fromPort":"22"}`, true},
		"the name of a member":           {"monitoring", "us-east-1", `{"alarmNames":["root-use"]}`, true},
		"a text in a document":           {"s3", "us-east-1", `{"bucketName":"reports"}`, true},
		"a whole document":               {"iam", "us-east-1", `{"userName":"bob","policyDocument":"{\"Statement\":[]}"}`, true},
		"a document under another name":  {"iam", "us-east-1", `{"userName":"[bob"}`, false},
		"what only says the kind":        {"ec2", "us-east-1", `{"attributeType":"launchPermission","accessKeyId":"AKIAIOSFODNN7EXAMPLE"}`, true},
		"true and false":                 {"s3", "us-east-1", `{"blockPublicAcls":false}`, true},
		"a region of a change":           {"ec2", "eu-west-1", `{"fromPort":22}`, true},
		"another region":                 {"ec2", "eu-west-3", `{"fromPort":22}`, false},
		"a service of one region":        {"iam", "eu-west-3", `{"userName":"bob"}`, true},
		"a resource that it has touched": {"ec2", "us-east-1", `{"flowLogId":"fl-1"}`, true},
		"one that it has not":            {"ec2", "us-east-1", `{"flowLogId":"fl-2"}`, false},
	} {
		ev := &cloudtrail.Event{Source: tt.source + ".amazonaws.com", Region: tt.region, Request: cloudtrail.NewPayload(json.RawMessage(tt.request))}
		if got := knowsCall(knowing(), ev, []string{"fl-1"}); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// FuzzKnowsCall holds that no request makes the comparison panic, and that one which an incident knows is known with a copy of
// itself inside.
func FuzzKnowsCall(f *testing.F) {
	f.Add(`{"userName":"bob"}`)
	f.Add(`{"a":[1,2,{"b":"{\"c\":1}"}],"d":null}`)
	f.Add(`[[[[`)
	f.Add(`{"x":1e999,"y":"arn:"}`)
	f.Fuzz(func(t *testing.T, request string) {
		ev := func(raw string) *cloudtrail.Event {
			return &cloudtrail.Event{Source: "iam.amazonaws.com", Region: "us-east-1", Request: cloudtrail.NewPayload(json.RawMessage(raw))}
		}
		whole := ev(request)
		if whole.Request.Omitted() || !knowsCall(knowing(), whole, nil) {
			return
		}
		twice := ev(`{"again":[` + string(whole.Request.Raw()) + `]}`)
		if !twice.Request.Omitted() && !knowsCall(knowing(), twice, nil) {
			t.Errorf("%s is known, and not inside of another", request)
		}
	})
}
