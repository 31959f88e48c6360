package demo

import (
	"riposte/internal/simaws"
	"riposte/pkg/detect"
)

// A scene is one attack: how the simulated account stands after it, and the event that tells of it.
type scene struct {
	title   string
	event   string // a file of events/
	stage   func(*simaws.Account)
	approve bool // a person approves what Riposte asks about
	twice   bool // the event is delivered a second time
	chain   []link
}

// A link is an event of a scene that tells of several, in the place of the scene's own event.
type link struct {
	event string // a file of chain/
	stage func(*simaws.Account)
}

const (
	account   = "111122223333"
	region    = "us-east-1"
	group     = "sg-0a1b2c3d4e5f60718"
	appPolicy = "arn:aws:iam::" + account + ":policy/app-policy"
	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowOne  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app-data/*"}]}`
	allowTwo  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::app-data/*"}]}`
)

// policy is the riposte.yaml that the demonstration runs under.
const policy = `
stance: enforce
rules:
  IAM-003: { mode: contain }
  IAM-004: { mode: ask }
exceptions:
  - rule: admin-policy-attached
    principal: arn:aws:iam::111122223333:role/TerraformDeploy
    resource: Role/ci-runner
    owner: platform-team@example.com
    reason: the pipeline's role is being narrowed
    expires: 2027-01-31
break_glass:
  - arn:aws:iam::111122223333:user/break-glass
`

func scenes() []scene {
	return []scene{
		{
			title: "Somebody signs in as root, without MFA",
			event: "signin/ConsoleLogin.root-no-mfa.json", stage: func(*simaws.Account) {},
		},
		{
			title: "A backdoor: an access key for somebody else's user",
			event: "iam/CreateAccessKey.other-user.json",
			stage: func(a *simaws.Account) { a.AddAccessKey("deploy-bot", "AKIABACKDOOR1EXAMPLE") },
		},
		{
			title: "Root makes an access key: no action can help, so people are told",
			event: "iam/CreateAccessKey.root.json", stage: func(*simaws.Account) {},
		},
		{
			title: "An inline policy that allows everything: contained at once, a person decides later",
			event: "iam/PutUserPolicy.admin.json",
			stage: func(a *simaws.Account) {
				a.PutInlinePolicy(detect.User, "bob", "read-reports", allowOne)
				a.PutInlinePolicy(detect.User, "bob", "helper", allowAll)
			},
		},
		{
			title: "A managed policy gets a version that allows everything: Riposte asks, a person approves",
			event: "iam/CreatePolicyVersion.default.json",
			stage: func(a *simaws.Account) {
				a.AddPolicyVersion(appPolicy, allowOne, true)
				a.AddPolicyVersion(appPolicy, allowAll, true)
			},
			approve: true,
		},
		{
			title: "Administrator rights for a user",
			event: "iam/AttachUserPolicy.administrator.json",
			stage: func(a *simaws.Account) {
				a.AttachPolicy(detect.User, "bob", "arn:aws:iam::aws:policy/ReadOnlyAccess")
				a.AttachPolicy(detect.User, "bob", "arn:aws:iam::aws:policy/AdministratorAccess")
			},
		},
		{
			title: "The pipeline does something of the kind: an exception explains it, and nobody is woken",
			event: "iam/AttachRolePolicy.power-user.json",
			stage: func(a *simaws.Account) {
				a.AttachPolicy(detect.Role, "ci-runner", "arn:aws:iam::aws:policy/PowerUserAccess")
			},
		},
		{
			title: "The trail is stopped, and the event is delivered twice",
			event: "cloudtrail/StopLogging.name.json",
			stage: func(a *simaws.Account) { a.AddTrail(region, "management-events", true, false) },
			twice: true,
		},
		{
			title: "SSH is opened to the whole world; the rule for HTTPS beside it stays",
			event: "ec2/AuthorizeSecurityGroupIngress.flat-ssh.json",
			stage: func(a *simaws.Account) {
				a.AddSecurityGroupRule(region, group, detect.SecurityGroupRule{
					ID: "sgr-0aaaaaaaaaaaaaaaa", Protocol: "tcp", FromPort: 443, ToPort: 443, CIDRIPv4: "0.0.0.0/0",
				})
				a.AddSecurityGroupRule(region, group, detect.SecurityGroupRule{
					ID: "sgr-01b2c3d4e5f600001", Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv4: "0.0.0.0/0",
				})
			},
		},
		{
			title: "Root changes the account",
			event: "iam/CreateUser.root.json", stage: func(*simaws.Account) {},
		},
		{
			title: "A policy document that is cut off: what cannot be judged is told, never trusted",
			event: "iam/PutRolePolicy.truncated.json", stage: func(*simaws.Account) {},
		},
		{
			title: "A call that was refused: nothing has changed, so nothing is done, but the attempt is told",
			event: "iam/CreateAccessKey.denied.json", stage: func(*simaws.Account) {},
		},
		{
			title: "A chain: a key, an administrator and a stopped trail by one user are one critical incident",
			chain: []link{
				{"1-CreateAccessKey.json", func(a *simaws.Account) { a.AddAccessKey("reporting", "AKIABACKDOOR2EXAMPLE") }},
				{"2-AttachUserPolicy.json", func(a *simaws.Account) {
					a.AttachPolicy(detect.User, "reporting", "arn:aws:iam::aws:policy/AdministratorAccess")
				}},
				{"3-StopLogging.json", func(a *simaws.Account) { a.AddTrail(region, "data-events", true, false) }},
			},
		},
	}
}
