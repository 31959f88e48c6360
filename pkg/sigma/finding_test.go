package sigma_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func TestFinding(t *testing.T) {
	const detection = "s: {eventName: CreateUser}\ncondition: s"
	const keyOf = "riposte:\n  actions: [deactivate-access-key]\n  resource: {type: AccessKey, id: responseElements.accessKey.accessKeyId, parent: requestParameters.userName}\n"
	const policyOf = "riposte:\n  actions: [remove-inline-policy]\n  resource: {type: User, id: requestParameters.userName}\n" +
		"  params: {policy_name: requestParameters.policyName, document_hash: requestParameters.policyDocument}\n"
	const alice = `"userIdentity":{"type":"IAMUser","userName":"alice"},`
	account := detect.Resource{Type: detect.Account, ID: "111122223333"}
	tests := []struct {
		name, response, record string
		want                   detect.Finding
	}{
		{"plain", "", alice + `"awsRegion":"eu-west-1"`, detect.Finding{Resource: account, Summary: "alice called CreateUser: Test"}},
		{"failed", "", alice + `"errorCode":"AccessDenied"`, detect.Finding{Resource: account, Summary: "alice called CreateUser (AccessDenied): Test", Attempt: true}},
		{
			"hostile name", "", `"userIdentity":{"type":"IAMUser","userName":"a\nlice\u202e` + strings.Repeat("x", 300) + `"}`,
			detect.Finding{Resource: account, Summary: "a\ufffdlice\ufffd" + strings.Repeat("x", 121) + "… called CreateUser: Test"},
		},
		{
			"key", keyOf, alice + `"requestParameters":{"userName":"bob"},"responseElements":{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE"}}`,
			detect.Finding{
				Resource: detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"},
				Summary:  "alice called CreateUser: Test", Actions: []string{"deactivate-access-key"},
			},
		},
		{
			"key that is not there", keyOf, alice + `"requestParameters":{"userName":"bob"},"responseElements":null`,
			detect.Finding{
				Resource: account, Actions: []string{},
				Summary: "alice called CreateUser: Test; the event has no responseElements.accessKey.accessKeyId, so that nothing can be done about it here",
			},
		},
		{
			"keys", keyOf, alice + `"requestParameters":{"userName":"bob"},"responseElements":{"accessKey":[{"accessKeyId":"A"},{"accessKeyId":"B"}]}`,
			detect.Finding{
				Resource: account, Actions: []string{},
				Summary: "alice called CreateUser: Test; the event has more than one responseElements.accessKey.accessKeyId, so that nothing can be done about it here",
			},
		},
		{
			"key with an odd name", keyOf, alice + `"requestParameters":{"userName":"bo\nb"},"responseElements":{"accessKey":{"accessKeyId":""}}`,
			detect.Finding{
				Resource: account, Actions: []string{},
				Summary: "alice called CreateUser: Test; the event has nothing in responseElements.accessKey.accessKeyId and an odd text in requestParameters.userName, so that nothing can be done about it here",
			},
		},
		{
			"policy", policyOf, alice + `"requestParameters":{"userName":"bob","policyName":"p","policyDocument":"{ \"Version\" : \"2012-10-17\" }"}`,
			detect.Finding{
				Resource: detect.Resource{Type: detect.User, ID: "bob"}, Summary: "alice called CreateUser: Test", Actions: []string{"remove-inline-policy"},
				Params: map[string]string{
					detect.ParamPolicyName:   "p",
					detect.ParamDocumentHash: detect.DocumentHash([]byte(`{"Version":"2012-10-17"}`)),
				},
			},
		},
		{
			"policy without a document", policyOf, alice + `"requestParameters":{"userName":"bob","policyName":"p"}`,
			detect.Finding{
				Resource: detect.Resource{Type: detect.User, ID: "bob"}, Actions: []string{},
				Summary: "alice called CreateUser: Test; the event has no requestParameters.policyDocument, so that nothing can be done about it here",
			},
		},
		{
			"resource for people", "riposte:\n  resource: {type: User, id: requestParameters.userName}\n", alice + `"requestParameters":{}`,
			detect.Finding{Resource: account, Summary: "alice called CreateUser: Test; the event has no requestParameters.userName"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := load(t, append(ruleOf(detection), tt.response...))
			ev, err := cloudtrail.DecodeAny(recordOf(tt.record))
			if err != nil {
				t.Fatal(err)
			}
			got := detect.NewIndex(set.Rules).Match(ev)
			tt.want.Rule, tt.want.Class, tt.want.Title, tt.want.Severity = set.Rules[0].ID, "sigma-test", "Test", detect.Medium
			if diff := cmp.Diff([]detect.Finding{tt.want}, got, cmpopts.IgnoreFields(detect.Finding{}, "Actor", "Event", "Why")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestEveryActionIsConsidered holds that a new action is either made usable or left out on purpose.
func TestEveryActionIsConsidered(t *testing.T) {
	resources := map[string]string{
		"deactivate-access-key":          "AccessKey, id: requestParameters.a, parent: requestParameters.b",
		"detach-policy":                  "User, id: requestParameters.a",
		"remove-inline-policy":           "Role, id: requestParameters.a",
		"restore-default-policy-version": "Policy, id: requestParameters.a",
		"start-cloudtrail-logging":       "Trail, id: requestParameters.a",
	}
	params := map[string]string{
		"detach-policy":                  "{policy_arn: requestParameters.c}",
		"remove-inline-policy":           "{policy_name: requestParameters.c, document_hash: requestParameters.d}",
		"restore-default-policy-version": "{version_id: responseElements.c}",
	}
	left := map[string]bool{"revoke-security-group-rules": true} // its rules are computed from the response
	for _, a := range actions.All() {
		if left[a.ID] {
			continue
		}
		if resources[a.ID] == "" {
			t.Logf("action %s cannot be named by Sigma rules yet", a.ID)
			continue
		}
		file := string(ruleOf("s: {eventName: CreateUser}\ncondition: s")) + "riposte:\n  actions: [" + a.ID + "]\n  resource: {type: " + resources[a.ID] + "}\n"
		if p := params[a.ID]; p != "" {
			file += "  params: " + p + "\n"
		}
		if r := load(t, []byte(file)).Rules[0]; len(r.Actions) != 1 || r.Actions[0] != a.ID {
			t.Errorf("%s: %v", a.ID, r.Actions)
		}
	}
}
