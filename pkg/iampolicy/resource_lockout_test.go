package iampolicy_test

import (
	"testing"

	"riposte/pkg/iampolicy"
)

func TestResourceLockout(t *testing.T) {
	tests := []struct{ name, service, statement, want string }{
		{"everything denied", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`, "self-lockout high"},
		{"the bucket denied", "s3", `"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, "self-lockout high"},
		{"the own account denied", "s3", `"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:*BucketPolicy","Resource":"*"`, "self-lockout high"},
		{"all but a stranger denied", "s3", `"Effect":"Deny","NotPrincipal":{"AWS":"999988887777"},"Action":"s3:*","Resource":"*"`, "self-lockout high"},
		{"all but another account denied", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"999988887777"}}`, "self-lockout high"},
		{"all but another organisation denied", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"}}`, "self-lockout high"},
		{"the own account denied by condition", "sqs", `"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`, "self-lockout high"},
		{"everything but reading denied", "secretsmanager", `"Effect":"Deny","Principal":"*","NotAction":"secretsmanager:Get*","Resource":"*"`, "self-lockout high"},

		{"only objects denied", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"`, "none"},
		{"only deleting denied", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"*"`, "none"},
		{"one of the ways back left", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:PutBucketPolicy","Resource":"*"`, "none"},
		{"one role denied", "s3", `"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":"s3:*","Resource":"*"`, "none"},
		{"a stranger denied", "s3", `"Effect":"Deny","Principal":{"AWS":"999988887777"},"Action":"s3:*","Resource":"*"`, "none"},
		{"all but an own role denied", "s3", `"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/admin"},"Action":"s3:*","Resource":"*"`, "none"},
		{"without TLS", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`, "none"},
		{"outside a network", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}`, "none"},
		{"outside the own organisation", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, "none"},
		{"services of others", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"999988887777"}}`, "none"},
		{"outside an organisation, but not an own role", "s3", `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/admin"}}`, "none"},
		{"an unknown service", "example", `"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"`, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := `{"Statement":[{` + tt.statement + `}]}`
			if got := risksOf(iampolicy.JudgeResource([]byte(document), tt.service, ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}

func TestResourceKeyLockout(t *testing.T) {
	const root = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`
	tests := []struct{ name, statements, want string }{
		{"the account", root, "none"},
		{"the account by its id", `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:Put*","Resource":"*"}`, "none"},
		{"the account and a reader", root + `,{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":"kms:Decrypt","Resource":"*"}`, "none"},
		{"one role", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/admin"},"Action":"kms:*","Resource":"*"}`, "self-lockout medium"},
		{"the account may only read", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["kms:Describe*","kms:Get*"],"Resource":"*"}`, "self-lockout high"},
		{"all but its policy", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"NotAction":"kms:PutKeyPolicy","Resource":"*"}`, "self-lockout high"},
		{"a stranger", `{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"kms:*","Resource":"*"}`, "external-account high; self-lockout high"},
		{"the account denied", root + `,{"Effect":"Deny","Principal":"*","Action":"kms:PutKeyPolicy","Resource":"*"}`, "self-lockout high"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := `{"Version":"2012-10-17","Statement":[` + tt.statements + `]}`
			if got := risksOf(iampolicy.JudgeResource([]byte(document), "kms", ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}
