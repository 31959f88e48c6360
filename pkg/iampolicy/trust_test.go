package iampolicy_test

import (
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

func trustPolicy(statement string) []byte {
	if !strings.Contains(statement, `"Action"`) && !strings.Contains(statement, `"NotAction"`) {
		statement += `,"Action":"sts:AssumeRole"`
	}
	return []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + statement + `}]}`)
}

func TestTrust(t *testing.T) {
	const (
		public  = "public critical"
		named   = "external-account high"
		vendor  = "external-account high; missing-external-id medium"
		guarded = "external-account medium"
		none    = "none"
	)
	const external = `"Principal":{"AWS":"arn:aws:iam::999988887777:root"}`
	tests := []struct{ statement, want string }{
		{`"Principal":"*"`, public},
		{`"Principal":{"AWS":"*"}`, public},
		{`"Principal":{"AWS":"*"},"Action":"sts:*"`, public},
		{`"Principal":{"AWS":"*"},"Action":"*"`, public},
		{`"Principal":{"AWS":"*"},"Action":"STS:assumerole"`, public},
		{`"Principal":{"AWS":"*"},"Action":["sts:TagSession","sts:Assume*"]`, public},
		{`"Principal":{"AWS":"*"},"NotAction":"sts:TagSession"`, public},
		{`"Principal":{"AWS":"*"},"Action":"sts:TagSession"`, none},
		{`"Principal":{"AWS":"*"},"Action":"s3:GetObject"`, none},
		{`"Principal":{"AWS":"*"},"NotAction":"sts:*"`, none},
		{`"Principal":{"AWS":"arn:aws:iam::*:root"}`, public},
		{`"Principal":{"Federated":"*"},"Action":"sts:AssumeRoleWithWebIdentity"`, public},
		{`"Principal":{"Service":"*"}`, public},
		{`"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"}`, public},
		{`"Principal":{"AWS":"*"},"Condition":{"StringEquals":{"sts:ExternalId":"x1"}}`, public},
		{`"Principal":{"AWS":"*"},"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, public},
		{`"Principal":{"AWS":"*"},"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"}}`, public},
		{`"Principal":{"AWS":"*"},"Condition":{"StringNotEquals":{"aws:PrincipalAccount":"999988887777"}}`, public},
		{`"Principal":{"AWS":"*"},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, none},
		{`"Principal":{"AWS":"*"},"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/ci-*"}}`, none},
		{`"Principal":{"AWS":"*"},"Condition":{"StringEquals":{"aws:PrincipalAccount":"999988887777"}}`, vendor},
		{`"Principal":{"AWS":"*"},"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"}}`, named},

		{`"Principal":{"AWS":"arn:aws:iam::111122223333:root"}`, none},
		{`"Principal":{"AWS":"444455556666"}`, none},
		{external, vendor},
		{`"Principal":{"AWS":"999988887777"}`, vendor},
		{`"Principal":{"AWS":"arn:aws:iam::999988887777:role/ci"}`, vendor},
		{`"Principal":{"AWS":"arn:aws-us-gov:iam::999988887777:role/ci"}`, vendor},
		{`"Principal":{"AWS":"AIDAEXAMPLEID1234567"}`, named},
		{external + `,"Condition":{"StringEquals":{"sts:ExternalId":"u-77"}}`, guarded},
		{external + `,"Condition":{"StringEquals":{"STS:externalid":["u-77","u-78"]}}`, guarded},
		{external + `,"Condition":{"StringLike":{"sts:ExternalId":"u-77"}}`, guarded},
		{external + `,"Condition":{"StringLike":{"sts:ExternalId":"*"}}`, vendor},
		{external + `,"Condition":{"StringLike":{"sts:ExternalId":"u-*"}}`, vendor},
		{external + `,"Condition":{"StringEquals":{"sts:ExternalId":["u-77","*"]}}`, vendor},
		{external + `,"Condition":{"StringEqualsIfExists":{"sts:ExternalId":"u-77"}}`, vendor},
		{external + `,"Condition":{"ForAllValues:StringEquals":{"sts:ExternalId":"u-77"}}`, vendor},
		{external + `,"Condition":{"StringNotEquals":{"sts:ExternalId":"u-77"}}`, vendor},
		{external + `,"Condition":{"Null":{"sts:ExternalId":"false"}}`, vendor},
		{external + `,"Condition":{"StringEquals":{"sts:ExternalId":"${aws:username}"}}`, vendor},
		{external + `,"Condition":{"StringEqualsIfExists":{"sts:ExternalId":"u-77"},"Null":{"sts:ExternalId":"false"}}`, guarded},
		{external + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, vendor},
		{external + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, none},
		{external + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"}}`, named},
		{external + `,"Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`, none},

		{`"Principal":{"Service":"ec2.amazonaws.com"}`, none},
		{`"Principal":{"Service":["lambda.amazonaws.com","ecs-tasks.amazonaws.com"]}`, none},
		{`"Principal":{"Service":"example.amazonaws.com"}`, none},
		{`"Principal":{"Service":"sns.amazonaws.com"}`, "confused-deputy low"},
		{`"Principal":{"Service":["ec2.amazonaws.com","SNS.amazonaws.com"]}`, "confused-deputy low"},
		{`"Principal":{"Service":"logs.eu-west-1.amazonaws.com"}`, "confused-deputy low"},
		{`"Principal":{"Service":"config.amazonaws.com.cn"}`, "confused-deputy low"},
		{`"Principal":{"Service":"sns.amazonaws.com"},"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`, none},
		{`"Principal":{"Service":"sns.amazonaws.com"},"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:*"}}`, none},
		{`"Principal":{"Service":"sns.amazonaws.com"},"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}`, "confused-deputy low"},
		{`"Principal":{"Service":"sns.amazonaws.com"},"Condition":{"StringEquals":{"aws:SourceAccount":"999988887777"}}`, "external-account high"},
		{`"Principal":{"Service":"sns.amazonaws.com"},"Condition":{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}`, "confused-deputy low"},
		{`"Principal":{"Service":"cognito-idp.amazonaws.com"},"Condition":{"StringEquals":{"sts:ExternalId":"pool"}}`, none},
	}
	for _, tt := range tests {
		t.Run(tt.statement, func(t *testing.T) {
			if got := risksOf(iampolicy.JudgeTrust(trustPolicy(tt.statement), ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.statement, got, tt.want)
			}
		})
	}
}

func TestTrustBehindDeny(t *testing.T) {
	tests := []struct{ name, allow, deny, want string }{
		{"outside the organisation", `"Principal":{"AWS":"*"}`, `"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, "none"},
		{"a third party outside the organisation", `"Principal":{"AWS":"999988887777"}`, `"Principal":{"AWS":"*"},"Action":"sts:*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, "none"},
		{"the third party itself", `"Principal":{"AWS":"999988887777"}`, `"Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"sts:AssumeRole"`, "none"},
		{"without the external id", `"Principal":{"AWS":"999988887777"}`, `"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotEquals":{"sts:ExternalId":"u-77"}}`, "external-account medium"},
		{"without an external id", `"Principal":{"AWS":"999988887777"}`, `"Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotLike":{"sts:ExternalId":"*"}}`, "external-account high; missing-external-id medium"},
		{"another way in", `"Principal":{"AWS":"*"}`, `"Principal":{"AWS":"*"},"Action":"sts:AssumeRoleWithSAML"`, "public critical"},
		{"services of others", `"Principal":{"Service":"sns.amazonaws.com"}`, `"Principal":"*","Action":"sts:AssumeRole","Condition":{"StringNotEqualsIfExists":{"aws:SourceAccount":"111122223333"},"Bool":{"aws:PrincipalIsAWSService":"true"}}`, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := `{"Statement":[{"Effect":"Allow",` + tt.allow + `,"Action":["sts:AssumeRole"]},{"Effect":"Deny",` + tt.deny + `}]}`
			if got := risksOf(iampolicy.JudgeTrust([]byte(document), ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}

// TestTrustKnowingNothing holds that an account is not taken for a friend only because nobody said whose document it is.
func TestTrustKnowingNothing(t *testing.T) {
	v := iampolicy.JudgeTrust(trustPolicy(`"Principal":{"AWS":"999988887777"}`), iampolicy.Context{})
	if got, want := risksOf(v), "external-account low; missing-external-id low"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTrustNotJudged(t *testing.T) {
	for _, document := range []string{
		``, `{}`, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`,
		`{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Principal":{"Robot":"*"},"Action":"sts:AssumeRole"}]}`,
		`HIDDEN_DUE_TO_SECURITY_REASONS`,
	} {
		if v := iampolicy.JudgeTrust([]byte(document), ownContext()); v.Judged || v.Reason == "" || len(v.Risks) > 0 {
			t.Errorf("%q: %+v, want not judged and why", document, v)
		}
	}
}

func TestTrustSaysWhere(t *testing.T) {
	document := `{"Statement":[{"Sid":"Own","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"},` +
		`{"Sid":"Vendor","Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::999988887777:role/ci"]},"Action":"sts:AssumeRole"}]}`
	v := iampolicy.JudgeTrust([]byte(document), ownContext())
	if len(v.Risks) != 2 {
		t.Fatalf("risks %+v, want two", v.Risks)
	}
	for _, r := range v.Risks {
		if r.Statement != 2 || r.Sid != "Vendor" || r.Fragment != "arn:aws:iam::999988887777:role/ci" {
			t.Errorf("risk %+v, want it on the second value of the second statement", r)
		}
		if got := r.Span.Of(document); !strings.Contains(got, "999988887777") {
			t.Errorf("the span covers %q", got)
		}
		if !strings.Contains(r.Sentence, "999988887777") || strings.HasSuffix(r.Sentence, ".") {
			t.Errorf("sentence %q", r.Sentence)
		}
	}
}
