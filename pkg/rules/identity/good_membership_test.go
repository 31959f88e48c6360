package identity

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func call(name, request, response string) *cloudtrail.Event {
	source := iamSource
	if name == createAccountAssignment || name == deleteAccountAssignment {
		source = ssoSource
	}
	return &cloudtrail.Event{
		Source: source, Name: name, Account: "111122223333", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Request: cloudtrail.NewPayload([]byte(request)), Response: cloudtrail.NewPayload([]byte(response)),
	}
}

// TestGoodBeside holds what is remembered of the states that are no documents: what is attached or a member, what bounds
// somebody, and which version of a policy is the default.
func TestGoodBeside(t *testing.T) {
	const admin, other = "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::111122223333:policy/app"
	bob := detect.Resource{Type: detect.User, ID: "bob"}
	set := detect.Resource{Type: detect.PermissionSet, ID: "arn:aws:sso:::permissionSet/ssoins-1/ps-1"}
	app := detect.Resource{Type: detect.Policy, ID: other}
	const given = `{"instanceArn":"arn:aws:sso:::instance/ssoins-1","permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-1/ps-1",` +
		`"targetId":"444455556666","targetType":"AWS_ACCOUNT","principalType":"USER","principalId":"p-1"}`
	version := func(id string) []detect.State {
		return []detect.State{{Aspect: "default-policy-version", Resource: app, State: json.RawMessage(`"` + id + `"`)}}
	}
	boundary := func(r detect.Resource, arn string) []detect.State {
		return []detect.State{{Aspect: "permissions-boundary", Resource: r, State: json.RawMessage(`"` + arn + `"`)}}
	}
	for name, tt := range map[string]struct {
		rule *detect.Rule
		ev   *cloudtrail.Event
		want []detect.State
	}{
		"attached": {
			AdminPolicyAttached(), call("AttachUserPolicy", `{"userName":"bob","policyArn":"`+admin+`"}`, `null`),
			[]detect.State{{Aspect: "policy-attachment", Resource: bob, Name: admin, State: json.RawMessage(`true`)}},
		},
		"detached": {
			AdminPolicyAttached(), call("DetachUserPolicy", `{"userName":"bob","policyArn":"`+admin+`"}`, `null`),
			[]detect.State{{Aspect: "policy-attachment", Resource: bob, Name: admin, State: json.RawMessage(`false`)}},
		},
		"another policy attached": {AdminPolicyAttached(), call("AttachUserPolicy", `{"userName":"bob","policyArn":"`+other+`"}`, `null`), nil},
		"attached to nobody":      {AdminPolicyAttached(), call("AttachUserPolicy", `{"policyArn":"`+admin+`"}`, `null`), nil},
		"added": {
			AddedToGroup(), call("AddUserToGroup", `{"userName":"bob","groupName":"admins"}`, `null`),
			[]detect.State{{Aspect: "group-membership", Resource: bob, Name: "admins", State: json.RawMessage(`true`)}},
		},
		"removed": {
			AddedToGroup(), call("RemoveUserFromGroup", `{"userName":"bob","groupName":"admins"}`, `null`),
			[]detect.State{{Aspect: "group-membership", Resource: bob, Name: "admins", State: json.RawMessage(`false`)}},
		},
		"removed from nothing": {AddedToGroup(), call("RemoveUserFromGroup", `{"userName":"bob"}`, `null`), nil},
		"given": {
			SingleSignOnChanged(), call(createAccountAssignment, given, `null`),
			[]detect.State{{Aspect: "account-assignment", Resource: set, Name: "444455556666/USER/p-1", State: json.RawMessage(`true`)}},
		},
		"taken": {
			SingleSignOnChanged(), call(deleteAccountAssignment, given, `null`),
			[]detect.State{{Aspect: "account-assignment", Resource: set, Name: "444455556666/USER/p-1", State: json.RawMessage(`false`)}},
		},
		"given to nobody": {SingleSignOnChanged(), call(createAccountAssignment, `{"targetId":"444455556666"}`, `null`), nil},

		"bounded":         {PermissionsBoundaryRemoved(), call("PutUserPermissionsBoundary", `{"userName":"bob","permissionsBoundary":"`+other+`"}`, `null`), boundary(bob, other)},
		"bound of a new":  {PermissionsBoundaryRemoved(), call("CreateUser", `{"userName":"bob","permissionsBoundary":"`+other+`"}`, `null`), boundary(bob, other)},
		"new, unbounded":  {PermissionsBoundaryRemoved(), call("CreateUser", `{"userName":"bob"}`, `null`), boundary(bob, "")},
		"bound taken":     {PermissionsBoundaryRemoved(), call("DeleteUserPermissionsBoundary", `{"userName":"bob"}`, `null`), boundary(bob, "")},
		"bound by what":   {PermissionsBoundaryRemoved(), call("PutUserPermissionsBoundary", `{"userName":"bob"}`, `null`), nil},
		"bound of nobody": {PermissionsBoundaryRemoved(), call("PutUserPermissionsBoundary", `{"permissionsBoundary":"`+other+`"}`, `null`), nil},

		"new policy": {ManagedPolicyWildcard(), call("CreatePolicy", `{"policyName":"app"}`, `{"policy":{"arn":"`+other+`"}}`), version("v1")},
		"new version": {
			ManagedPolicyWildcard(),
			call("CreatePolicyVersion", `{"policyArn":"`+other+`","setAsDefault":true}`, `{"policyVersion":{"versionId":"v2","isDefaultVersion":true}}`), version("v2"),
		},
		"chosen version":    {ManagedPolicyWildcard(), call("SetDefaultPolicyVersion", `{"policyArn":"`+other+`","versionId":"v3"}`, `null`), version("v3")},
		"version not used":  {ManagedPolicyWildcard(), call("CreatePolicyVersion", `{"policyArn":"`+other+`"}`, `{"policyVersion":{"versionId":"v2","isDefaultVersion":false}}`), nil},
		"version of no id":  {ManagedPolicyWildcard(), call("CreatePolicyVersion", `{"policyArn":"`+other+`","setAsDefault":true}`, `null`), nil},
		"policy of no name": {ManagedPolicyWildcard(), call("CreatePolicy", `{"policyName":"app"}`, `null`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, detect.NewIndex([]*detect.Rule{tt.rule}).Good(tt.ev)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestParamsOfWhatWasSet holds what a finding says of the event's own part: the statements that are too broad, and the whole
// password policy.
func TestParamsOfWhatWasSet(t *testing.T) {
	const wider, narrow = `{"Effect":"Allow","Action":"*","Resource":"*"}`,
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}`
	document, err := json.Marshal(`{"Statement":[` + narrow + `,` + wider + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	found := detect.NewIndex([]*detect.Rule{InlinePolicyWildcard()}).Match(call("PutUserPolicy", `{"userName":"bob","policyName":"p","policyDocument":`+string(document)+`}`, `null`))
	if len(found) != 1 || found[0].Params[detect.ParamStatements] != detect.DocumentHash([]byte(wider)) {
		t.Errorf("inline policy: %+v, want the hash of the one statement that is too broad", found)
	}
	found = detect.NewIndex([]*detect.Rule{PasswordPolicyWeakened()}).Match(call("UpdateAccountPasswordPolicy", `{"minimumPasswordLength":9,"requireNumbers":true,"hardExpiry":true}`, `null`))
	if len(found) != 1 || found[0].Params[detect.ParamPasswords] != `{"hard_expiry":true,"minimum_length":9,"numbers":true,"set":true}` {
		t.Errorf("password policy: %+v, want what the event set", found)
	}
	found = detect.NewIndex([]*detect.Rule{PasswordPolicyWeakened()}).Match(call("DeleteAccountPasswordPolicy", `null`, `null`))
	if len(found) != 1 || found[0].Params[detect.ParamPasswords] != "" {
		t.Errorf("password policy: %+v, want nothing of one that was deleted", found)
	}
}
