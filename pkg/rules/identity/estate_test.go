package identity_test

import (
	"encoding/json"
	"strings"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/identity"
)

func trust(principals, condition string) string {
	return `"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[` + principals +
		`]},\"Action\":\"sts:AssumeRole\"` + condition + `}]}"`
}

const withExternalID = `,\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"c3a1\"}}`

func TestEstate(t *testing.T) {
	const (
		one  = `\"arn:aws:iam::{account}:root\"`
		both = `\"arn:aws:iam::{trusted}:root\",\"arn:aws:iam::{stranger}:root\"`
	)
	ruletest.Estate(t, identity.Rules(), []ruletest.EstateCase{
		{
			Name: "trust policy", Rule: "IAM-010", Source: "iam", Call: "UpdateAssumeRolePolicy",
			One:  `{"roleName":"r","policyDocument":` + trust(one, withExternalID) + `}`,
			Both: `{"roleName":"r","policyDocument":` + trust(both, withExternalID) + `}`,
		},
		{
			Name: "new role", Rule: "IAM-010", Source: "iam", Call: "CreateRole",
			One:  `{"roleName":"r","assumeRolePolicyDocument":` + trust(one, withExternalID) + `}`,
			Both: `{"roleName":"r","assumeRolePolicyDocument":` + trust(both, withExternalID) + `}`,
		},
		{
			Name: "certificate authority", Rule: "IAM-024", Source: "rolesanywhere", Call: "CreateTrustAnchor", Lower: true,
			One: `{"name":"laptops","source":{"sourceType":"AWS_ACM_PCA","sourceData":{"acmPcaArn":"arn:aws:acm-pca:us-east-1:{account}:certificate-authority/1"}},"enabled":true}`,
		},
	})
}

func made(name, request string, who cloudtrail.Identity) *cloudtrail.Event {
	source := "iam.amazonaws.com"
	if strings.HasSuffix(name, "PermissionSet") || name == "CreateAccountAssignment" {
		source = "sso.amazonaws.com"
	}
	return &cloudtrail.Event{
		ID: "e-1", Source: source, Name: name, Account: "111122223333", Region: "us-east-1",
		Identity: who, Request: cloudtrail.NewPayload(json.RawMessage(request)), Response: cloudtrail.NewPayload(json.RawMessage(`{}`)),
	}
}

func alice() cloudtrail.Identity {
	return cloudtrail.Identity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/alice", UserName: "alice"}
}

// told returns what one rule finds, as severity and summary.
func told(rule string, ev *cloudtrail.Event, estate *cloudtrail.Estate) string {
	var out []string
	for _, f := range detect.NewIndex(identity.Rules()).In(estate).Match(ev) {
		if f.Rule == rule {
			out = append(out, f.Severity.String()+" "+f.Summary)
		}
	}
	return strings.Join(out, "\n")
}

// TestThirdParties holds that a trusted third party is told where the policy asks it for no external id, and that the
// own accounts are asked for none.
func TestThirdParties(t *testing.T) {
	const vendor = `\"arn:aws:iam::444455556666:root\"`
	bare := made("CreateRole", `{"roleName":"r","assumeRolePolicyDocument":`+trust(vendor, "")+`}`, alice())
	asked := made("CreateRole", `{"roleName":"r","assumeRolePolicyDocument":`+trust(vendor, withExternalID)+`}`, alice())
	both := made("CreateRole", `{"roleName":"r","assumeRolePolicyDocument":`+trust(vendor+`,\"arn:aws:iam::999988887777:root\"`, "")+`}`, alice())
	trusted, own := &cloudtrail.Estate{Trusted: []string{"444455556666"}}, &cloudtrail.Estate{Accounts: []string{"444455556666"}}
	tests := []struct {
		name            string
		ev              *cloudtrail.Event
		estate          *cloudtrail.Estate
		severity, names string
	}{
		{"a stranger without", bare, nil, "HIGH", "444455556666"},
		{"a stranger with", asked, nil, "MEDIUM", "444455556666"},
		{"trusted without", bare, trusted, "LOW", "444455556666"},
		{"trusted with", asked, trusted, "", ""},
		{"an own account without", bare, own, "", ""},
		{"a stranger beside one that is trusted", both, trusted, "HIGH", "999988887777"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := told("IAM-010", tt.ev, tt.estate)
			severity, _, _ := strings.Cut(got, " ")
			if severity != tt.severity || !strings.Contains(got, tt.names) {
				t.Errorf("found %q, want %s and account %s", got, tt.severity, tt.names)
			}
		})
	}
}

// TestProduction holds that rights without bounds are critical in a production account, whoever gets them, and that
// everything else is as elsewhere.
func TestProduction(t *testing.T) {
	center := cloudtrail.Identity{
		Type: "AssumedRole", InvokedBy: "sso.amazonaws.com", ARN: "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForSSO/SSO",
		Session: cloudtrail.Session{IssuerUserName: "AWSServiceRoleForSSO", IssuerARN: "arn:aws:iam::111122223333:role/aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO"},
	}
	const (
		admin    = `"policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"`
		power    = `"policyArn":"arn:aws:iam::aws:policy/PowerUserAccess"`
		system   = `"policyArn":"arn:aws:iam::aws:policy/job-function/SystemAdministrator"`
		document = `"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"`
		storage  = `"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"`
		set      = `"permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-0a1b2c3d4e5f6a7b/ps-1122334455667788"`
	)
	tests := []struct {
		name, rule        string
		ev                *cloudtrail.Event
		elsewhere, inside string // severities
	}{
		{"administrator for a user", "IAM-005", made("AttachUserPolicy", `{"userName":"bob",`+admin+`}`, alice()), "CRITICAL", "CRITICAL"},
		{"power user for a role", "IAM-005", made("AttachRolePolicy", `{"roleName":"r",`+power+`}`, alice()), "HIGH", "CRITICAL"},
		{"power user for a group", "IAM-005", made("AttachGroupPolicy", `{"groupName":"g",`+power+`}`, alice()), "HIGH", "CRITICAL"},
		{"another policy", "IAM-005", made("AttachRolePolicy", `{"roleName":"r",`+system+`}`, alice()), "HIGH", "HIGH"},
		{"provisioned", "IAM-005", made("AttachRolePolicy", `{"roleName":"AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b",`+admin+`}`, center), "LOW", "CRITICAL"},
		{"inline policy", "IAM-003", made("PutRolePolicy", `{"roleName":"r","policyName":"p","policyDocument":`+document+`}`, alice()), "CRITICAL", "CRITICAL"},
		{"narrower inline policy", "IAM-003", made("PutRolePolicy", `{"roleName":"r","policyName":"p","policyDocument":`+storage+`}`, alice()), "HIGH", "HIGH"},
		{"default version", "IAM-004", made("CreatePolicyVersion", `{"policyArn":"arn:aws:iam::111122223333:policy/p","setAsDefault":true,"policyDocument":`+document+`}`, alice()), "CRITICAL", "CRITICAL"},
		{"permission set", "IAM-026", made("AttachManagedPolicyToPermissionSet", `{`+set+`,"managedPolicyArn":"arn:aws:iam::aws:policy/PowerUserAccess"}`, alice()), "HIGH", "CRITICAL"},
		{"inline policy of a permission set", "IAM-026", made("PutInlinePolicyToPermissionSet", `{`+set+`,"inlinePolicy":`+document+`}`, alice()), "CRITICAL", "CRITICAL"},
		{"assignment", "IAM-026", made("CreateAccountAssignment", `{`+set+`,"principalId":"p-1","principalType":"GROUP","targetId":"444455556666"}`, alice()), "MEDIUM", "HIGH"},
	}
	production := &cloudtrail.Estate{Production: []string{"111122223333", "444455556666"}}
	other := &cloudtrail.Estate{Production: []string{"999988887777"}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, estate := range []*cloudtrail.Estate{nil, other} {
				got := told(tt.rule, tt.ev, estate)
				if severity, _, _ := strings.Cut(got, " "); severity != tt.elsewhere || strings.Contains(got, "production") {
					t.Errorf("elsewhere %q, want %s", got, tt.elsewhere)
				}
			}
			got := told(tt.rule, tt.ev, production)
			severity, _, _ := strings.Cut(got, " ")
			graver := tt.elsewhere != tt.inside || tt.inside == "CRITICAL"
			if severity != tt.inside || strings.Contains(got, "production") != graver {
				t.Errorf("in production %q, want %s", got, tt.inside)
			}
		})
	}
}
