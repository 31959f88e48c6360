package iampolicy

// A Subject is what a risk's code is about, for people: why it matters, how to narrow what carries it, and the smallest
// documents with it and without it.
type Subject struct {
	Code   string
	Title  string
	Type   string // of the documents: identity, trust, resource, boundary or scp
	Why    string
	Narrow string
	Bad    string
	Good   string
}

// About returns what a risk's code is about.
func About(code string) (Subject, bool) {
	for _, s := range Subjects() {
		if s.Code == code {
			return s, true
		}
	}
	return Subject{}, false
}

// Subjects returns what every code is about, in the order of the documents that carry them.
func Subjects() []Subject {
	return append(append(grantSubjects(), escalationSubjects()...), accessSubjects()...)
}

func statementOf(body string) string {
	return "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    " + body + "\n  ]\n}"
}

func allowing(actions, resources string) string {
	return statementOf(`{"Effect": "Allow", "Action": ` + actions + `, "Resource": ` + resources + `}`)
}

func grantSubjects() []Subject {
	const (
		kind   = "identity"
		bucket = `["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]`
	)
	readReports := allowing(`"s3:GetObject"`, `"arn:aws:s3:::reports/*"`)
	return []Subject{
		{
			Code: FullAdmin, Title: "Everything is allowed", Type: kind,
			Why:    "Whoever holds this can do anything in the account, and so can whoever steals the holder's credentials.",
			Narrow: "List the actions that are used, on the resources that they are used on; leave administration to roles that people assume with MFA.",
			Bad:    allowing(`"*"`, `"*"`), Good: readReports,
		},
		{
			Code: ConditionalAdmin, Title: "Everything is allowed under a condition", Type: kind,
			Why:    "The condition says when, not what: where it holds, the holder is an administrator.",
			Narrow: "Keep the condition and list the actions that are needed under it.",
			Bad: statementOf(`{"Effect": "Allow", "Action": "*", "Resource": "*",
     "Condition": {"StringEquals": {"aws:PrincipalTag/team": "platform"}}}`),
			Good: readReports,
		},
		{
			Code: ServiceWildcard, Title: "All of a service is allowed", Type: kind,
			Why:    "It holds the actions that delete, open to others and hand out rights, and every action that AWS adds to the service later.",
			Narrow: "List the actions that are used, or the service's reading ones (Get*, List*, Describe*), and name the resources.",
			Bad:    allowing(`"iam:*"`, `"*"`), Good: allowing(`["iam:GetRole", "iam:ListRoles"]`, `"*"`),
		},
		{
			Code: WildcardResource, Title: "An action reaches every resource", Type: kind,
			Why:    "The action can be limited to resources and is not: it also reaches those that have nothing to do with the task, and those to come.",
			Narrow: "Name the resources, by ARN or by a prefix that only they have.",
			Bad:    allowing(`"s3:PutObject"`, `"*"`), Good: allowing(`"s3:PutObject"`, `"arn:aws:s3:::reports/*"`),
		},
		{
			Code: NotAction, Title: "Everything but some actions is allowed", Type: kind,
			Why:    "Whatever is not listed is allowed, and so is every service that AWS adds later.",
			Narrow: "Replace NotAction by the actions that are used; to take actions away, add a Deny.",
			Bad:    statementOf(`{"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}`), Good: readReports,
		},
		{
			Code: NotResource, Title: "Every resource but some is allowed", Type: kind,
			Why:    "Whatever is not listed is reached, and so is everything that is made later.",
			Narrow: "Replace NotResource by the resources that are used; to protect some, add a Deny on them.",
			Bad:    statementOf(`{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::payroll/*"}`),
			Good:   allowing(`["s3:GetObject", "s3:ListBucket"]`, bucket),
		},
	}
}

func escalationSubjects() []Subject {
	const kind = "identity"
	return []Subject{
		{
			Code: PassRoleAny, Title: "Any role may be given to a service", Type: kind,
			Why:    "A service that runs with a more powerful role does for the holder what the holder may not do.",
			Narrow: "Name the roles, or at least the services, with a condition on iam:PassedToService.",
			Bad:    allowing(`"iam:PassRole"`, `"*"`),
			Good: statementOf(`{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/reports-task",
     "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}`),
		},
		{
			Code: AssumeRoleAny, Title: "Any role may be assumed", Type: kind,
			Why:    "Every role whose trust policy names the account lets the holder in, the administrators' among them.",
			Narrow: "Name the roles.",
			Bad:    allowing(`"sts:AssumeRole"`, `"*"`), Good: allowing(`"sts:AssumeRole"`, `"arn:aws:iam::444455556666:role/reports-reader"`),
		},
		{
			Code: PrivilegeEscalation, Title: "The holder can get other rights", Type: kind,
			Why:    "The actions together let the holder give itself, or take from another principal, rights that the policy does not give.",
			Narrow: "Take one of the actions away, or limit it to resources that do not lead further; delegate with iam:PermissionsBoundary.",
			Bad:    allowing(`"iam:CreatePolicyVersion"`, `"*"`), Good: allowing(`"iam:GetPolicyVersion"`, `"*"`),
		},
		{
			Code: DataExfiltration, Title: "Any stored data may be read", Type: kind,
			Why:    "One set of stolen credentials reads all data of the account.",
			Narrow: "Name the buckets, tables, parameters or secrets.",
			Bad:    allowing(`"secretsmanager:GetSecretValue"`, `"*"`),
			Good:   allowing(`"secretsmanager:GetSecretValue"`, `"arn:aws:secretsmanager:us-east-1:111122223333:secret:reports/db-a1b2c3"`),
		},
		{
			Code: CredentialsExposure, Title: "Credentials are handed out", Type: kind,
			Why:    "The action returns credentials of somebody else, which outlive the session and the policy that gave them.",
			Narrow: "Name the principals whose credentials these are: for people, their own user by ${aws:username}.",
			Bad:    allowing(`"iam:CreateAccessKey"`, `"*"`), Good: allowing(`"iam:CreateAccessKey"`, `"arn:aws:iam::111122223333:user/${aws:username}"`),
		},
		{
			Code: ResourceExposure, Title: "Any resource may be opened to others", Type: kind,
			Why:    "The action rewrites who may use a resource, also from outside of the account.",
			Narrow: "Name the resources, and leave their policies to the pipeline that deploys them.",
			Bad:    allowing(`"s3:PutBucketPolicy"`, `"*"`), Good: allowing(`"s3:GetBucketPolicy"`, `"arn:aws:s3:::reports"`),
		},
		{
			Code: DefenseEvasion, Title: "The record of what happens can be ended", Type: kind,
			Why:    "Who ends the trail, the detector or the rules acts unseen afterwards.",
			Narrow: "Leave these actions to a role that only the security team can assume.",
			Bad:    allowing(`"cloudtrail:StopLogging"`, `"*"`), Good: allowing(`"cloudtrail:GetTrailStatus"`, `"*"`),
		},
		{
			Code: MFAAntipattern, Title: "A condition on MFA that does not demand it", Type: kind,
			Why:    "The key aws:MultiFactorAuthPresent is absent from requests with long-term keys: the condition as it stands lets them through.",
			Narrow: "Allow with Bool true, or deny with BoolIfExists false.",
			Bad: statementOf(`{"Effect": "Deny", "Action": "ec2:TerminateInstances", "Resource": "*",
     "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}`),
			Good: statementOf(`{"Effect": "Deny", "Action": "ec2:TerminateInstances", "Resource": "*",
     "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}`),
		},
	}
}

func accessSubjects() []Subject {
	assume := func(principal, action, condition string) string {
		if condition != "" {
			condition = ",\n     \"Condition\": " + condition
		}
		return statementOf(`{"Effect": "Allow", "Principal": ` + principal + `, "Action": "` + action + `"` + condition + `}`)
	}
	const (
		trust    = "trust"
		own      = `{"AWS": "arn:aws:iam::111122223333:role/ci"}`
		stranger = `{"AWS": "arn:aws:iam::999988887777:root"}`
		github   = `{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}`
		saml     = `{"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}`
	)
	return []Subject{
		{
			Code: Public, Title: "Everyone gets in", Type: "resource",
			Why:    "Anybody with an AWS account, or without one, can use the resource.",
			Narrow: "Name the principals, or add a condition that fixes the caller: aws:PrincipalOrgID, aws:SourceAccount, aws:SourceVpce.",
			Bad:    statementOf(`{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}`),
			Good: statementOf(`{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*",
     "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}`),
		},
		{
			Code: ExternalAccount, Title: "An unknown account gets in", Type: trust,
			Why:    "Who governs that account decides who uses this one.",
			Narrow: "Name accounts of the organisation only; where the account is known, say so by --trusted.",
			Bad:    assume(stranger, "sts:AssumeRole", `{"StringEquals": {"sts:ExternalId": "7b1e"}}`), Good: assume(own, "sts:AssumeRole", ""),
		},
		{
			Code: MissingExternalID, Title: "A third party may assume the role without an external id", Type: trust,
			Why:    "Another customer of that third party can have it act in this account: all that it takes is the role's ARN.",
			Narrow: "Add a condition StringEquals on sts:ExternalId with the id that the third party gave for this account.",
			Bad:    assume(stranger, "sts:AssumeRole", ""), Good: assume(stranger, "sts:AssumeRole", `{"StringEquals": {"sts:ExternalId": "7b1e"}}`),
		},
		{
			Code: OIDCUnscoped, Title: "Tokens of strangers get in", Type: trust,
			Why:    "The issuer signs tokens for everybody who uses it: without a fixed subject any of them assumes the role.",
			Narrow: "Fix the subject: the repository and, better, the branch or environment.",
			Bad:    assume(github, "sts:AssumeRoleWithWebIdentity", `{"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}`),
			Good: assume(github, "sts:AssumeRoleWithWebIdentity", `{"StringEquals": {
       "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
       "token.actions.githubusercontent.com:sub": "repo:acme/reports:ref:refs/heads/main"}}`),
		},
		{
			Code: SAMLUnscoped, Title: "Assertions get in that were not meant for AWS", Type: trust,
			Why:    "An assertion that the identity provider made for another application can be replayed here.",
			Narrow: "Add a condition StringEquals on SAML:aud with https://signin.aws.amazon.com/saml.",
			Bad:    assume(saml, "sts:AssumeRoleWithSAML", ""), Good: assume(saml, "sts:AssumeRoleWithSAML", `{"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}`),
		},
		{
			Code: ConfusedDeputy, Title: "A service gets in for whoever asks it to", Type: "resource",
			Why:    "The service also works for other accounts: it can be made to act on this resource for one of them.",
			Narrow: "Add a condition on aws:SourceAccount or aws:SourceArn.",
			Bad:    statementOf(`{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-east-1:111122223333:jobs"}`),
			Good: statementOf(`{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-east-1:111122223333:jobs",
     "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:news"}}}`),
		},
		{
			Code: SelfLockout, Title: "The own administrators are kept out", Type: "resource",
			Why:    "Nobody of the account can change the policy again; only the root user can, and of some services only AWS.",
			Narrow: "Except the account's administrators from the Deny, or leave the actions on the policy itself out of it.",
			Bad:    statementOf(`{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]}`),
			Good: statementOf(`{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`),
		},
		{
			Code: IneffectiveDeny, Title: "A Deny that exempts everyone", Type: "scp",
			Why:    "The condition leaves nobody to deny anything to: the guard is written and does not stand.",
			Narrow: "Except the roles that must be excepted, by their full names.",
			Bad: statementOf(`{"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*",
     "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}}`),
			Good: statementOf(`{"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*",
     "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/security-operations"}}}`),
		},
	}
}
