package iampolicy_test

import "riposte/pkg/iampolicy"

// Pages of AWS's documentation with whole examples.
const (
	pageBasics      = guide + "reference_policies_evaluation-logic.html"
	pageExamples    = guide + "access_policies_examples.html"
	pageTutorial    = guide + "tutorial_attribute-based-access-control.html"
	pageNullKey     = guide + "reference_policies_elements_condition_operators.html#Conditions_Null"
	pageIfExists    = guide + "reference_policies_elements_condition_operators.html#Conditions_IfExists"
	pagePerimeter   = guide + "access_policies_data-perimeters.html"
	pageDeputy      = guide + "confused-deputy.html"
	pageMFA         = guide + "id_credentials_mfa_configure-api-require.html"
	pageSCPExamples = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html"
	pageS3Examples  = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"
)

// allowIf and denyIf are statements on everything under a condition.
func allowIf(condition string) string {
	return `{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + condition + `}`
}

func denyIf(condition string) string {
	return `{"Effect":"Deny","Action":"*","Resource":"*","Condition":` + condition + `}`
}

// publicIf is a statement of a bucket's policy for everybody under a condition.
func publicIf(effect, condition string) string {
	return `{"Effect":"` + effect + `","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"],"Condition":` + condition + `}`
}

// documentedCases follow the examples of the documentation.
func documentedCases() []evaluateCase {
	var out []evaluateCase
	for _, group := range [][]evaluateCase{
		exampleCases(), mfaCases(), setCases(), absentCases(), networkCases(), perimeterCases(), guardrailCases(), deputyCases(),
		layeredCases(), sharingCases(), numberAndDateCases(),
	} {
		out = append(out, group...)
	}
	return out
}

func exampleCases() []evaluateCase {
	home := `{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::data","Condition":{"StringLike":{"s3:prefix":["","home/","home/${aws:username}/*"]}}},` +
		`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::data/home/${aws:username}","arn:aws:s3:::data/home/${aws:username}/*"]}`
	list := ask(alice, "s3:ListBucket", "arn:aws:s3:::data")
	tags := `{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/project":"${aws:PrincipalTag/project}"}}},` +
		`{"Effect":"Deny","Action":["ec2:CreateTags","ec2:DeleteTags"],"Resource":"*"}`
	stop := ask(alice, "ec2:StopInstances", "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0")
	ownKeys := `{"Effect":"Allow","Action":["iam:*AccessKey*","iam:GetUser"],"Resource":"arn:aws:iam::*:user/${aws:username}"}`
	pass := `{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/app-*","Condition":{"StringEquals":{"iam:PassedToService":["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]}}}`
	regions := allowIf(`{"StringEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}}`)
	return []evaluateCase{
		{name: "home: own folder", page: pageExamples, request: ask(alice, "s3:PutObject", "arn:aws:s3:::data/home/alice/a.txt"), identity: home, want: allowed},
		{name: "home: another's folder", page: pageExamples, request: ask(alice, "s3:PutObject", "arn:aws:s3:::data/home/bob/a.txt"), identity: home, want: implicitly},
		{name: "home: a name that begins alike", page: pageExamples, request: ask(alice, "s3:PutObject", "arn:aws:s3:::data/home/alice2/a.txt"), identity: home, want: implicitly},
		{name: "home: listing the own folder", page: pageExamples, request: withContext(list, "s3:prefix", "home/alice/2024"), identity: home, want: allowed},
		{name: "home: listing the top", page: pageExamples, request: withContext(list, "s3:prefix", ""), identity: home, want: allowed},
		{name: "home: listing another's folder", page: pageExamples, request: withContext(list, "s3:prefix", "home/bob/"), identity: home, want: implicitly},
		{name: "home: listing without a prefix", page: pageExamples, request: list, identity: home, want: implicitly},
		{name: "home: a role has no user name", page: pageExamples, request: ask(appSession, "s3:GetObject", "arn:aws:s3:::data/home/app/a"), identity: home, want: implicitly},

		{name: "tags: same project", page: pageTutorial, request: withContext(stop, "aws:ResourceTag/project", "heart", "aws:PrincipalTag/project", "heart"), identity: tags, want: allowed},
		{name: "tags: letter case of values counts", page: pageTutorial, request: withContext(stop, "aws:ResourceTag/project", "Heart", "aws:PrincipalTag/project", "heart"), identity: tags, want: implicitly},
		{name: "tags: letter case of keys does not", page: pageTutorial, request: withContext(stop, "aws:resourcetag/PROJECT", "heart", "aws:principaltag/Project", "heart"), identity: tags, want: allowed},
		{name: "tags: the resource has none", page: pageTutorial, request: withContext(stop, "aws:PrincipalTag/project", "heart"), identity: tags, want: implicitly},
		{name: "tags: neither has one", page: pageTutorial, request: stop, identity: tags, want: implicitly},
		{name: "tags: may not be changed", page: pageTutorial, request: withContext(ask(alice, "ec2:CreateTags", "arn:aws:ec2:us-east-1:111122223333:instance/i-1"), "aws:ResourceTag/project", "heart", "aws:PrincipalTag/project", "heart"), identity: tags, want: explicitly},

		{name: "keys: own", page: pageExamples, request: ask(alice, "iam:CreateAccessKey", alice), identity: ownKeys, want: allowed},
		{name: "keys: another's", page: pageExamples, request: ask(alice, "iam:CreateAccessKey", "arn:aws:iam::111122223333:user/bob"), identity: ownKeys, want: implicitly},
		{name: "keys: under a path", page: pageExamples, request: ask(alice, "iam:GetUser", "arn:aws:iam::111122223333:user/ops/alice"), identity: ownKeys, want: implicitly},

		{name: "pass role to a listed service", page: pageExamples, request: withContext(ask(alice, "iam:PassRole", "arn:aws:iam::111122223333:role/app-web"), "iam:PassedToService", "ecs-tasks.amazonaws.com"), identity: pass, want: allowed},
		{name: "pass role to another service", page: pageExamples, request: withContext(ask(alice, "iam:PassRole", "arn:aws:iam::111122223333:role/app-web"), "iam:PassedToService", "lambda.amazonaws.com"), identity: pass, want: implicitly},
		{name: "pass another role", page: pageExamples, request: withContext(ask(alice, "iam:PassRole", "arn:aws:iam::111122223333:role/admin"), "iam:PassedToService", "ec2.amazonaws.com"), identity: pass, want: implicitly},

		{name: "region that is allowed", page: pageExamples, request: withContext(stop, "aws:RequestedRegion", "eu-west-1"), identity: regions, want: allowed},
		{name: "region that is not", page: pageExamples, request: withContext(stop, "aws:RequestedRegion", "us-east-1"), identity: regions, want: implicitly},
		{name: "an action without a resource", page: pageResource, request: ask(alice, "s3:ListAllMyBuckets", ""), identity: s3Only, want: allowed},
		{name: "an action whose resource is not told", page: pageResource, request: ask(alice, "s3:GetObject", ""), identity: s3Only, want: implicitly, by: "not understood"},
		{name: "no policy names the principal's action", page: pageBasics, request: stop, identity: `{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}`, want: implicitly},
		{name: "one policy of several denies", page: pageBasics, request: stop, identity: everything + `,{"Effect":"Deny","Action":"ec2:Stop*","Resource":"arn:aws:ec2:*:*:instance/*"}`, want: explicitly},
		{name: "one policy of several denies another resource", page: pageBasics, request: stop, identity: everything + `,{"Effect":"Deny","Action":"ec2:Stop*","Resource":"arn:aws:ec2:*:*:volume/*"}`, want: allowed},
	}
}

func mfaCases() []evaluateCase {
	stop := ask(alice, "ec2:StopInstances", "*")
	demanded := allowIf(`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`)
	ifExists := allowIf(`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`)
	denied := everything + "," + denyIf(`{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`)
	deniedIfExists := everything + "," + denyIf(`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`)
	fresh := allowIf(`{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}`)
	with, without := withContext(stop, "aws:MultiFactorAuthPresent", "true"), withContext(stop, "aws:MultiFactorAuthPresent", "false")
	return []evaluateCase{
		{name: "MFA demanded and used", page: pageMFA, request: with, identity: demanded, want: allowed},
		{name: "MFA demanded and not used", page: pageMFA, request: without, identity: demanded, want: implicitly},
		{name: "MFA demanded of a long-term key", page: pageMFA, request: stop, identity: demanded, want: implicitly},
		{name: "MFA asked for only if the key exists, not used", page: pageMFA, request: without, identity: ifExists, want: implicitly},
		{name: "MFA asked for only if the key exists, of a long-term key", page: pageMFA, request: stop, identity: ifExists, want: allowed},
		{name: "Deny without MFA does not see a long-term key", page: pageMFA, request: stop, identity: denied, want: allowed},
		{name: "Deny without MFA sees a session", page: pageMFA, request: without, identity: denied, want: explicitly},
		{name: "Deny without MFA that sees a long-term key", page: pageMFA, request: stop, identity: deniedIfExists, want: explicitly},
		{name: "Deny without MFA lets MFA pass", page: pageMFA, request: with, identity: deniedIfExists, want: allowed},
		{name: "MFA is recent", page: pageMFA, request: withContext(stop, "aws:MultiFactorAuthAge", "3599"), identity: fresh, want: allowed},
		{name: "MFA is old", page: pageMFA, request: withContext(stop, "aws:MultiFactorAuthAge", "3600"), identity: fresh, want: implicitly},
		{name: "MFA has no age", page: pageMFA, request: stop, identity: fresh, want: implicitly},
	}
}

func setCases() []evaluateCase {
	tag := func(keys ...string) iampolicy.Request {
		var pairs []string
		for _, k := range keys {
			pairs = append(pairs, "aws:TagKeys", k)
		}
		return withContext(ask(alice, "ec2:CreateTags", "*"), pairs...)
	}
	only := allowIf(`{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`)
	some := allowIf(`{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`)
	never := everything + "," + denyIf(`{"ForAnyValue:StringEquals":{"aws:TagKeys":"admin"}}`)
	noneOf := allowIf(`{"ForAllValues:StringNotEquals":{"aws:TagKeys":["admin","root"]}}`)
	other := allowIf(`{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["admin","root"]}}`)
	denyAll := everything + "," + denyIf(`{"ForAllValues:StringEquals":{"aws:TagKeys":"environment"}}`)
	paths := publicIf("Allow", `{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]}}`)
	read := ask(alice, "s3:GetObject", object)
	return []evaluateCase{
		{name: "all keys are listed", page: pageSets, request: tag("environment", "cost-center"), identity: only, want: allowed},
		{name: "one key is not listed", page: pageSets, request: tag("environment", "owner"), identity: only, want: implicitly},
		{name: "no keys are all listed", page: pageSets, request: tag(), identity: only, want: allowed},
		{name: "one key of two is listed", page: pageSets, request: tag("environment", "owner"), identity: some, want: allowed},
		{name: "none of the keys is listed", page: pageSets, request: tag("owner"), identity: some, want: implicitly},
		{name: "no keys, so none is listed", page: pageSets, request: tag(), identity: some, want: implicitly},
		{name: "a key that is forbidden", page: pageSets, request: tag("environment", "admin"), identity: never, want: explicitly},
		{name: "no key that is forbidden", page: pageSets, request: tag("environment"), identity: never, want: allowed},
		{name: "no keys, so none is forbidden", page: pageSets, request: tag(), identity: never, want: allowed},
		{name: "every key is none of two", page: pageSets, request: tag("environment", "owner"), identity: noneOf, want: allowed},
		{name: "one key is one of two", page: pageSets, request: tag("environment", "root"), identity: noneOf, want: implicitly},
		{name: "some key is none of two", page: pageSets, request: tag("environment", "root"), identity: other, want: allowed},
		{name: "every key is one of two", page: pageSets, request: tag("admin", "root"), identity: other, want: implicitly},
		{name: "a Deny on all values holds without the key", page: pageSets, request: tag(), identity: denyAll, want: explicitly},
		{name: "a Deny on all values with another", page: pageSets, request: tag("environment", "owner"), identity: denyAll, want: allowed},
		{name: "path of the organisation", page: pageSets, request: withContext(read, "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"), resource: paths, want: allowed},
		{name: "another path of the organisation", page: pageSets, request: withContext(read, "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-33333333/"), resource: paths, want: implicitly},
	}
}

func absentCases() []evaluateCase {
	run := ask(alice, "ec2:RunInstances", "*")
	ifExists := allowIf(`{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*","m3.*"]}}`)
	negated := allowIf(`{"StringNotEquals":{"ec2:InstanceType":"x1.32xlarge"}}`)
	both := allowIf(`{"StringNotEquals":{"ec2:InstanceType":"x1.32xlarge"},"Null":{"ec2:InstanceType":"false"}}`)
	temporary := allowIf(`{"Null":{"aws:TokenIssueTime":"true"}}`)
	encrypted := publicIf("Deny", `{"Null":{"s3:x-amz-server-side-encryption":"true"}}`)
	kms := publicIf("Deny", `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`)
	kmsIfExists := publicIf("Deny", `{"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}}`)
	put := ask(alice, "s3:PutObject", object)
	return []evaluateCase{
		{name: "if exists: exists and matches", page: pageIfExists, request: withContext(run, "ec2:InstanceType", "t2.micro"), identity: ifExists, want: allowed},
		{name: "if exists: exists and does not match", page: pageIfExists, request: withContext(run, "ec2:InstanceType", "x1.large"), identity: ifExists, want: implicitly},
		{name: "if exists: does not exist", page: pageIfExists, request: run, identity: ifExists, want: allowed},
		{name: "negated: absent", page: pageOperators, request: run, identity: negated, want: allowed},
		{name: "negated: equal", page: pageOperators, request: withContext(run, "ec2:InstanceType", "x1.32xlarge"), identity: negated, want: implicitly},
		{name: "negated and present: absent", page: pageNullKey, request: run, identity: both, want: implicitly},
		{name: "negated and present: other", page: pageNullKey, request: withContext(run, "ec2:InstanceType", "t2.micro"), identity: both, want: allowed},
		{name: "long-term key", page: pageNullKey, request: run, identity: temporary, want: allowed},
		{name: "temporary key", page: pageNullKey, request: withContext(run, "aws:TokenIssueTime", "2024-05-01T00:00:00Z"), identity: temporary, want: implicitly},
		{name: "upload without encryption", page: pageS3Examples, request: put, identity: everything, resource: encrypted, want: explicitly},
		{name: "upload with encryption", page: pageS3Examples, request: withContext(put, "s3:x-amz-server-side-encryption", "AES256"), identity: everything, resource: encrypted, want: allowed},
		{name: "upload without a header under a negated Deny", page: pageS3Examples, request: put, identity: everything, resource: kms, want: explicitly},
		{name: "upload with the wrong encryption", page: pageS3Examples, request: withContext(put, "s3:x-amz-server-side-encryption", "AES256"), identity: everything, resource: kms, want: explicitly},
		{name: "upload with the right encryption", page: pageS3Examples, request: withContext(put, "s3:x-amz-server-side-encryption", "aws:kms"), identity: everything, resource: kms, want: allowed},
		{name: "if exists does not soften a negated Deny", page: pageIfExists, request: put, identity: everything, resource: kmsIfExists, want: explicitly},
	}
}

func networkCases() []evaluateCase {
	read := ask(alice, "s3:GetObject", object)
	anonymous := ask("*", "s3:GetObject", object)
	anonymous.ResourceAccount = "111122223333"
	office := `{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24"]}}`
	notOffice := `{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","203.0.113.0/24"]}}`
	viaService := everything + "," + denyIf(`{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"},"Bool":{"aws:ViaAWSService":"false"}}`)
	endpoint := publicIf("Deny", `{"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}`)
	tls := publicIf("Deny", `{"Bool":{"aws:SecureTransport":"false"}}`)
	referer := publicIf("Allow", `{"StringLike":{"aws:Referer":["http://www.example.com/*","http://example.com/*"]}}`)
	v6 := publicIf("Allow", `{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8:1234:5678::/64"]},"NotIpAddress":{"aws:SourceIp":["192.0.2.188/30","2001:db8:1234:5678:abcd::/80"]}}`)
	from := func(r iampolicy.Request, ip string) iampolicy.Request { return withContext(r, "aws:SourceIp", ip) }
	return []evaluateCase{
		{name: "address in the first range", page: pageExamples, request: from(read, "192.0.2.77"), identity: allowIf(office), want: allowed},
		{name: "address in the second range", page: pageExamples, request: from(read, "203.0.113.0"), identity: allowIf(office), want: allowed},
		{name: "address outside", page: pageExamples, request: from(read, "192.0.3.1"), identity: allowIf(office), want: implicitly},
		{name: "no address", page: pageExamples, request: read, identity: allowIf(office), want: implicitly},
		{name: "Deny outside of the office, inside", page: pageExamples, request: from(read, "203.0.113.255"), identity: everything + "," + denyIf(notOffice), want: allowed},
		{name: "Deny outside of the office, outside", page: pageExamples, request: from(read, "198.51.100.1"), identity: everything + "," + denyIf(notOffice), want: explicitly},
		{name: "Deny outside of the office without an address", page: pageExamples, request: read, identity: everything + "," + denyIf(notOffice), want: explicitly},
		{name: "Deny outside, through a service", page: pageExamples, request: withContext(read, "aws:SourceIp", "198.51.100.1", "aws:ViaAWSService", "true"), identity: viaService, want: allowed},
		{name: "Deny outside, directly", page: pageExamples, request: withContext(read, "aws:SourceIp", "198.51.100.1", "aws:ViaAWSService", "false"), identity: viaService, want: explicitly},
		{name: "through the endpoint", page: pageS3Examples, request: withContext(read, "aws:SourceVpce", "vpce-1a2b3c4d"), identity: everything, resource: endpoint, want: allowed},
		{name: "through another endpoint", page: pageS3Examples, request: withContext(read, "aws:SourceVpce", "vpce-11111111"), identity: everything, resource: endpoint, want: explicitly},
		{name: "through no endpoint", page: pageS3Examples, request: read, identity: everything, resource: endpoint, want: explicitly},
		{name: "with TLS", page: pageS3Examples, request: withContext(read, "aws:SecureTransport", "true"), identity: everything, resource: tls, want: allowed},
		{name: "without TLS", page: pageS3Examples, request: withContext(read, "aws:SecureTransport", "false"), identity: everything, resource: tls, want: explicitly},
		{name: "referer", page: pageS3Examples, request: withContext(anonymous, "aws:Referer", "http://example.com/a.html"), resource: referer, want: allowed},
		{name: "another referer", page: pageS3Examples, request: withContext(anonymous, "aws:Referer", "https://example.com/a.html"), resource: referer, want: implicitly},
		{name: "address of version 6", page: pageS3Examples, request: from(anonymous, "2001:db8:1234:5678:1::1"), resource: v6, want: allowed},
		{name: "address of version 6 that is left out", page: pageS3Examples, request: from(anonymous, "2001:db8:1234:5678:abcd::1"), resource: v6, want: implicitly},
		{name: "address of version 4 that is left out", page: pageS3Examples, request: from(anonymous, "192.0.2.190"), resource: v6, want: implicitly},
		{name: "address of version 4 beside it", page: pageS3Examples, request: from(anonymous, "192.0.2.192"), resource: v6, want: allowed},
	}
}

func perimeterCases() []evaluateCase {
	eve := ask("arn:aws:iam::444455556666:user/eve", "s3:GetObject", object)
	eve.ResourceAccount = "111122223333"
	logs := ask("cloudtrail.amazonaws.com", "s3:PutObject", object)
	logs.ResourceAccount = "111122223333"
	identities := publicIf("Deny", `{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`)
	resources := everything + "," + denyIf(`{"StringNotEqualsIfExists":{"aws:ResourceOrgID":"o-a1b2c3d4e5"}}`)
	own := publicIf("Allow", `{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)
	open := to(`"*"`, "Allow", "s3:*")
	inside := func(r iampolicy.Request) iampolicy.Request {
		return withContext(r, "aws:PrincipalOrgID", "o-a1b2c3d4e5")
	}
	stranger := withContext(eve, "aws:PrincipalOrgID", "o-zzzzzzzzzz")
	put := ask(alice, "s3:PutObject", object)
	service := to(`{"Service":"cloudtrail.amazonaws.com"}`, "Allow", "s3:PutObject")
	return []evaluateCase{
		{name: "bucket for the organisation, another account of it", page: pagePerimeter, request: inside(eve), identity: s3Only, resource: own, want: allowed},
		{name: "bucket for the organisation, a stranger", page: pagePerimeter, request: stranger, identity: s3Only, resource: own, want: implicitly},
		{name: "bucket for the organisation, no organisation", page: pagePerimeter, request: eve, identity: s3Only, resource: own, want: implicitly},
		{name: "perimeter keeps strangers out", page: pagePerimeter, request: stranger, identity: s3Only, resource: open + "," + identities, want: explicitly},
		{name: "perimeter keeps out who has no organisation", page: pagePerimeter, request: eve, identity: s3Only, resource: open + "," + identities, want: explicitly},
		{name: "perimeter lets the organisation in", page: pagePerimeter, request: inside(eve), identity: s3Only, resource: open + "," + identities, want: allowed},
		{name: "perimeter lets services in", page: pagePerimeter, request: logs, resource: service + "," + identities, want: allowed},
		{name: "perimeter of resources, own", page: pagePerimeter, request: withContext(put, "aws:ResourceOrgID", "o-a1b2c3d4e5"), identity: resources, want: allowed},
		{name: "perimeter of resources, a stranger's", page: pagePerimeter, request: withContext(put, "aws:ResourceOrgID", "o-zzzzzzzzzz"), identity: resources, want: explicitly},
		{name: "perimeter as an RCP", page: pageRCP, request: stranger, identity: s3Only, resource: open, rcps: []string{"", identities}, want: explicitly},
		{name: "perimeter as an RCP, inside", page: pageRCP, request: inside(eve), identity: s3Only, resource: open, rcps: []string{"", identities}, want: allowed},
		{name: "perimeter as an SCP", page: pageSCPExamples, request: withContext(put, "aws:ResourceOrgID", "o-zzzzzzzzzz"), identity: everything, scps: []string{everything, resources}, want: explicitly},
	}
}

func guardrailCases() []evaluateCase {
	regions := everything + `,{"Effect":"Deny","NotAction":["iam:*","sts:*","support:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]},"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/breakglass"]}}}`
	run := ask(alice, "ec2:RunInstances", "arn:aws:ec2:us-east-1:111122223333:instance/*")
	glass := ask("arn:aws:sts::111122223333:assumed-role/breakglass/ann", "ec2:RunInstances", "*")
	noRoot := everything + `,{"Effect":"Deny","Action":"ec2:*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":["arn:aws:iam::*:root"]}}}`
	protect := everything + `,{"Effect":"Deny","Action":["iam:DeleteRole*","iam:PutRole*"],"Resource":"arn:aws:iam::*:role/security-*","Condition":{"StringNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/security-admin"}}}`
	change := ask(alice, "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/security-audit")
	admin := ask("arn:aws:iam::111122223333:role/security-admin", "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/security-audit")
	t2 := everything + `,{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringNotEquals":{"ec2:InstanceType":"t2.micro"}}}`
	allowList := `{"Effect":"Allow","Action":["ec2:*","cloudwatch:*"],"Resource":"*"}`
	in := func(r iampolicy.Request, region string) iampolicy.Request {
		return withContext(r, "aws:RequestedRegion", region)
	}
	return []evaluateCase{
		{name: "region outside the guardrail", page: pageSCPExamples, request: in(run, "us-east-1"), identity: everything, scps: []string{everything, regions}, want: explicitly},
		{name: "region inside the guardrail", page: pageSCPExamples, request: in(run, "eu-west-1"), identity: everything, scps: []string{everything, regions}, want: allowed},
		{name: "global service outside the region", page: pageSCPExamples, request: in(ask(alice, "iam:ListUsers", "*"), "us-east-1"), identity: everything, scps: []string{everything, regions}, want: allowed},
		{name: "role that is excepted", page: pageSCPExamples, request: in(glass, "us-east-1"), identity: everything, scps: []string{everything, regions}, want: allowed},
		{name: "root user denied by SCP", page: pageSCPExamples, request: ask(root, "ec2:StopInstances", "*"), scps: []string{everything, noRoot}, want: explicitly},
		{name: "root user, another service", page: pageSCPExamples, request: ask(root, "s3:ListAllMyBuckets", "*"), scps: []string{everything, noRoot}, want: allowed},
		{name: "user under an SCP about root", page: pageSCPExamples, request: ask(alice, "ec2:StopInstances", "*"), identity: everything, scps: []string{everything, noRoot}, want: allowed},
		{name: "protected role", page: pageSCPExamples, request: change, identity: everything, scps: []string{everything, protect}, want: explicitly},
		{name: "protected role, its administrator", page: pageSCPExamples, request: admin, identity: everything, scps: []string{everything, protect}, want: allowed},
		{name: "role that is not protected", page: pageSCPExamples, request: ask(alice, "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/app"), identity: everything, scps: []string{everything, protect}, want: allowed},
		{name: "instance type", page: pageSCPExamples, request: withContext(run, "ec2:InstanceType", "m5.large"), identity: everything, scps: []string{t2}, want: explicitly},
		{name: "instance type that is allowed", page: pageSCPExamples, request: withContext(run, "ec2:InstanceType", "t2.micro"), identity: everything, scps: []string{t2}, want: allowed},
		{name: "allow list on a unit, listed", page: pageSCPEval, request: run, identity: everything, scps: []string{everything, allowList, everything}, want: allowed},
		{name: "allow list on a unit, not listed", page: pageSCPEval, request: ask(alice, "s3:ListAllMyBuckets", "*"), identity: everything, scps: []string{everything, allowList, everything}, want: implicitly},
		{name: "allow lists that do not meet", page: pageSCPEval, request: run, identity: everything, scps: []string{allowList, s3Only}, want: implicitly},
		{name: "allowed above and denied below", page: pageSCPEval, request: run, identity: everything, scps: []string{everything, everything + `,{"Effect":"Deny","Action":"ec2:*","Resource":"*"}`}, want: explicitly},
		{name: "denied above and allowed below", page: pageSCPEval, request: run, identity: everything, scps: []string{everything + `,{"Effect":"Deny","Action":"ec2:*","Resource":"*"}`, everything}, want: explicitly},
		{name: "SCP does not bind a stranger's principal on an own resource", page: pageSCP, request: ask("arn:aws:iam::444455556666:user/eve", "sqs:SendMessage", queue), identity: everything, resource: to(aws("444455556666"), "Allow", "sqs:*"), want: allowed},
		{name: "SCP of the root, Deny beats the management of levels", page: pageSCPEval, request: run, identity: everything, boundary: everything, scps: []string{nothing + "," + everything, everything}, want: explicitly},
	}
}

func deputyCases() []evaluateCase {
	put := ask("cloudtrail.amazonaws.com", "s3:PutObject", "arn:aws:s3:::data/AWSLogs/111122223333/x.gz")
	put.ResourceAccount = "111122223333"
	trail := `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::data/AWSLogs/111122223333/*",` +
		`"Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main","s3:x-amz-acl":"bucket-owner-full-control"}}}`
	good := []string{"aws:SourceArn", "arn:aws:cloudtrail:us-east-1:111122223333:trail/main", "s3:x-amz-acl", "bucket-owner-full-control"}
	topic := `{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"` + queue + `","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:news-*"}}}`
	send := ask("sns.amazonaws.com", "sqs:SendMessage", queue)
	vendor := `{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"12345"}}}`
	assume := ask("arn:aws:iam::444455556666:role/vendor", "sts:AssumeRole", target)
	return []evaluateCase{
		{name: "trail of the account", page: pageDeputy, request: withContext(put, good...), resource: trail, want: allowed},
		{name: "trail of another account", page: pageDeputy, request: withContext(put, "aws:SourceArn", "arn:aws:cloudtrail:us-east-1:444455556666:trail/main", "s3:x-amz-acl", "bucket-owner-full-control"), resource: trail, want: implicitly},
		{name: "trail without the header", page: pageDeputy, request: withContext(put, good[:2]...), resource: trail, want: implicitly},
		{name: "another service", page: pageDeputy, request: withContext(ask("config.amazonaws.com", "s3:PutObject", "arn:aws:s3:::data/AWSLogs/111122223333/x.gz"), good...), resource: trail, want: implicitly},
		{name: "a person with the service's keys", page: pageDeputy, request: withContext(ask(alice, "s3:PutObject", "arn:aws:s3:::data/AWSLogs/111122223333/x.gz"), good...), resource: trail, want: implicitly},
		{name: "topic that matches", page: pageDeputy, request: withContext(send, "aws:SourceArn", "arn:aws:sns:eu-west-1:111122223333:news-uk"), resource: topic, want: allowed},
		{name: "topic of another account", page: pageDeputy, request: withContext(send, "aws:SourceArn", "arn:aws:sns:eu-west-1:444455556666:news-uk"), resource: topic, want: implicitly},
		{name: "topic that is not told", page: pageDeputy, request: send, resource: topic, want: implicitly},
		{name: "vendor with the external id", page: pageDeputy, request: withContext(assume, "sts:ExternalId", "12345"), identity: everything, resource: vendor, want: allowed},
		{name: "vendor with another external id", page: pageDeputy, request: withContext(assume, "sts:ExternalId", "54321"), identity: everything, resource: vendor, want: implicitly},
		{name: "vendor without an external id", page: pageDeputy, request: assume, identity: everything, resource: vendor, want: implicitly},
		{name: "vendor whose own account is silent", page: pageDeputy, request: withContext(assume, "sts:ExternalId", "12345"), resource: vendor, want: implicitly},
	}
}

// layeredCases have all kinds of policies at once.
func layeredCases() []evaluateCase {
	send := ask(appSession, "sqs:SendMessage", queue)
	sqs := `{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`
	role, session := to(aws(appRole), "Allow", "sqs:*"), to(aws(appSession), "Allow", "sqs:*")
	all := []string{everything, everything}
	return []evaluateCase{
		{name: "every layer allows", page: pageLogic, request: send, identity: sqs, resource: role, boundary: sqs, session: sqs, scps: all, rcps: []string{to(`"*"`, "Allow", "*")}, want: allowed},
		{name: "only the boundary is silent", page: pageLogic, request: send, identity: sqs, boundary: s3Only, session: sqs, scps: all, want: implicitly},
		{name: "only the session policy is silent", page: pageLogic, request: send, identity: sqs, boundary: sqs, session: s3Only, scps: all, want: implicitly},
		{name: "only the identity is silent", page: pageLogic, request: send, identity: s3Only, boundary: sqs, session: sqs, scps: all, want: implicitly},
		{name: "only an SCP is silent", page: pageLogic, request: send, identity: sqs, boundary: sqs, session: sqs, scps: []string{everything, s3Only}, want: implicitly},
		{name: "the session policy denies", page: pageLogic, request: send, identity: sqs, boundary: sqs, session: sqs + "," + nothing, scps: all, want: explicitly},
		{name: "the boundary denies what the resource gives the session", page: pageLogic, request: send, resource: session, boundary: sqs + "," + nothing, want: explicitly},
		{name: "the resource gives the session, all else is silent", page: pageSingle, request: send, resource: session, boundary: s3Only, session: s3Only, want: allowed},
		{name: "the resource gives the role, identity is silent", page: pageSingle, request: send, resource: role, boundary: sqs, session: sqs, want: allowed},
		{name: "the resource gives the role, identity denies", page: pageSingle, request: send, identity: nothing, resource: role, want: explicitly},
		{name: "the resource gives the account, the boundary is silent", page: pageSingle, request: send, identity: sqs, resource: to(aws(root), "Allow", "sqs:*"), boundary: s3Only, want: implicitly},
		{name: "the resource gives the session, an SCP is silent", page: pageSingle, request: send, resource: session, scps: []string{s3Only}, want: implicitly},
		{name: "the resource gives the session, an RCP denies", page: pageSingle, request: send, resource: session, rcps: []string{to(`"*"`, "Deny", "sqs:*")}, want: explicitly},
		{name: "the resource gives another session", page: pageSingle, request: send, resource: to(aws(appSession+"2"), "Allow", "sqs:*"), want: implicitly},
		{name: "a Deny of the resource on the role binds the session", page: pagePrincipal, request: send, identity: sqs, resource: to(aws(appRole), "Deny", "sqs:*"), want: explicitly},
		{name: "a Deny of the resource on the account binds the session", page: pagePrincipal, request: send, identity: sqs, resource: to(aws("111122223333"), "Deny", "sqs:*"), want: explicitly},
		{name: "a Deny of the resource on another account", page: pagePrincipal, request: send, identity: sqs, resource: to(aws("444455556666"), "Deny", "sqs:*"), want: allowed},
	}
}

// sharingCases are about resources of other accounts.
func sharingCases() []evaluateCase {
	read := ask(alice, "s3:GetObject", object)
	read.ResourceAccount = "444455556666"
	session := ask(appSession, "s3:GetObject", object)
	session.ResourceAccount = "444455556666"
	user := to(aws(alice), "Allow", "s3:GetObject")
	onObject := `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::data/*"}`
	anonymous := ask("*", "s3:GetObject", object)
	anonymous.ResourceAccount = "444455556666"
	china := ask("arn:aws-cn:iam::111122223333:user/alice", "s3:GetObject", "arn:aws-cn:s3:::data/a")
	return []evaluateCase{
		{name: "shared object, both allow", page: pageCross, request: read, identity: onObject, resource: user, want: allowed},
		{name: "shared object, identity on another object", page: pageCross, request: read, identity: `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}`, resource: user, want: implicitly},
		{name: "shared object, resource for another action", page: pageCross, request: read, identity: onObject, resource: to(aws(alice), "Allow", "s3:PutObject"), want: implicitly},
		{name: "shared object, identity denies", page: pageCross, request: read, identity: onObject + "," + nothing, resource: user, want: explicitly},
		{name: "shared object, caller's SCP is silent", page: pageCross, request: read, identity: onObject, resource: user, scps: []string{`{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`}, want: implicitly},
		{name: "shared object, owner's RCP denies", page: pageCross, request: read, identity: onObject, resource: user, rcps: []string{publicIf("Deny", `{"StringNotEquals":{"aws:PrincipalAccount":"444455556666"}}`)}, want: explicitly},
		{name: "shared object, boundary is silent", page: pageCross, request: read, identity: onObject, resource: user, boundary: `{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`, want: implicitly},
		{name: "shared object, role named, both allow", page: pageCross, request: session, identity: onObject, resource: to(aws(appRole), "Allow", "s3:GetObject"), want: allowed},
		{name: "shared object, session named, identity silent", page: pageCross, request: session, resource: to(aws(appSession), "Allow", "s3:GetObject"), want: implicitly},
		{name: "shared object by the caller's account as a condition", page: pageCross, request: read, identity: onObject, resource: publicIf("Allow", `{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`), want: allowed},
		{name: "public object, caller's identity silent", page: pageCross, request: read, resource: to(`"*"`, "Allow", "s3:GetObject"), want: implicitly},
		{name: "public object, anonymous", page: pagePrincipal, request: anonymous, resource: to(`"*"`, "Allow", "s3:GetObject"), want: allowed},
		{name: "object for AWS accounts written as a star, anonymous", page: pagePrincipal, request: anonymous, resource: to(`{"AWS":"*"}`, "Allow", "s3:GetObject"), want: allowed},
		{name: "object for an account, anonymous", page: pagePrincipal, request: anonymous, resource: to(aws("444455556666"), "Allow", "s3:GetObject"), want: implicitly},
		{name: "public object, anonymous, of the organisation only", page: pagePrincipal, request: anonymous, resource: publicIf("Allow", `{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`), want: implicitly},
		{name: "another partition", page: pageResource, request: china, identity: `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws-cn:s3:::data/*"}`, want: allowed},
		{name: "a resource of the wrong partition", page: pageResource, request: china, identity: `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::data/*"}`, want: implicitly},
	}
}

func numberAndDateCases() []evaluateCase {
	list := ask(alice, "s3:ListBucket", "arn:aws:s3:::data")
	most := allowIf(`{"NumericLessThanEquals":{"s3:max-keys":"10"}}`)
	window := allowIf(`{"DateGreaterThan":{"aws:CurrentTime":"2024-04-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2024-06-30T23:59:59Z"}}`)
	at := func(text string) iampolicy.Request { return withContext(list, "aws:CurrentTime", text) }
	revoked := everything + "," + denyIf(`{"DateLessThan":{"aws:TokenIssueTime":"2024-05-07T23:47:00Z"}}`)
	return []evaluateCase{
		{name: "as many as allowed", page: pageOperators, request: withContext(list, "s3:max-keys", "10"), identity: most, want: allowed},
		{name: "more than allowed", page: pageOperators, request: withContext(list, "s3:max-keys", "11"), identity: most, want: implicitly},
		{name: "numbers are no texts", page: pageOperators, request: withContext(list, "s3:max-keys", "9"), identity: most, want: allowed},
		{name: "no number", page: pageOperators, request: list, identity: most, want: implicitly},
		{name: "within the dates", page: pageExamples, request: at("2024-05-01T12:00:00Z"), identity: window, want: allowed},
		{name: "before the dates", page: pageExamples, request: at("2024-03-31T23:59:59Z"), identity: window, want: implicitly},
		{name: "after the dates", page: pageExamples, request: at("2024-07-01T00:00:00Z"), identity: window, want: implicitly},
		{name: "within the dates as seconds", page: pageOperators, request: at("1714564800"), identity: window, want: allowed},
		{name: "within the dates in another zone", page: pageOperators, request: at("2024-04-01T01:00:00+02:00"), identity: window, want: implicitly},
		{name: "session from before the revocation", page: pageOperators, request: withContext(ask(appSession, "s3:GetObject", object), "aws:TokenIssueTime", "2024-05-07T23:46:59Z"), identity: revoked, want: explicitly},
		{name: "session from after the revocation", page: pageOperators, request: withContext(ask(appSession, "s3:GetObject", object), "aws:TokenIssueTime", "2024-05-07T23:47:01Z"), identity: revoked, want: allowed},
		{name: "long-term key and a revocation", page: pageOperators, request: ask(alice, "s3:GetObject", object), identity: revoked, want: allowed},
	}
}
