package iampolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// The pages of AWS's documentation that the cases stand on.
const (
	guide          = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
	pageLogic      = guide + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
	pageSingle     = guide + "reference_policies_evaluation-logic_policy-eval-basics.html"
	pageCross      = guide + "reference_policies_evaluation-logic-cross-account.html"
	pageBoundary   = guide + "access_policies_boundaries.html"
	pageSession    = guide + "access_policies.html#policies_session"
	pagePrincipal  = guide + "reference_policies_elements_principal.html"
	pageNotPrinc   = guide + "reference_policies_elements_notprincipal.html"
	pageResource   = guide + "reference_policies_elements_resource.html"
	pageNotRes     = guide + "reference_policies_elements_notresource.html"
	pageAction     = guide + "reference_policies_elements_action.html"
	pageNotAction  = guide + "reference_policies_elements_notaction.html"
	pageVersion    = guide + "reference_policies_elements_version.html"
	pageTrust      = guide + "id_roles_create_for-user.html"
	pageFederation = guide + "id_roles_create_for-idp_oidc.html"
	pageGrammar    = guide + "reference_policies_grammar.html"
	pageFederated  = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html"
	pageSCP        = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"
	pageSCPEval    = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"
	pageRCP        = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"
	pageKMS        = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
)

const (
	alice      = "arn:aws:iam::111122223333:user/alice"
	appRole    = "arn:aws:iam::111122223333:role/app"
	appSession = "arn:aws:sts::111122223333:assumed-role/app/i-1"
	root       = "arn:aws:iam::111122223333:root"
	federated  = "arn:aws:sts::111122223333:federated-user/carol"
	object     = "arn:aws:s3:::data/report.csv"
	queue      = "arn:aws:sqs:us-east-1:111122223333:jobs"
	otherQueue = "arn:aws:sqs:us-east-1:444455556666:jobs"
	kmsKey     = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	otherKey   = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	target     = "arn:aws:iam::111122223333:role/target"
	otherRole  = "arn:aws:iam::444455556666:role/target"
	github     = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
	linkedRole = "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"

	everything = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	nothing    = `{"Effect":"Deny","Action":"*","Resource":"*"}`
	s3Only     = `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
)

// to returns a statement of a resource policy.
func to(principal, effect, action string) string {
	return fmt.Sprintf(`{"Effect":%q,"Principal":%s,"Action":%q,"Resource":"*"}`, effect, principal, action)
}

func aws(arn string) string { return fmt.Sprintf(`{"AWS":%q}`, arn) }

// document makes a policy of statements.
func document(statements string) iampolicy.Policy {
	return iampolicy.ReadPolicy("", []byte(`{"Version":"2012-10-17","Statement":[`+statements+`]}`))
}

func documents(statements ...string) []iampolicy.Policy {
	var out []iampolicy.Policy
	for _, s := range statements {
		if s != "" {
			out = append(out, document(s))
		}
	}
	return out
}

func levels(statements []string) [][]iampolicy.Policy {
	var out [][]iampolicy.Policy
	for _, s := range statements {
		out = append(out, documents(s))
	}
	return out
}

// An evaluateCase has one policy of a kind at most, as statements, and one policy on each level.
type evaluateCase struct {
	name, page                            string
	request                               iampolicy.Request
	identity, resource, boundary, session string
	scps, rcps                            []string // "" is a level without a policy
	want                                  iampolicy.Outcome
	by                                    string // what the reason must hold
}

func (c *evaluateCase) policies() iampolicy.Policies {
	p := iampolicy.Policies{
		Identity: documents(c.identity), Boundary: documents(c.boundary), Session: documents(c.session),
		SCPs: levels(c.scps), RCPs: levels(c.rcps),
	}
	if c.resource != "" {
		d := document(c.resource)
		p.Resource = &d
	}
	return p
}

func ask(principal, action, resource string) iampolicy.Request {
	return iampolicy.Request{Principal: principal, Action: action, Resource: resource}
}

const (
	allowed    = iampolicy.Allowed
	implicitly = iampolicy.ImplicitlyDenied
	explicitly = iampolicy.ExplicitlyDenied
)

func evaluateCases() []evaluateCase {
	return append(append(append(append(singleAccountCases(), organisationCases()...), acrossCases()...), principalCases()...), append(elementCases(), documentedCases()...)...)
}

func singleAccountCases() []evaluateCase {
	get := ask(alice, "s3:GetObject", object)
	send := ask(alice, "sqs:SendMessage", queue)
	session := ask(appSession, "sqs:SendMessage", queue)
	return []evaluateCase{
		{name: "nothing says anything", page: pageLogic, request: get, want: implicitly, by: "no identity policy allows it"},
		{name: "identity allows", page: pageLogic, request: get, identity: s3Only, want: allowed, by: "the identity policy, statement 1 allows it"},
		{name: "identity allows another service", page: pageLogic, request: send, identity: s3Only, want: implicitly},
		{name: "deny wins over allow", page: pageLogic, request: get, identity: everything + "," + nothing, want: explicitly, by: "statement 2 denies it"},
		{name: "resource policy alone", page: pageSingle, request: send, resource: to(aws(alice), "Allow", "sqs:*"), want: allowed, by: "the resource policy, statement 1"},
		{name: "resource policy of another user", page: pageSingle, request: send, resource: to(aws(alice+"2"), "Allow", "sqs:*"), want: implicitly},
		{name: "resource policy denies", page: pageLogic, request: send, identity: everything, resource: to(`"*"`, "Deny", "sqs:*"), want: explicitly, by: "the resource policy, statement 1 denies"},
		{name: "resource policy names the account", page: pagePrincipal, request: send, resource: to(aws(root), "Allow", "sqs:*"), want: implicitly},
		{name: "resource policy names the account and identity allows", page: pagePrincipal, request: send, identity: everything, resource: to(aws(root), "Allow", "sqs:*"), want: allowed},
		{name: "resource policy names everybody", page: pagePrincipal, request: send, resource: to(`"*"`, "Allow", "sqs:*"), want: allowed},

		{name: "boundary allows", page: pageBoundary, request: get, identity: everything, boundary: s3Only, want: allowed},
		{name: "boundary does not allow", page: pageBoundary, request: send, identity: everything, boundary: s3Only, want: implicitly, by: "the permissions boundary does not allow it"},
		{name: "boundary grants nothing", page: pageBoundary, request: get, boundary: everything, want: implicitly},
		{name: "boundary denies", page: pageBoundary, request: get, identity: everything, boundary: everything + "," + nothing, want: explicitly, by: "the permissions boundary, statement 2"},
		{name: "boundary does not limit a resource policy for a user", page: pageBoundary, request: send, boundary: s3Only, resource: to(aws(alice), "Allow", "sqs:*"), want: allowed},
		{name: "boundary limits a resource policy for a role", page: pageBoundary, request: session, boundary: s3Only, resource: to(aws(appRole), "Allow", "sqs:*"), want: implicitly},
		{name: "boundary does not limit a resource policy for a session", page: pageBoundary, request: session, boundary: s3Only, resource: to(aws(appSession), "Allow", "sqs:*"), want: allowed},
		{
			name: "boundary does not limit principal * with the role's ARN", page: pageSingle, request: session, boundary: s3Only, want: allowed,
			resource: `{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"ArnEquals":{"aws:PrincipalArn":"` + appRole + `"}}}`,
		},
		{name: "boundary that denies does limit a session", page: pageSingle, request: session, boundary: nothing, resource: to(aws(appSession), "Allow", "sqs:*"), want: explicitly},

		{name: "session policy allows", page: pageSession, request: session, identity: everything, session: everything, want: allowed},
		{name: "session policy does not allow", page: pageSession, request: session, identity: everything, session: s3Only, want: implicitly, by: "no session policy allows it"},
		{name: "session policy grants nothing", page: pageSession, request: session, session: everything, want: implicitly},
		{name: "session policy limits a resource policy for a role", page: pageSession, request: session, session: s3Only, resource: to(aws(appRole), "Allow", "sqs:*"), want: implicitly},
		{name: "session policy does not limit a resource policy for a session", page: pageSession, request: session, session: s3Only, resource: to(aws(appSession), "Allow", "sqs:*"), want: allowed},
		{name: "resource policy for a role needs no identity policy", page: pageSingle, request: session, resource: to(aws(appRole), "Allow", "sqs:*"), want: allowed},

		{name: "root needs no policy", page: pageLogic, request: ask(root, "sqs:SendMessage", queue), want: allowed, by: "the root user"},
		{name: "root by account id", page: pageLogic, request: ask("111122223333", "sqs:SendMessage", queue), want: allowed},
		{name: "root under a resource policy that denies", page: pageLogic, request: ask(root, "sqs:SendMessage", queue), resource: to(`"*"`, "Deny", "sqs:*"), want: explicitly},
		{name: "federated user without a session policy", page: pageFederated, request: ask(federated, "s3:GetObject", object), identity: everything, want: implicitly},
		{name: "federated user with a session policy", page: pageFederated, request: ask(federated, "s3:GetObject", object), identity: everything, session: s3Only, want: allowed},
		{name: "federated user named by the resource", page: pageFederated, request: ask(federated, "sqs:SendMessage", queue), resource: to(aws(federated), "Allow", "sqs:*"), want: allowed},

		{name: "key policy for the account lets identity decide", page: pageKMS, request: ask(alice, "kms:Decrypt", kmsKey), identity: everything, resource: to(aws(root), "Allow", "kms:*"), want: allowed},
		{name: "key policy for the account, identity silent", page: pageKMS, request: ask(alice, "kms:Decrypt", kmsKey), resource: to(aws(root), "Allow", "kms:*"), want: implicitly},
		{name: "key without a policy that allows", page: pageKMS, request: ask(alice, "kms:Decrypt", kmsKey), identity: everything, resource: to(aws(appRole), "Allow", "kms:*"), want: implicitly, by: "this action needs it"},
		{name: "key policy alone", page: pageKMS, request: ask(alice, "kms:Decrypt", kmsKey), resource: to(aws(alice), "Allow", "kms:*"), want: allowed},
		{name: "key policy binds root too", page: pageKMS, request: ask(root, "kms:Decrypt", kmsKey), resource: to(aws(alice), "Allow", "kms:*"), want: implicitly},
		{name: "key policy for root", page: pageKMS, request: ask(root, "kms:Decrypt", kmsKey), resource: to(aws(root), "Allow", "kms:*"), want: allowed},
		{name: "creating a key needs no key policy", page: pageKMS, request: ask(alice, "kms:CreateKey", "*"), identity: everything, want: allowed},

		{name: "assume role without trust", page: pageTrust, request: ask(alice, "sts:AssumeRole", target), identity: everything, want: implicitly},
		{name: "assume role, trust names the account", page: pageTrust, request: ask(alice, "sts:AssumeRole", target), identity: everything, resource: to(aws(root), "Allow", "sts:AssumeRole"), want: allowed},
		{name: "assume role, trust names the account, identity silent", page: pageTrust, request: ask(alice, "sts:AssumeRole", target), resource: to(aws(root), "Allow", "sts:AssumeRole"), want: implicitly},
		{name: "assume role, trust names the user", page: pageTrust, request: ask(alice, "sts:AssumeRole", target), resource: to(aws(alice), "Allow", "sts:AssumeRole"), want: allowed},
		{name: "trust policies have no Resource", page: pageTrust, request: ask(alice, "sts:AssumeRole", target), resource: `{"Effect":"Allow","Principal":{"AWS":"` + alice + `"},"Action":"sts:AssumeRole"}`, want: allowed},
	}
}

func organisationCases() []evaluateCase {
	get := ask(alice, "s3:GetObject", object)
	send := ask(alice, "sqs:SendMessage", queue)
	management := send
	management.ManagementAccount = "111122223333"
	linkedSession := ask("arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs", "sqs:SendMessage", queue)
	linkedSession.Role = linkedRole
	flagged := ask(appSession, "sqs:SendMessage", queue)
	flagged.ServiceLinkedRole = true
	outside := ask("arn:aws:iam::444455556666:user/eve", "sqs:SendMessage", queue)
	allRCP, noRCP := to(`"*"`, "Allow", "*"), to(`"*"`, "Deny", "sqs:*")
	ownOnly := `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalAccount":"111122223333"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}`
	return []evaluateCase{
		{name: "every level allows", page: pageSCPEval, request: get, identity: everything, scps: []string{everything, everything, s3Only}, want: allowed},
		{name: "one level does not allow", page: pageSCPEval, request: send, identity: everything, scps: []string{everything, s3Only, everything}, want: implicitly, by: "no service control policy of level 2 of 3 allows it"},
		{name: "a level without a policy", page: pageSCPEval, request: get, identity: everything, scps: []string{everything, ""}, want: implicitly, by: "level 2 of 2"},
		{name: "SCP denies", page: pageSCP, request: get, identity: everything, scps: []string{everything, everything + "," + nothing}, want: explicitly, by: "the service control policy of level 2 of 2, statement 2"},
		{name: "SCP grants nothing", page: pageSCP, request: get, scps: []string{everything}, want: implicitly},
		{name: "SCP binds root", page: pageSCP, request: ask(root, "sqs:SendMessage", queue), scps: []string{s3Only}, want: implicitly},
		{name: "SCP binds whom the resource policy names", page: pageSCP, request: send, resource: to(aws(alice), "Allow", "sqs:*"), scps: []string{s3Only}, want: implicitly},
		{name: "SCP does not bind the management account", page: pageSCP, request: management, identity: everything, scps: []string{nothing}, want: allowed},
		{name: "SCP does not bind a service-linked role", page: pageSCP, request: ask(linkedRole, "sqs:SendMessage", queue), identity: everything, scps: []string{nothing}, want: allowed},
		{name: "SCP does not bind a service-linked role's session", page: pageSCP, request: linkedSession, identity: everything, scps: []string{nothing}, want: allowed},
		{name: "SCP does not bind what is said to be service-linked", page: pageSCP, request: flagged, identity: everything, scps: []string{nothing}, want: allowed},
		{name: "SCP does not bind a service", page: pageSCP, request: ask("sns.amazonaws.com", "sqs:SendMessage", queue), resource: to(`{"Service":"sns.amazonaws.com"}`, "Allow", "sqs:*"), scps: []string{nothing}, want: allowed},
		{name: "SCP of the caller's account binds across accounts", page: pageSCP, request: outside, identity: everything, resource: to(aws("444455556666"), "Allow", "sqs:*"), scps: []string{nothing}, want: explicitly},
		{
			name: "SCP with a condition", page: pageSCP, request: withContext(get, "aws:RequestedRegion", "eu-west-1"), identity: everything, want: explicitly,
			scps: []string{everything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}`},
		},

		{name: "RCP allows", page: pageRCP, request: send, identity: everything, rcps: []string{allRCP, allRCP}, want: allowed},
		{name: "RCP denies", page: pageRCP, request: send, identity: everything, rcps: []string{allRCP, allRCP + "," + noRCP}, want: explicitly, by: "the resource control policy of level 2 of 2"},
		{name: "RCP without a principal", page: pageRCP, request: send, identity: everything, rcps: []string{everything}, want: allowed},
		{name: "RCP level without a policy of one's own", page: pageRCP, request: send, identity: everything, rcps: []string{allRCP, ""}, want: allowed},
		{name: "RCP that only denies something else", page: pageRCP, request: send, identity: everything, rcps: []string{to(`"*"`, "Deny", "s3:*")}, want: allowed},
		{name: "RCP that only denies", page: pageRCP, request: send, identity: everything, rcps: []string{noRCP}, want: explicitly},
		{name: "RCP that allows something else", page: pageRCP, request: send, identity: everything, rcps: []string{allRCP, to(`"*"`, "Allow", "s3:*")}, want: implicitly, by: "no resource control policy of level 2"},
		{name: "RCP keeps strangers out", page: pageRCP, request: outside, identity: everything, resource: to(`"*"`, "Allow", "sqs:*"), rcps: []string{allRCP + "," + ownOnly}, want: explicitly},
		{name: "RCP lets services in", page: pageRCP, request: ask("sns.amazonaws.com", "sqs:SendMessage", queue), resource: to(`{"Service":"sns.amazonaws.com"}`, "Allow", "sqs:*"), rcps: []string{allRCP + "," + ownOnly}, want: allowed},
		{name: "RCP binds root", page: pageRCP, request: ask(root, "sqs:SendMessage", queue), rcps: []string{allRCP + "," + noRCP}, want: explicitly},
		{name: "RCP binds anonymous callers", page: pageRCP, request: ask("*", "sqs:SendMessage", queue), resource: to(`"*"`, "Allow", "sqs:*"), rcps: []string{allRCP + "," + noRCP}, want: explicitly},
		{name: "RCP does not bind the management account's resources", page: pageRCP, request: management, identity: everything, rcps: []string{noRCP}, want: allowed},
		{name: "RCP does not bind a service-linked role", page: pageRCP, request: ask(linkedRole, "sqs:SendMessage", queue), identity: everything, rcps: []string{noRCP}, want: allowed},
	}
}

func acrossCases() []evaluateCase {
	send := ask(alice, "sqs:SendMessage", otherQueue)
	session := ask(appSession, "sqs:SendMessage", otherQueue)
	bucket := ask(alice, "s3:GetObject", object)
	bucket.ResourceAccount = "444455556666"
	return []evaluateCase{
		{name: "only identity allows", page: pageCross, request: send, identity: everything, want: implicitly, by: "another account"},
		{name: "only the resource allows", page: pageCross, request: send, resource: to(aws(alice), "Allow", "sqs:*"), want: implicitly, by: "no identity policy"},
		{name: "both allow, user named", page: pageCross, request: send, identity: everything, resource: to(aws(alice), "Allow", "sqs:*"), want: allowed},
		{name: "both allow, account named", page: pageCross, request: send, identity: everything, resource: to(aws("111122223333"), "Allow", "sqs:*"), want: allowed, by: "the resource policy, statement 1 allows it, and the identity policy, statement 1 allows it"},
		{name: "both allow, everybody named", page: pageCross, request: send, identity: everything, resource: to(`{"AWS":"*"}`, "Allow", "sqs:*"), want: allowed},
		{name: "another account named", page: pageCross, request: send, identity: everything, resource: to(aws("444455556666"), "Allow", "sqs:*"), want: implicitly},
		{name: "boundary limits even a session that is named", page: pageCross, request: session, identity: everything, boundary: s3Only, resource: to(aws(appSession), "Allow", "sqs:*"), want: implicitly},
		{name: "session policy limits", page: pageCross, request: session, identity: everything, session: s3Only, resource: to(aws(appSession), "Allow", "sqs:*"), want: implicitly},
		{name: "resource denies", page: pageCross, request: send, identity: everything, resource: to(aws(alice), "Allow", "sqs:*") + "," + to(aws(root), "Deny", "sqs:SendMessage"), want: explicitly},
		{name: "root of the other account", page: pageCross, request: ask(root, "sqs:SendMessage", otherQueue), resource: to(aws("111122223333"), "Allow", "sqs:*"), want: allowed},
		{name: "root of the other account, resource silent", page: pageCross, request: ask(root, "sqs:SendMessage", otherQueue), want: implicitly},
		{name: "the ARN of a bucket tells no account", page: pageCross, request: bucket, identity: everything, want: implicitly},
		{name: "bucket of another account that allows", page: pageCross, request: bucket, identity: everything, resource: to(aws(alice), "Allow", "s3:GetObject"), want: allowed},
		{name: "key of another account", page: pageKMS, request: ask(alice, "kms:Decrypt", otherKey), identity: everything, resource: to(aws(root), "Allow", "kms:Decrypt"), want: allowed},
		{name: "role of another account", page: pageTrust, request: ask(alice, "sts:AssumeRole", otherRole), identity: everything, resource: to(aws(root), "Allow", "sts:AssumeRole"), want: allowed},
		{name: "role of another account, identity silent", page: pageTrust, request: ask(alice, "sts:AssumeRole", otherRole), resource: to(aws(alice), "Allow", "sts:AssumeRole"), want: implicitly},
	}
}

func principalCases() []evaluateCase {
	send := ask(alice, "sqs:SendMessage", queue)
	web := ask(github, "sts:AssumeRoleWithWebIdentity", target)
	webTrust := `{"Effect":"Allow","Principal":{"Federated":"` + github + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}}}`
	list := func(arns ...string) string { return `{"AWS":["` + strings.Join(arns, `","`) + `"]}` }
	not := func(principal, effect string) string {
		return fmt.Sprintf(`{"Effect":%q,"NotPrincipal":%s,"Action":"sqs:*","Resource":"*"}`, effect, principal)
	}
	withID := withContext(ask(appSession, "sqs:SendMessage", queue), "aws:userid", "AROAEXAMPLE0000000001:i-1")
	return []evaluateCase{
		{name: "service that is named", page: pagePrincipal, request: ask("lambda.amazonaws.com", "sts:AssumeRole", target), resource: `{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}`, want: allowed},
		{name: "service that is not named", page: pagePrincipal, request: ask("glue.amazonaws.com", "sts:AssumeRole", target), resource: `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`, want: implicitly},
		{name: "service of a principal's name", page: pagePrincipal, request: ask("glue.amazonaws.com", "sts:AssumeRole", target), resource: to(aws("glue.amazonaws.com"), "Allow", "sts:AssumeRole"), want: implicitly},
		{name: "service has no identity policies", page: pagePrincipal, request: ask("sns.amazonaws.com", "sqs:SendMessage", queue), identity: everything, want: implicitly},
		{
			name: "service from another account", page: pagePrincipal, request: withContext(ask("sns.amazonaws.com", "sqs:SendMessage", queue), "aws:SourceAccount", "444455556666"), want: implicitly,
			resource: `{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}`,
		},
		{name: "anonymous where everybody is named", page: pagePrincipal, request: ask("*", "sqs:SendMessage", queue), resource: to(`"*"`, "Allow", "sqs:*"), want: allowed},
		{name: "anonymous where every AWS principal is named", page: pagePrincipal, request: ask("anonymous", "sqs:SendMessage", queue), resource: to(`{"AWS":"*"}`, "Allow", "sqs:*"), want: allowed},
		{name: "anonymous where an account is named", page: pagePrincipal, request: ask("*", "sqs:SendMessage", queue), resource: to(aws(root), "Allow", "sqs:*"), want: implicitly},
		{name: "web identity", page: pageFederation, request: withContext(web, "token.actions.githubusercontent.com:sub", "repo:acme/app:ref:refs/heads/main"), resource: webTrust, want: allowed},
		{name: "web identity with another subject", page: pageFederation, request: withContext(web, "token.actions.githubusercontent.com:sub", "repo:eve/app:ref:refs/heads/main"), resource: webTrust, want: implicitly},
		{name: "web identity without a subject", page: pageFederation, request: web, resource: webTrust, want: implicitly},
		{
			name: "web identity of a provider that is also a service", page: pagePrincipal, request: ask("cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity", target), want: allowed,
			resource: `{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}`,
		},
		{
			name: "service is no web identity", page: pagePrincipal, request: ask("cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity", target), want: implicitly,
			resource: `{"Effect":"Allow","Principal":{"Service":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}`,
		},
		{name: "letter case of a principal counts", page: pagePrincipal, request: send, resource: to(aws("arn:aws:iam::111122223333:user/Alice"), "Allow", "sqs:*"), want: implicitly},
		{name: "no wildcard in an ARN that is allowed", page: pagePrincipal, request: send, resource: to(aws("arn:aws:iam::111122223333:user/*"), "Allow", "sqs:*"), want: implicitly},
		{name: "a wildcard in an ARN that is denied is feared", page: pagePrincipal, request: send, identity: everything, resource: to(aws("arn:aws:iam::111122223333:user/*"), "Deny", "sqs:*"), want: explicitly, by: "as far as it can be understood"},
		{name: "deny of the role reaches the session", page: pagePrincipal, request: ask(appSession, "sqs:SendMessage", queue), identity: everything, resource: to(aws(appRole), "Deny", "sqs:*"), want: explicitly},
		{name: "deny of the account reaches the user", page: pagePrincipal, request: send, identity: everything, resource: to(aws("111122223333"), "Deny", "sqs:*"), want: explicitly},
		{name: "deny of another session", page: pagePrincipal, request: ask(appSession, "sqs:SendMessage", queue), identity: everything, resource: to(aws(appSession+"2"), "Deny", "sqs:*"), want: allowed},
		{name: "unique id of the role", page: pagePrincipal, request: withID, resource: to(aws("AROAEXAMPLE0000000001"), "Allow", "sqs:*"), want: allowed},
		{name: "unique id of another role", page: pagePrincipal, request: withID, resource: to(aws("AROAEXAMPLE0000000002"), "Allow", "sqs:*"), want: implicitly},
		{name: "unique id without the requester's", page: pagePrincipal, request: send, resource: to(aws("AIDAEXAMPLE0000000001"), "Allow", "sqs:*"), want: implicitly},
		{name: "canonical user cannot be told", page: pagePrincipal, request: send, identity: everything, resource: to(`{"CanonicalUser":"79a59df900b949e5"}`, "Deny", "sqs:*"), want: explicitly},

		{name: "NotPrincipal lists user and account", page: pageNotPrinc, request: send, identity: everything, resource: not(list(alice, root), "Deny"), want: allowed},
		{name: "NotPrincipal lists the user only", page: pageNotPrinc, request: send, identity: everything, resource: not(list(alice), "Deny"), want: explicitly},
		{name: "NotPrincipal lists the account only", page: pageNotPrinc, request: send, identity: everything, resource: not(list(root), "Deny"), want: explicitly},
		{name: "NotPrincipal lists session, role and account", page: pageNotPrinc, request: ask(appSession, "sqs:SendMessage", queue), identity: everything, resource: not(list(appSession, appRole, "111122223333"), "Deny"), want: allowed},
		{name: "NotPrincipal lists role and account", page: pageNotPrinc, request: ask(appSession, "sqs:SendMessage", queue), identity: everything, resource: not(list(appRole, root), "Deny"), want: explicitly},
		{name: "NotPrincipal always denies whoever has a boundary", page: pageNotPrinc, request: send, identity: everything, boundary: everything, resource: not(list(alice, root), "Deny"), want: explicitly},
		{
			name: "NotPrincipal lists the service", page: pageNotPrinc, request: ask("sns.amazonaws.com", "sqs:SendMessage", queue), want: allowed,
			resource: not(`{"Service":"sns.amazonaws.com"}`, "Deny") + "," + to(`{"Service":"sns.amazonaws.com"}`, "Allow", "sqs:*"),
		},
		{name: "NotPrincipal allows everybody else", page: pageNotPrinc, request: send, resource: not(list(alice+"2"), "Allow"), want: allowed},
		{name: "NotPrincipal allows anonymous callers", page: pageNotPrinc, request: ask("*", "sqs:SendMessage", queue), resource: not(list(alice), "Allow"), want: allowed},
		{name: "NotPrincipal does not allow whom it lists", page: pageNotPrinc, request: send, resource: not(list(alice), "Allow"), want: implicitly},
		{name: "resource policy without a principal", page: pageGrammar, request: send, resource: everything, want: implicitly},
		{name: "identity policy with a principal", page: pageGrammar, request: send, identity: to(`"*"`, "Allow", "*"), want: implicitly},
	}
}

func withContext(r iampolicy.Request, pairs ...string) iampolicy.Request {
	r.Context = map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		r.Context[pairs[i]] = append(r.Context[pairs[i]], pairs[i+1])
	}
	return r
}

func elementCases() []evaluateCase {
	get := ask(alice, "s3:GetObject", object)
	grant := func(action, resource string) string {
		return fmt.Sprintf(`{"Effect":"Allow","Action":%s,"Resource":%s}`, action, resource)
	}
	on := func(resource string) string { return grant(`"s3:GetObject"`, `"`+resource+`"`) }
	return []evaluateCase{
		{name: "letter case of actions", page: pageAction, request: get, identity: grant(`"S3:getobject"`, `"*"`), want: allowed},
		{name: "star in an action", page: pageAction, request: get, identity: grant(`"s3:Get*"`, `"*"`), want: allowed},
		{name: "question mark in an action", page: pageAction, request: get, identity: grant(`"s3:Get?bject"`, `"*"`), want: allowed},
		{name: "several actions", page: pageAction, request: get, identity: grant(`["s3:PutObject","s3:GetObject"]`, `"*"`), want: allowed},
		{name: "no action", page: pageAction, request: get, identity: grant(`[]`, `"*"`), want: implicitly},
		{name: "another action of the same beginning", page: pageAction, request: ask(alice, "s3:GetObjectAcl", object), identity: grant(`"s3:GetObject"`, `"*"`), want: implicitly},
		{name: "NotAction leaves it in", page: pageNotAction, request: get, identity: `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, want: allowed},
		{name: "NotAction leaves it out", page: pageNotAction, request: get, identity: `{"Effect":"Allow","NotAction":["iam:*","s3:*"],"Resource":"*"}`, want: implicitly},
		{name: "NotAction denies all others", page: pageNotAction, request: get, identity: everything + `,{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}`, want: explicitly},
		{name: "NotAction without a list allows nothing", page: pageGrammar, request: get, identity: `{"Effect":"Allow","NotAction":[],"Resource":"*"}`, want: implicitly},
		{name: "Action and NotAction allow nothing", page: pageGrammar, request: get, identity: `{"Effect":"Allow","Action":"s3:*","NotAction":"iam:*","Resource":"*"}`, want: implicitly},
		{name: "Action and NotAction deny", page: pageGrammar, request: get, identity: everything + `,{"Effect":"Deny","Action":"s3:*","NotAction":"iam:*","Resource":"*"}`, want: explicitly},

		{name: "resource", page: pageResource, request: get, identity: on(object), want: allowed},
		{name: "letter case of resources", page: pageResource, request: get, identity: on("arn:aws:s3:::data/Report.csv"), want: implicitly},
		{name: "star across slashes", page: pageResource, request: ask(alice, "s3:GetObject", "arn:aws:s3:::data/a/b/c.csv"), identity: on("arn:aws:s3:::data/*"), want: allowed},
		{name: "star within a key that holds a colon", page: pageResource, request: ask(alice, "s3:GetObject", "arn:aws:s3:::data/a:b.csv"), identity: on("arn:aws:s3:::data/*.csv"), want: allowed},
		{name: "question mark is one character", page: pageResource, request: ask(alice, "s3:GetObject", "arn:aws:s3:::data/é"), identity: on("arn:aws:s3:::data/?"), want: allowed},
		{name: "question mark is not none", page: pageResource, request: ask(alice, "s3:GetObject", "arn:aws:s3:::data/"), identity: on("arn:aws:s3:::data/?"), want: implicitly},
		{name: "bucket is not its objects", page: pageResource, request: get, identity: on("arn:aws:s3:::data"), want: implicitly},
		{name: "ARN that lacks parts is completed", page: pageResource, request: ask(alice, "sqs:SendMessage", queue), identity: grant(`"sqs:*"`, `"arn:aws:sqs"`), want: allowed},
		{name: "ARN that ends in a star is completed", page: pageResource, request: ask(alice, "sqs:SendMessage", queue), identity: grant(`"sqs:*"`, `"arn:aws:*"`), want: allowed},
		{
			name: "ARN that lacks parts is not completed in a resource policy", page: pageResource, request: ask(alice, "sqs:SendMessage", queue), want: implicitly,
			resource: `{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs"}`,
		},
		{name: "star at the end of a part reaches across colons", page: pageResource, request: ask(alice, "logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:a:log-stream:b"), identity: grant(`"logs:*"`, `"arn:aws:logs:*:*:*:log-stream:b"`), want: allowed},
		{name: "star within a part does not allow across colons", page: pageResource, request: ask(alice, "sqs:SendMessage", queue), identity: grant(`"sqs:*"`, `"arn:aws:sqs:us*3333:jobs:*"`), want: implicitly},
		{name: "star within a part is feared across colons", page: pageResource, request: ask(alice, "sqs:SendMessage", queue), identity: everything + `,{"Effect":"Deny","Action":"*","Resource":"arn:aws:sqs:us*3333:jobs"}`, want: explicitly},
		{name: "action without a resource", page: pageResource, request: ask(alice, "s3:ListAllMyBuckets", "*"), identity: grant(`"s3:*"`, `"arn:aws:s3:::data"`), want: implicitly},
		{name: "NotResource leaves it in", page: pageNotRes, request: get, identity: `{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::secret/*"}`, want: allowed},
		{name: "NotResource leaves it out", page: pageNotRes, request: get, identity: `{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::data/*"}`, want: implicitly},
		{name: "NotResource denies all others", page: pageNotRes, request: get, identity: everything + `,{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::secret/*"]}`, want: explicitly},
		{name: "identity policy without a resource", page: pageGrammar, request: get, identity: `{"Effect":"Allow","Action":"s3:*"}`, want: implicitly},
		{name: "deny without a resource is feared", page: pageGrammar, request: get, identity: everything + `,{"Effect":"Deny","Action":"s3:*"}`, want: explicitly},

		{name: "action that stands twice allows nothing", page: pageGrammar, request: get, identity: `{"Effect":"Allow","Action":"s3:*","Action":"s3:*","Resource":"*"}`, want: implicitly},
		{name: "action that stands twice denies", page: pageGrammar, request: get, identity: everything + `,{"Effect":"Deny","Action":"sqs:*","Action":"s3:*","Resource":"*"}`, want: explicitly},
		{name: "effect that stands twice lets nothing be allowed", page: pageGrammar, request: get, identity: everything + `,{"Effect":"Deny","Effect":"Allow","Action":"s3:*","Resource":"*"}`, want: implicitly},
		{name: "condition that stands twice denies", page: pageGrammar, request: get, identity: everything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"true"}},"Condition":{}}`, want: explicitly},
		{name: "condition that stands twice allows nothing", page: pageGrammar, request: get, identity: `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{},"Condition":{}}`, want: implicitly},
		{name: "unknown operator lets nothing be allowed", page: pageGrammar, request: get, identity: everything + `,{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"StringIs":{"a:b":"c"}}}`, want: implicitly, by: "cannot be read"},
	}
}

func TestEvaluate(t *testing.T) {
	cases := evaluateCases()
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.name] || !strings.HasPrefix(c.page, "https://docs.aws.amazon.com/") {
			t.Errorf("case %q stands twice, or stands on no page", c.name)
		}
		seen[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			got := iampolicy.Evaluate(c.request, c.policies())
			if got.Outcome != c.want || got.By == "" || !strings.Contains(got.By, c.by) {
				t.Errorf("%s because %s; want %s because of %q\nsee %s", got.Outcome, got.By, c.want, c.by, c.page)
			}
		})
	}
}

// TestEvaluateMonotone holds, over all cases, that a Deny and a policy of the organisation never turn a refusal into
// consent, that an Allow never comes from nowhere, and that what cannot be read lets nothing be allowed.
func TestEvaluateMonotone(t *testing.T) {
	for _, c := range evaluateCases() {
		before := iampolicy.Evaluate(c.request, c.policies())
		check := func(what string, change func(*iampolicy.Policies)) {
			t.Helper()
			p := c.policies()
			change(&p)
			if after := iampolicy.Evaluate(c.request, p); before.Outcome != allowed && after.Outcome == allowed {
				t.Errorf("%s: %s turns %s into %s", c.name, what, before.Outcome, after.Outcome)
			}
		}
		for _, deny := range []string{nothing, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, `{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}`} {
			check("a Deny of the identity", func(p *iampolicy.Policies) { p.Identity = append(p.Identity, document(deny)) })
			check("a Deny of the session", func(p *iampolicy.Policies) { p.Session = append(p.Session, document(deny)) })
		}
		check("an SCP", func(p *iampolicy.Policies) { p.SCPs = append(p.SCPs, documents(everything)) })
		check("an RCP", func(p *iampolicy.Policies) { p.RCPs = append(p.RCPs, documents(to(`"*"`, "Allow", "*"))) })
		check("a boundary", func(p *iampolicy.Policies) {
			if len(p.Boundary) == 0 {
				p.Boundary = documents(everything)
			}
		})
		for i, change := range []func(*iampolicy.Policies, iampolicy.Policy){
			func(p *iampolicy.Policies, bad iampolicy.Policy) { p.Resource = &bad },
			func(p *iampolicy.Policies, bad iampolicy.Policy) { p.Identity = append(p.Identity, bad) },
			func(p *iampolicy.Policies, bad iampolicy.Policy) { p.Session = append(p.Session, bad) },
		} {
			service := c.request.Principal == "*" || c.request.Principal == "anonymous" || !strings.HasPrefix(c.request.Principal, "arn:") ||
				strings.Contains(c.request.Principal, "-provider/")
			if i > 0 && service && c.request.Principal != "111122223333" {
				continue // they have no policies of their own
			}
			for _, bad := range []iampolicy.Policy{{}, iampolicy.ReadPolicy("", []byte("{")), iampolicy.ReadPolicy("", []byte(`{"Version":"2099-01-01","Statement":[]}`))} {
				p := c.policies()
				change(&p, bad)
				if got := iampolicy.Evaluate(c.request, p); got.Outcome == allowed {
					t.Errorf("%s: with an unreadable policy (%d): %+v", c.name, i, got)
				}
			}
		}
		if got := iampolicy.Evaluate(c.request, iampolicy.Policies{}); got.Outcome != implicitly && !strings.Contains(got.By, "the root user") {
			t.Errorf("%s: without any policy: %+v", c.name, got)
		}
	}
}

func TestEvaluateRequestsThatAreNotUnderstood(t *testing.T) {
	good := ask(alice, "s3:GetObject", object)
	change := func(f func(*iampolicy.Request)) iampolicy.Request {
		r := good
		f(&r)
		return r
	}
	for name, r := range map[string]iampolicy.Request{
		"no principal":                change(func(r *iampolicy.Request) { r.Principal = "" }),
		"a name":                      change(func(r *iampolicy.Request) { r.Principal = "alice" }),
		"a group":                     change(func(r *iampolicy.Request) { r.Principal = "arn:aws:iam::111122223333:group/ops" }),
		"a wildcard":                  change(func(r *iampolicy.Request) { r.Principal = "arn:aws:iam::111122223333:user/*" }),
		"no account":                  change(func(r *iampolicy.Request) { r.Principal = "arn:aws:iam::1111:user/alice" }),
		"a session without a name":    change(func(r *iampolicy.Request) { r.Principal = "arn:aws:sts::111122223333:assumed-role/app" }),
		"a session of another role":   change(func(r *iampolicy.Request) { r.Principal, r.Role = appSession, appRole+"2" }),
		"an unknown type":             change(func(r *iampolicy.Request) { r.PrincipalType = "Group" }),
		"no action":                   change(func(r *iampolicy.Request) { r.Action = "" }),
		"an action without a service": change(func(r *iampolicy.Request) { r.Action = "GetObject" }),
		"a pattern":                   change(func(r *iampolicy.Request) { r.Action = "s3:Get*" }),
		"no resource":                 change(func(r *iampolicy.Request) { r.Resource = "" }),
		"two accounts":                change(func(r *iampolicy.Request) { r.Resource, r.ResourceAccount = queue, "444455556666" }),
		"a resource's account":        change(func(r *iampolicy.Request) { r.ResourceAccount = "mine" }),
		"a long value":                withContext(good, "a:b", strings.Repeat("x", 1<<20)),
	} {
		got := iampolicy.Evaluate(r, iampolicy.Policies{Identity: documents(everything)})
		if got.Outcome != implicitly || !strings.Contains(got.By, "the request is not understood") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := iampolicy.Evaluate(good, iampolicy.Policies{Identity: documents(everything)}); got.Outcome != allowed {
		t.Errorf("the request itself: %+v", got)
	}
}

func TestEvaluateIsBounded(t *testing.T) {
	stars := strings.Repeat("*a", 30_000)
	identity := documents(everything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"a:b":"` + stars + `b"}}}`)
	got := iampolicy.Evaluate(withContext(ask(alice, "s3:GetObject", object), "a:b", strings.Repeat("a", 16_000)), iampolicy.Policies{Identity: identity})
	if got.Outcome == allowed {
		t.Errorf("a condition that is too much work: %+v", got)
	}
	many := strings.Repeat("${a:b}", 20_000)
	identity = documents(everything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"a:b":"` + many + `"}}}`)
	if got := iampolicy.Evaluate(withContext(ask(alice, "s3:GetObject", object), "a:b", strings.Repeat("a", 16_000)), iampolicy.Policies{Identity: identity}); got.Outcome == allowed {
		t.Errorf("a text that grows beyond all bounds: %+v", got)
	}
}

// TestEvaluateNames holds that the reason names the policy as the caller does, and lets no text of a document through
// that could disturb a terminal.
func TestEvaluateNames(t *testing.T) {
	p := iampolicy.Policies{Identity: []iampolicy.Policy{
		iampolicy.ReadPolicy("Read", []byte(`{"Statement":[]}`)),
		iampolicy.ReadPolicy("Admin\u001b[2J", []byte(`{"Statement":[{"Sid":"All\u001b","Effect":"Allow","Action":"*","Resource":"*"}]}`)),
	}}
	got := iampolicy.Evaluate(ask(alice, "s3:GetObject", object), p)
	if want := `identity policy 2 "Admin?[2J", statement 1 (All?) allows it`; got.By != want {
		t.Errorf("by %q, want %q", got.By, want)
	}
}

// FuzzEvaluate holds that no document and no request panics, that the outcome always has a reason, and that a Deny of
// everything is never stepped around.
func FuzzEvaluate(f *testing.F) {
	for _, c := range evaluateCases() {
		f.Add([]byte(`{"Version":"2012-10-17","Statement":[`+c.identity+`]}`), []byte(`{"Version":"2012-10-17","Statement":[`+c.resource+`]}`),
			c.request.Principal, c.request.Action, c.request.Resource, "aws:sourceip", "192.0.2.1")
	}
	for _, o := range operatorCases() {
		f.Add([]byte(conditional("Allow", o.condition)), []byte(conditional("Deny", o.condition)), alice, "s3:GetObject", object, "k:v", "x")
	}
	f.Fuzz(func(t *testing.T, identity, resource []byte, principal, action, arn, key, value string) {
		r := withContext(ask(principal, action, arn), key, value)
		on := iampolicy.ReadPolicy("", resource)
		p := iampolicy.Policies{Identity: []iampolicy.Policy{iampolicy.ReadPolicy("", identity)}, Resource: &on}
		got := iampolicy.Evaluate(r, p)
		if got.By == "" || got.Outcome != allowed && got.Outcome != implicitly && got.Outcome != explicitly {
			t.Fatalf("incomplete decision %+v", got)
		}
		if got.Outcome == allowed && on.Err != nil {
			t.Fatalf("allowed under a resource policy that cannot be read: %+v", got)
		}
		p.RCPs = [][]iampolicy.Policy{documents(to(`"*"`, "Deny", "*"))}
		linked := strings.Contains(principal, ":role/aws-service-role/")
		if denied := iampolicy.Evaluate(r, p); denied.Outcome == allowed && !linked {
			t.Fatalf("denied by everybody, yet %+v", denied)
		}
		p.RCPs = [][]iampolicy.Policy{documents(to(`"*"`, "Allow", "*"))}
		if again := iampolicy.Evaluate(r, p); again.Outcome != got.Outcome {
			t.Fatalf("%s becomes %s by an RCP that allows everything", got.Outcome, again.Outcome)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	r := withContext(ask(appSession, "sqs:SendMessage", queue), "aws:SourceIp", "192.0.2.1", "aws:RequestedRegion", "us-east-1")
	on := document(to(aws(appRole), "Allow", "sqs:*"))
	p := iampolicy.Policies{
		Identity: documents(s3Only, everything), Resource: &on, Boundary: documents(everything),
		SCPs: levels([]string{everything, everything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}`}),
	}
	b.ReportAllocs()
	for b.Loop() {
		if d := iampolicy.Evaluate(r, p); d.Outcome != allowed {
			b.Fatal(d)
		}
	}
}
