package iampolicy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// own is the account of every document in these tests.
const own = "111122223333"

func ownContext() iampolicy.Context {
	return iampolicy.Context{Account: own, Organization: "o-a1b2c3d4e5", TrustedAccounts: []string{"444455556666"}, Partition: "aws"}
}

// risksOf returns a verdict as "not judged", "none", or its risks as "code severity" in order, each once.
func risksOf(v iampolicy.Verdict) string {
	if !v.Judged {
		return "not judged"
	}
	var out []string
	for _, r := range v.Risks {
		if text := r.Code + " " + string(r.Severity); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		return "none"
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// bucketPolicy is a policy that lets everyone read under a condition.
func bucketPolicy(condition string) []byte {
	if condition != "" {
		condition = `,"Condition":{` + condition + `}`
	}
	return []byte(`{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Principal":"*","Action":"s3:GetObject",` +
		`"Resource":"arn:aws:s3:::b/*"` + condition + `}]}`)
}

func TestPublicConditions(t *testing.T) {
	const public, foreign, none = "public high", "external-account medium", "none"
	tests := []struct{ condition, want string }{
		{``, public},
		{`"StringEquals":{}`, public},

		// organisations
		{`"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, none},
		{`"StringEquals":{"AWS:principalorgid":"o-a1b2c3d4e5"}`, none},
		{`"stringequals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, none},
		{`"ForAnyValue:StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5"]}`, none},
		{`"StringEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"}`, foreign},
		{`"StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5","o-zzzzzzzzzz"]}`, foreign},
		{`"StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3d4e5","*"]}`, public},
		{`"StringLike":{"aws:PrincipalOrgID":"o-*"}`, public},
		{`"StringLike":{"aws:PrincipalOrgID":"*"}`, public},
		{`"StringEquals":{"aws:PrincipalOrgID":""}`, public},
		{`"StringEquals":{"aws:PrincipalOrgID":[]}`, public},
		{`"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, public},
		{`"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, public},
		{`"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"Null":{"aws:PrincipalOrgID":"false"}`, none},
		{`"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"Null":{"aws:PrincipalOrgID":"true"}`, public},
		{`"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"Null":{"aws:PrincipalArn":"false"}`, public},
		{`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, public},
		{`"Null":{"aws:PrincipalOrgID":"false"}`, public},
		{`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}`, none},
		{`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}`, none},
		{`"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}`, public},
		{`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*/r-ab12/ou-ab12-11111111/*"}`, public},
		{`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"*/r-ab12/*"}`, public},
		{`"StringEquals":{"aws:SourceOrgID":"o-a1b2c3d4e5"}`, none},

		// accounts and principals
		{`"StringEquals":{"aws:PrincipalAccount":"111122223333"}`, none},
		{`"StringEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`, none},
		{`"StringEquals":{"aws:PrincipalAccount":"999988887777"}`, foreign},
		{`"StringEquals":{"aws:PrincipalAccount":"999988887777","aws:PrincipalOrgID":"o-a1b2c3d4e5"}`, none},
		{`"StringLike":{"aws:PrincipalAccount":"1111*"}`, public},
		{`"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}`, public},
		{`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/app"}`, none},
		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}`, none},
		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}`, public},
		{`"StringLike":{"aws:PrincipalArn":"arn:aws:iam::1111*"}`, public},
		{`"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::999988887777:role/app"}`, public},
		{`"StringLike":{"aws:userid":"AROAEXAMPLEID1234567:*"}`, none},
		{`"StringLike":{"aws:userid":"AROA*"}`, public},
		{`"StringEquals":{"aws:username":"admin"}`, public},
		{`"StringEquals":{"aws:PrincipalTag/team":"data"}`, public},
		{`"StringEquals":{"aws:PrincipalType":"AssumedRole"}`, public},
		{`"Bool":{"aws:PrincipalIsAWSService":"true"}`, none},
		{`"Bool":{"aws:PrincipalIsAWSService":true}`, none},
		{`"Bool":{"aws:PrincipalIsAWSService":"false"}`, public},
		{`"BoolIfExists":{"aws:PrincipalIsAWSService":"true"}`, public},
		{`"StringEquals":{"aws:PrincipalServiceName":"cloudtrail.amazonaws.com"}`, none},

		// sources
		{`"StringEquals":{"aws:SourceAccount":"111122223333"}`, none},
		{`"NumericEquals":{"aws:SourceAccount":"111122223333"}`, public},
		{`"StringLike":{"aws:SourceOwner":"*"}`, public},
		{`"StringEquals":{"AWS:SourceOwner":"111122223333"}`, none},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:*"}`, none},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:999988887777:*"}`, foreign},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::logs"}`, none},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:logs"}`, none},
		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::aws:role/app"}`, foreign},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}`, public},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:*"}`, public},
		{`"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:alerts"}`, public},
		{`"StringLike":{"aws:SourceArn":"*"}`, public},
		{`"StringEquals":{"aws:SourceArn":"arn:aws:iam:::user/me"}`, public},

		// networks
		{`"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}`, none},
		{`"StringLike":{"aws:SourceVpce":"vpce-*"}`, public},
		{`"StringEquals":{"aws:SourceVpc":["vpc-91237329","vpc-*"]}`, public},
		{`"StringEquals":{"aws:VpceAccount":"111122223333"}`, none},
		{`"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}`, public},
		{`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`, none},
		{`"IpAddress":{"aws:SourceIp":"203.0.113.7"}`, none},
		{`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`, none},
		{`"IpAddress":{"aws:SourceIp":"2001:db8::/32"}`, none},
		{`"IpAddress":{"aws:SourceIp":"2001:db8::/31"}`, public},
		{`"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}`, public},
		{`"IpAddress":{"aws:SourceIp":"::/0"}`, public},
		{`"IpAddress":{"aws:SourceIp":"8.0.0.0/7"}`, public},
		{`"IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/0"]}`, public},
		{`"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}`, public},
		{`"IpAddress":{"aws:SourceIp":"anywhere"}`, public},
		{`"IpAddressIfExists":{"aws:SourceIp":"203.0.113.0/24"}`, public},
		{`"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`, public},
		{`"StringLike":{"aws:SourceIp":"203.0.113.*"}`, public},

		// what is for the caller to choose
		{`"StringEquals":{"aws:Referer":"https://example.com"}`, public},
		{`"StringEquals":{"aws:UserAgent":"secret"}`, public},
		{`"Bool":{"aws:SecureTransport":"true"}`, public},
		{`"Bool":{"aws:MultiFactorAuthPresent":"true"}`, public},
		{`"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`, public},
		{`"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}`, public},
		{`"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}`, public},
		{`"StringEquals":{"s3:ResourceAccount":"111122223333"}`, public},
		{`"StringEquals":{"aws:ResourceAccount":"111122223333"}`, public},
		{`"StringEquals":{"sts:ExternalId":"x1"}`, public},
		{`"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}`, none},
		{`"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:*:111122223333:accesspoint/*"}`, none},
		{`"Bool":{"elasticfilesystem:AccessedViaMountTarget":"true"}`, none},

		// several together
		{`"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}`, none},
		{`"StringLike":{"aws:SourceVpce":"*"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`, none},
		{`"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"},"stringEquals":{"aws:SourceVpce":"*"}`, public},
		{`"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d","aws:sourcevpce":"vpce-*"}`, public},
	}
	for _, tt := range tests {
		t.Run(tt.condition, func(t *testing.T) {
			if got := risksOf(iampolicy.JudgeResource(bucketPolicy(tt.condition), "s3", ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.condition, got, tt.want)
			}
		})
	}
}

// TestPublicManyRanges holds that ranges that are just narrow enough do not make up the internet together.
func TestPublicManyRanges(t *testing.T) {
	var ranges []string
	for i := range 256 {
		ranges = append(ranges, fmt.Sprintf(`"%d.0.0.0/8"`, i))
	}
	condition := func(n int) []byte {
		return bucketPolicy(`"IpAddress":{"aws:SourceIp":[` + strings.Join(ranges[:n], ",") + `]}`)
	}
	if got := risksOf(iampolicy.JudgeResource(condition(256), "s3", ownContext())); got != "public high" {
		t.Errorf("256 ranges of length 8: %s", got)
	}
	if got := risksOf(iampolicy.JudgeResource(condition(2), "s3", ownContext())); got != "none" {
		t.Errorf("2 ranges of length 8: %s", got)
	}
}

func TestPublicPrincipals(t *testing.T) {
	const public, foreign, none = "public high", "external-account medium", "none"
	tests := []struct{ principal, want string }{
		{`"Principal":"*"`, public},
		{`"Principal":["*"]`, public},
		{`"principal":"*"`, public},
		{`"Principal":{"AWS":"*"}`, public},
		{`"Principal":{"AWS":["arn:aws:iam::111122223333:root","*"]}`, public},
		{`"Principal":{"AWS":"arn:aws:iam::111122223333:root","AWS":"*"}`, public},
		{`"Principal":{"AWS":"\u002a"}`, public},
		{`"Principal":{"AWS":"arn:aws:iam::*:root"}`, public},
		{`"Principal":{"AWS":"arn:aws:iam::*:role/app"}`, public},
		{`"Principal":{"AWS":"arn:*"}`, public},
		{`"Principal":{"Service":"*"}`, public},
		{`"Principal":{"Federated":"*"}`, public},
		{`"NotPrincipal":{"AWS":"arn:aws:iam::999988887777:root"}`, public},
		{`"NotPrincipal":{}`, public},
		{`"NotPrincipal":"*"`, none},
		{`"Principal":{"AWS":[]}`, none},

		{`"Principal":{"AWS":"111122223333"}`, none},
		{`"Principal":"arn:aws:iam::111122223333:root"`, none},
		{`"Principal":{"AWS":"arn:aws:iam::111122223333:role/*"}`, none},
		{`"Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/app/session"}`, none},
		{`"Principal":{"AWS":"arn:aws:iam::444455556666:root"}`, none},
		{`"Principal":{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"}`, none},

		{`"Principal":{"AWS":"999988887777"}`, foreign},
		{`"Principal":{"AWS":"arn:aws:iam::999988887777:root"}`, foreign},
		{`"Principal":{"AWS":"arn:aws-cn:iam::999988887777:root"}`, foreign},
		{`"Principal":{"AWS":"arn:aws-cn:iam::111122223333:root"}`, foreign},
		{`"Principal":{"AWS":"arn:aws:iam::999988887777"}`, foreign},
		{`"Principal":{"AWS":["111122223333","arn:aws:iam::999988887777:user/eve"]}`, foreign},
		{`"Principal":{"AWS":"AROAEXAMPLEID1234567"}`, foreign},
		{`"Principal":{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`, foreign},
	}
	for _, tt := range tests {
		t.Run(tt.principal, func(t *testing.T) {
			document := `{"Statement":[{"Effect":"Allow",` + tt.principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`
			if got := risksOf(iampolicy.JudgeResource([]byte(document), "s3", ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}

func TestPublicBehindDeny(t *testing.T) {
	const public, none = "public critical", "none"
	allow := `{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*"}`
	tests := []struct{ name, deny, want string }{
		{"outside the organisation", `"Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, none},
		{"outside the organisation, everything", `"Principal":{"AWS":"*"},"Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`, none},
		{"outside the endpoint or the organisation", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5","aws:SourceVpce":"vpce-1a2b3c4d"}}`, none},
		{"outside a network", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, none},
		{"without a condition", `"Principal":"*","Action":"s3:*Object","Resource":"arn:aws:s3:::b/*"`, none},
		{"all but some actions", `"Principal":"*","NotAction":"s3:ListBucket","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}`, none},
		{"all but the own account", `"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:*","Resource":"*"`, none},

		{"only one of the actions", `"Principal":"*","Action":"s3:PutObject","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, public},
		{"another resource", `"Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/private/*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, public},
		{"all resources but these", `"Principal":"*","Action":"s3:*","NotResource":"arn:aws:s3:::b/public/*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, public},
		{"all but these actions", `"Principal":"*","NotAction":"s3:Get*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, public},
		{"one stranger", `"Principal":{"AWS":"999988887777"},"Action":"s3:*","Resource":"*"`, public},
		{"only without TLS", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}`, public},
		{"a condition more", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"Bool":{"aws:SecureTransport":"false"}}`, public},
		{"only those with an organisation", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"Null":{"aws:PrincipalOrgID":"false"}}`, public},
		{"any organisation is exempt", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalOrgID":"o-*"}}`, public},
		{"the anonymous are exempt", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}}`, public},
		{"positive", `"Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-zzzzzzzzzz"}}`, public},
		{"a key that stands twice", `"Principal":"*","Action":"s3:*","Action":"s3:PutObject","Resource":"*"`, public},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, document := range []string{
				`{"Statement":[` + allow + `,{"Effect":"Deny",` + tt.deny + `}]}`,
				`{"Statement":[{"Effect":"Deny",` + tt.deny + `},` + allow + `]}`,
			} {
				v := iampolicy.JudgeResource([]byte(document), "", ownContext())
				v.Risks = slices.DeleteFunc(v.Risks, func(r iampolicy.Risk) bool { return r.Code == iampolicy.SelfLockout })
				if got := risksOf(v); got != tt.want {
					t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
				}
			}
		})
	}
}

func TestPublicSeverity(t *testing.T) {
	tests := []struct{ statement, want string }{
		{`"Action":"s3:GetObject"`, "public high"},
		{`"Action":"s3:Get*"`, "public high"},
		{`"Action":["s3:GetObject","s3:PutObject"]`, "public critical"},
		{`"Action":"s3:*"`, "public critical"},
		{`"NotAction":"s3:DeleteBucket"`, "public critical"},
		{`"Action":"sqs:ReceiveMessage"`, "public critical"},
		{`"Action":"secretsmanager:GetSecretValue"`, "public critical"},
		{`"Action":"sns:Subscribe"`, "public critical"},
		{`"Action":"SNS:Subscribe","Condition":{"StringLike":{"SNS:Endpoint":"*@example.com"}}`, "public medium"},
		{`"Action":"SNS:Subscribe","Condition":{"StringLike":{"SNS:Endpoint":"*"}}`, "public critical"},
		{`"Action":["SNS:Subscribe","SNS:Publish"],"Condition":{"StringLike":{"SNS:Endpoint":"*@example.com"}}`, "public critical"},
		{`"Action":"lambda:InvokeFunctionUrl","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}`, "public critical"},
		{`"Action":"lambda:InvokeFunctionUrl","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}`, "public critical"},
	}
	for _, tt := range tests {
		document := `{"Statement":{"Effect":"Allow","Principal":"*","Resource":"*",` + tt.statement + `}}`
		if got := risksOf(iampolicy.JudgeResource([]byte(document), "", ownContext())); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.statement, got, tt.want)
		}
	}
}
