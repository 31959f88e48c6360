package iampolicy_test

import (
	"testing"

	"riposte/pkg/iampolicy"
)

// TestResourceServices judges the policies of every service whose resources carry some: open to everyone, shared with
// another account, let to a service that acts for anybody, and as they should be.
func TestResourceServices(t *testing.T) {
	tests := []struct{ service, action, resource, severity string }{
		{"s3", "s3:GetObject", "arn:aws:s3:::b/*", "high"},
		{"s3tables", "s3tables:GetTableData", "arn:aws:s3tables:eu-west-1:111122223333:bucket/b/table/*", "high"},
		{"sqs", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", "critical"},
		{"sns", "SNS:Publish", "arn:aws:sns:eu-west-1:111122223333:t", "critical"},
		{"lambda", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f", "critical"},
		{"ecr", "ecr:BatchGetImage", "", "high"},
		{"ecr-public", "ecr-public:PutImage", "", "critical"},
		{"secretsmanager", "secretsmanager:GetSecretValue", "*", "critical"},
		{"glacier", "glacier:InitiateJob", "arn:aws:glacier:eu-west-1:111122223333:vaults/v", "critical"},
		{"es", "es:ESHttp*", "arn:aws:es:eu-west-1:111122223333:domain/d/*", "critical"},
		{"opensearch", "es:ESHttpGet", "arn:aws:es:eu-west-1:111122223333:domain/d/*", "high"},
		{"ssm", "ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/p", "critical"},
		{"iot", "iot:Publish", "*", "critical"},
		{"backup", "backup:CopyIntoBackupVault", "*", "critical"},
		{"efs", "elasticfilesystem:ClientMount", "*", "high"},
		{"elasticfilesystem", "elasticfilesystem:ClientWrite", "*", "critical"},
		{"events", "events:PutEvents", "arn:aws:events:eu-west-1:111122223333:event-bus/default", "critical"},
		{"logs", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:g:*", "critical"},
		{"apigateway", "execute-api:Invoke", "execute-api:/*", "critical"},
		{"codeartifact", "codeartifact:ReadFromRepository", "*", "high"},
		{"glue", "glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:*", "high"},
		{"dynamodb", "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "critical"},
		{"kinesis", "kinesis:PutRecord", "arn:aws:kinesis:eu-west-1:111122223333:stream/s", "critical"},
		{"ses", "ses:SendEmail", "arn:aws:ses:eu-west-1:111122223333:identity/example.com", "critical"},
		{"acm-pca", "acm-pca:IssueCertificate", "*", "critical"},
	}
	for _, tt := range tests {
		t.Run(tt.service+" "+tt.action, func(t *testing.T) {
			statement := func(principal, condition string) []byte {
				text := `{"Effect":"Allow","Principal":` + principal + `,"Action":"` + tt.action + `"`
				if tt.resource != "" {
					text += `,"Resource":"` + tt.resource + `"`
				}
				if condition != "" {
					text += `,"Condition":{` + condition + `}`
				}
				return []byte(`{"Version":"2012-10-17","Statement":[` + text + `}]}`)
			}
			shared := "external-account medium"
			if tt.severity == "critical" {
				shared = "external-account high"
			}
			for _, one := range []struct{ principal, condition, want string }{
				{`"*"`, ``, "public " + tt.severity},
				{`{"AWS":"*"}`, `"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`, "public " + tt.severity},
				{`"*"`, `"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, "none"},
				{`"*"`, `"StringEquals":{"aws:SourceAccount":"111122223333"}`, "none"},
				{`{"AWS":"111122223333"}`, ``, "none"},
				{`{"AWS":"arn:aws:iam::999988887777:role/r"}`, ``, shared},
				{`{"AWS":"arn:aws:iam::999988887777:role/r"}`, `"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, "none"},
				{`{"Service":"sns.amazonaws.com"}`, ``, "confused-deputy medium"},
				{`{"Service":"sns.amazonaws.com"}`, `"StringEquals":{"aws:SourceAccount":"111122223333"}`, "none"},
				{`{"Service":"sns.amazonaws.com"}`, `"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}`, "confused-deputy medium"},
				{`{"Service":"sns.amazonaws.com"}`, `"StringEquals":{"aws:SourceOrgID":"o-a1b2c3d4e5"}`, "none"},
				{`{"Service":"sns.amazonaws.com"}`, `"StringEquals":{"aws:SourceAccount":"999988887777"}`, shared},
			} {
				if got := risksOf(iampolicy.JudgeResource(statement(one.principal, one.condition), tt.service, ownContext())); got != one.want {
					t.Errorf("%s\n got %s\nwant %s", statement(one.principal, one.condition), got, one.want)
				}
			}
		})
	}
}

func TestResourceDeputies(t *testing.T) {
	tests := []struct{ statement, want string }{
		{`"Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"`, "confused-deputy medium"},
		{`"Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::logs"}}`, "none"},
		{`"Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"*"`, "confused-deputy medium"},
		{`"Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::111122223333:distribution/E1"}}`, "none"},
		{`"Principal":{"Service":"alexa-connectedhome.amazon.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.x"}}`, "none"},
		{`"Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"`, "none"},
		{`"Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`, "confused-deputy medium"},
		{`"Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}`, "confused-deputy medium; self-lockout high"},
		{`"Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/t"}}`, "self-lockout high"},
	}
	for _, tt := range tests {
		document := `{"Statement":[{"Effect":"Allow",` + tt.statement + `}]}`
		if got := risksOf(iampolicy.JudgeResource([]byte(document), "", ownContext())); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
		}
	}
}

// TestResourceOwnAccount holds that the ARNs of the document tell its account where the caller does not.
func TestResourceOwnAccount(t *testing.T) {
	tests := []struct{ principal, resource, want string }{
		{"111122223333", "arn:aws:sqs:eu-west-1:111122223333:q", "none"},
		{"999988887777", "arn:aws:sqs:eu-west-1:111122223333:q", "external-account high"},
		{"999988887777", "*", "external-account low"},
	}
	for _, tt := range tests {
		document := `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"` + tt.principal + `"},"Action":"sqs:SendMessage","Resource":"` + tt.resource + `"}]}`
		if got := risksOf(iampolicy.JudgeResource([]byte(document), "sqs", iampolicy.Context{})); got != tt.want {
			t.Errorf("%s: %s, want %s", document, got, tt.want)
		}
	}
}

// TestResourceOfARole holds that a trust policy is judged as what it is where it is given for a resource policy.
func TestResourceOfARole(t *testing.T) {
	tests := []struct{ service, statement, want string }{
		{"", `"Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole"`, "external-account high; missing-external-id medium"},
		{"", `"Principal":{"Service":"lambda.amazonaws.com"},"Action":["sts:AssumeRole","STS:TagSession"],"Resource":"*"`, "none"},
		{"", `"Principal":{"Service":"lambda.amazonaws.com"},"Action":["sts:AssumeRole","s3:GetObject"]`, "confused-deputy medium"},
		{"sqs", `"Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole"`, "external-account high"},
	}
	for _, tt := range tests {
		document := `{"Statement":[{"Effect":"Allow",` + tt.statement + `}]}`
		if got := risksOf(iampolicy.JudgeResource([]byte(document), tt.service, ownContext())); got != tt.want {
			t.Errorf("%s as %q: %s, want %s", document, tt.service, got, tt.want)
		}
	}
}

func TestResourceNotJudged(t *testing.T) {
	for _, document := range []string{
		``, `[]`, `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Condition":{"StringEqual":{"a":"b"}}}]}`,
	} {
		if v := iampolicy.JudgeResource([]byte(document), "s3", ownContext()); v.Judged || v.Reason == "" || len(v.Risks) > 0 {
			t.Errorf("%q: %+v, want not judged and why", document, v)
		}
	}
}

func TestGrant(t *testing.T) {
	invoke := []string{"lambda:InvokeFunction"}
	tests := []struct {
		name  string
		grant iampolicy.Grant
		want  string
	}{
		{"everyone", iampolicy.Grant{Principal: "*", Actions: invoke}, "public critical"},
		{"a document shared with all", iampolicy.Grant{Principal: "all", Actions: []string{"ssm:GetDocument"}}, "public high"},
		{"everyone of the organisation", iampolicy.Grant{Principal: "*", Actions: invoke, PrincipalOrgID: "o-a1b2c3d4e5"}, "none"},
		{"a function URL for everyone", iampolicy.Grant{Principal: "*", Actions: []string{"lambda:InvokeFunctionUrl"}, FunctionURLAuthType: "NONE"}, "public critical"},
		{"everyone from one topic", iampolicy.Grant{Principal: "*", Actions: invoke, SourceARN: "arn:aws:sns:eu-west-1:111122223333:t"}, "none"},
		{"another account", iampolicy.Grant{Principal: "999988887777", Actions: invoke}, "external-account high"},
		{"another account's role", iampolicy.Grant{Principal: "arn:aws:iam::999988887777:role/r", Actions: invoke}, "external-account high"},
		{"the own account", iampolicy.Grant{Principal: own, Actions: invoke}, "none"},
		{"a service", iampolicy.Grant{Principal: "s3.amazonaws.com", Actions: invoke}, "confused-deputy medium"},
		{"a service for one bucket", iampolicy.Grant{Principal: "s3.amazonaws.com", Actions: invoke, SourceARN: "arn:aws:s3:::logs", SourceAccount: own}, "none"},
		{"a service for a stranger", iampolicy.Grant{Principal: "s3.amazonaws.com", Actions: invoke, SourceAccount: "999988887777"}, "external-account high"},
		{"a skill", iampolicy.Grant{Principal: "alexa-appkit.amazon.com", Actions: invoke, EventSourceToken: "amzn1.ask.skill.x"}, "none"},
		{"a key for one's own", iampolicy.Grant{Principal: own, Actions: []string{"kms:Decrypt"}}, "none"},
		{"nobody", iampolicy.Grant{Actions: invoke}, "not judged"},
		{"nothing", iampolicy.Grant{Principal: "*"}, "not judged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := risksOf(iampolicy.JudgeGrant(tt.grant, "", ownContext())); got != tt.want {
				t.Errorf("%+v: %s, want %s", tt.grant, got, tt.want)
			}
		})
	}
}
