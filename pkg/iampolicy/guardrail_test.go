package iampolicy_test

import (
	"testing"

	"riposte/pkg/iampolicy"
)

func TestBoundary(t *testing.T) {
	const boundless, escape, none = "full-admin high", "privilege-escalation high", "none"
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	tests := []struct{ name, statements, want string }{
		{"everything", all, boundless + "; " + escape},
		{"everything, spelt otherwise", `{"Effect":"Allow","Action":["s3:Get*","?*:*"],"Resource":"**"}`, boundless + "; " + escape},
		{"everything but changing boundaries", all + `,{"Effect":"Deny","Action":["iam:*Boundary","iam:CreatePolicyVersion","iam:SetDefaultPolicyVersion"],"Resource":"*"}`, none},
		{"everything but IAM", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, none},
		{"everything and a Deny of something else", all + `,{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, escape},
		{"some services", `{"Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":"*"}`, none},
		{"all of IAM", `{"Effect":"Allow","Action":"iam:*","Resource":"*"}`, escape},
		{"one way out", `{"Effect":"Allow","Action":"iam:DeleteRolePermissionsBoundary","Resource":"*"}`, escape},
		{"setting the same boundary only", `{"Effect":"Allow","Action":"iam:PutRolePermissionsBoundary","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/b"}}}`, none},
		{"on a day", `{"Effect":"Allow","Action":"iam:PutRolePermissionsBoundary","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}`, escape},
		{"denied unless it is the boundary", `{"Effect":"Allow","Action":"iam:PutUserPermissionsBoundary","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"StringNotEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/b"}}}`, none},
		{"denied without MFA", `{"Effect":"Allow","Action":"iam:PutUserPermissionsBoundary","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`, escape},
		{"a policy of a resource", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`, "not judged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := `{"Statement":[` + tt.statements + `]}`
			if got := risksOf(iampolicy.JudgeBoundary([]byte(document), ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}

func TestSCP(t *testing.T) {
	tests := []struct{ name, statements, want string }{
		{"everything allowed", `{"Effect":"Allow","Action":"*","Resource":"*"}`, "none"},
		{"everything denied", `{"Effect":"Deny","Action":"*","Resource":"*"}`, "self-lockout high"},
		{"everything denied, with NotAction", `{"Effect":"Deny","NotAction":[],"Resource":"*"}`, "self-lockout high"},
		{"everything denied but to one role", `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}}`, "none"},
		{"everything denied on one bucket", `{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::b"}`, "none"},
		{"leaving denied", `{"Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}`, "none"},
		{"regions", `{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}`, "none"},
		{"denied to nobody", `{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"*"}}}`, "ineffective-deny medium"},
		{"denied to no role", `{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/admin","arn:aws:iam::*:role/*"]}}}`, "ineffective-deny medium"},
		{"a star taken literally", `{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":"*"}}}`, "none"},
		{"only to principals, which it is", `{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"*"}}}`, "none"},
		{"with a principal", `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`, "not judged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := `{"Statement":[` + tt.statements + `]}`
			if got := risksOf(iampolicy.JudgeSCP([]byte(document), ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}
