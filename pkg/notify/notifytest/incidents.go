package notifytest

import (
	"encoding/json"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// The account and the moment of all incidents here.
const account = "111122223333"

func at(seconds int) time.Time {
	return time.Date(2026, 11, 20, 14, 3, 22, 0, time.UTC).Add(time.Duration(seconds) * time.Second)
}

// A plan is an incident and the change that answers it.
type plan struct {
	finding detect.Finding
	action  string
	change  remedy.Change
}

func event(id, name, source, region string) detect.EventRef {
	return detect.EventRef{
		ID: id, Name: name, Source: source, Time: at(0), Account: account, Region: region, Partition: "aws",
	}
}

// deployer is an assumed role whose session name does not tell who is behind it, with a source identity that does.
func deployer() detect.Actor {
	return detect.Actor{
		Kind: "AssumedRole", Name: "ci-deploy/build-4711", ARN: "arn:aws:sts::111122223333:assumed-role/ci-deploy/build-4711",
		Role: "arn:aws:iam::111122223333:role/ci-deploy", AccountID: account,
		SourceIP: "198.51.100.7", UserAgent: "aws-cli/2.31.5 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 lang/python#3.13.7",
		Source: "jane.doe@example.com",
	}
}

func ssoUser() detect.Actor {
	role := "AWSReservedSSO_PowerUserAccess_0123456789abcdef"
	return detect.Actor{
		Kind: "AssumedRole", Name: role + "/john.roe@example.com", ARN: "arn:aws:sts::111122223333:assumed-role/" + role + "/john.roe@example.com",
		Role:      "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/" + role,
		AccountID: account, SourceIP: "203.0.113.40", UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
	}
}

func user(name string, mfa bool) detect.Actor {
	return detect.Actor{
		Kind: "IAMUser", Name: name, ARN: "arn:aws:iam::111122223333:user/" + name, AccountID: account,
		MFA: mfa, SourceIP: "192.0.2.10", UserAgent: "Boto3/1.43.11",
	}
}

func root() detect.Actor {
	return detect.Actor{
		Kind: "Root", Name: "root", ARN: "arn:aws:iam::111122223333:root", AccountID: account,
		SourceIP: "203.0.113.99", UserAgent: "Mozilla/5.0",
	}
}

func target(region, kind, id, parent string) remedy.Target {
	return remedy.Target{Account: account, Region: region, Partition: "aws", Type: kind, ID: id, Parent: parent}
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// KeyForOtherUser is an access key that a role's session made for another user.
func KeyForOtherUser() ledger.Incident {
	const key = "AKIAI44QH8DHBEXAMPLE" //nolint:gosec // an identifier from AWS's documentation, and no secret
	return incident(plan{
		finding: detect.Finding{
			Rule: "IAM-002", Class: "access-key-created", Severity: detect.High, Title: "Long-lived access key created",
			Summary: "ci-deploy/build-4711 created access key " + key + " for the user bob",
			Why: "An access key never expires by itself, needs no MFA and works from anywhere. A second key on somebody " +
				"else's user is a favourite way to stay in an account.",
			Resource: detect.Resource{Type: detect.AccessKey, ID: key, Parent: "bob"},
			Actor:    deployer(), Event: event("5f0b1c9e-6a0e-4b5d-9a55-0d3b8f1c2a11", "CreateAccessKey", "iam.amazonaws.com", "us-east-1"),
		},
		action: "deactivate-access-key",
		change: remedy.Change{
			Target: target("us-east-1", "AccessKey", key, "bob"), Before: raw("Active"), After: raw("Inactive"),
			Summary: "access key " + key + " of bob: Active → Inactive",
		},
	})
}

// AdminAttached is the administrator policy attached to a user.
func AdminAttached() ledger.Incident {
	const policy = "arn:aws:iam::aws:policy/AdministratorAccess"
	return incident(plan{
		finding: detect.Finding{
			Rule: "IAM-005", Class: "admin-policy-attached", Severity: detect.High, Title: "Administrator policy attached",
			Summary: "AdministratorAccess attached to the user carol",
			Why: "AdministratorAccess, IAMFullAccess, PowerUserAccess and a few other policies of AWS make their holder " +
				"administrator, or let them become it alone.",
			Resource: detect.Resource{Type: detect.User, ID: "carol"}, Params: map[string]string{detect.ParamPolicyARN: policy},
			Actor: ssoUser(), Event: event("0c6a1a4e-2f0d-4f4a-8f0e-8f6f3f3b9d02", "AttachUserPolicy", "iam.amazonaws.com", "us-east-1"),
		},
		action: "detach-policy",
		change: remedy.Change{
			Target: target("us-east-1", "User", "carol", ""), Before: raw(true), After: raw(false),
			Summary: "policy " + policy + " of user carol: attached → detached",
		},
	})
}

// TrailStopped is a trail that stopped recording.
func TrailStopped() ledger.Incident {
	const trail = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main"
	return incident(plan{
		finding: detect.Finding{
			Rule: "LOG-001", Class: "cloudtrail-stopped", Severity: detect.Critical, Title: "CloudTrail logging stopped",
			Summary: "trail " + trail + " stopped recording",
			Why: "Without a logging trail nothing that happens next is kept, and EventBridge receives no further calls: " +
				"Riposte goes blind with it.",
			Resource: detect.Resource{Type: detect.Trail, ID: trail},
			Actor:    user("mallory", false), Event: event("9d3f7c7c-5b1b-4c55-8a8e-7a4c9b2e1f03", "StopLogging", "cloudtrail.amazonaws.com", "eu-central-1"),
		},
		action: "start-cloudtrail-logging",
		change: remedy.Change{
			Target: target("eu-central-1", "Trail", trail, ""), Before: raw(false), After: raw(true),
			Summary: "logging of trail " + trail + ": stopped → started",
		},
	})
}

// GroupOpened is a security group whose port 22 the whole world reaches, over IPv4 and IPv6.
func GroupOpened() ledger.Incident {
	rules := []detect.SecurityGroupRule{
		{ID: "sgr-0a1b2c3d4e5f60718", Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv4: "0.0.0.0/0", Description: "temp"},
		{ID: "sgr-0a1b2c3d4e5f60719", Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv6: "::/0", Description: "temp"},
	}
	return incident(plan{
		finding: detect.Finding{
			Rule: "NET-001", Class: "sg-open-to-world", Severity: detect.High, Title: "Security group opened to the world",
			Summary:  "security group sg-0123456789abcdef0 lets in the whole Internet on tcp 22",
			Why:      "A port that the whole Internet reaches is found by scanners within minutes.",
			Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-0123456789abcdef0"},
			Params:   map[string]string{detect.ParamRules: string(raw(rules)), detect.ParamRuleIDs: rules[0].ID + "," + rules[1].ID},
			Actor:    user("dave", true), Event: event("c2b8f9e1-93d5-4f44-b2de-11d0a9c5e704", "AuthorizeSecurityGroupIngress", "ec2.amazonaws.com", "eu-west-1"),
		},
		action: "revoke-security-group-rules",
		change: remedy.Change{
			Target: target("eu-west-1", "SecurityGroup", "sg-0123456789abcdef0", ""), Before: raw(rules), After: raw([]string{}),
			Summary: "security group sg-0123456789abcdef0: revoked tcp 22 from 0.0.0.0/0, tcp 22 from ::/0",
		},
	})
}

// InlinePolicy is an inline policy with all rights on a role.
func InlinePolicy() ledger.Incident {
	const document = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "All", "Effect": "Allow", "Action": ["*", "iam:*"], "Resource": "*"},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::app-assets/*"}
  ]
}`
	return incident(plan{
		finding: detect.Finding{
			Rule: "IAM-003", Class: "inline-policy-wildcard", Severity: detect.Critical, Title: "Inline policy with wildcard rights put",
			Summary: `inline policy debug of the role app-worker: statement "All" allows every action on every resource`,
			Why: "An inline policy takes effect at once, is bound to one user, role or group and appears in no list of " +
				"policies: a quiet way to become administrator.",
			Resource: detect.Resource{Type: detect.Role, ID: "app-worker"}, Params: map[string]string{detect.ParamPolicyName: "debug"},
			Actor: user("erin", false), Event: event("77b1d6a0-0b0e-49f4-9d5f-55e6f3f2a905", "PutRolePolicy", "iam.amazonaws.com", "us-east-1"),
		},
		action: "remove-inline-policy",
		change: remedy.Change{
			Target: target("us-east-1", "Role", "app-worker", ""), Before: raw(document), After: raw(""),
			Summary: "inline policy debug of role app-worker: removed",
		},
	})
}

// VersionWritten is a managed policy whose new default version allows everything.
func VersionWritten() ledger.Incident {
	const policy = "arn:aws:iam::111122223333:policy/teams/developers"
	return incident(plan{
		finding: detect.Finding{
			Rule: "IAM-004", Class: "managed-policy-wildcard", Severity: detect.High, Title: "Managed policy with wildcard rights written",
			Summary: "version v4 of " + policy + ": allows iam:* on every resource; it is the default version now",
			Why: "A new default version of a managed policy changes, at once, what every user, role and group with that " +
				"policy may do.",
			Resource: detect.Resource{Type: detect.Policy, ID: policy}, Params: map[string]string{detect.ParamVersionID: "v4"},
			Actor: ssoUser(), Event: event("e8a9a3c2-7a51-4f40-a8c9-2b44d8b2c606", "CreatePolicyVersion", "iam.amazonaws.com", "us-east-1"),
		},
		action: "restore-default-policy-version",
		change: remedy.Change{
			Target: target("us-east-1", "Policy", policy, ""), Before: raw("v4"), After: raw("v3"),
			Summary: "default version of policy " + policy + ": v4 → v3",
		},
	})
}

// RootLogin is a sign-in of the root user without MFA. No remedy exists for it.
func RootLogin() ledger.Incident {
	return incident(plan{finding: detect.Finding{
		Rule: "IAM-001", Class: "root-console-login", Severity: detect.Critical, Title: "Root user signed in to the console",
		Summary: "root signed in from 203.0.113.99 without MFA",
		Why: "Nothing inside the account restrains the root user: no policy, no boundary. A sign-in by root is a " +
			"break-glass act or a takeover.",
		Resource: detect.Resource{Type: detect.Account, ID: account},
		Actor:    root(), Event: event("1b7e0f9a-6d0b-4c3f-8f3d-90a7f6a4d707", "ConsoleLogin", "signin.amazonaws.com", "us-east-1"),
	}})
}

// RootActivity is a change that the root user made.
func RootActivity() ledger.Incident {
	in := RootLogin()
	f := in.Finding
	f.Rule, f.Class, f.Severity = "IAM-006", "root-activity", detect.High
	f.Title, f.Summary = "Root user changed the account", "root called DeleteAccountAlias from 203.0.113.99"
	f.Why = "Daily work does not need root, and nothing inside the account restrains it."
	f.Actor.MFA = true
	f.Event = event("4f5d2c11-3a4b-4b62-9f3f-4c1f2b6c8808", "DeleteAccountAlias", "iam.amazonaws.com", "us-east-1")
	return incident(plan{finding: f})
}

// incident opens the incident of a plan. The change is in the journal as planned.
func incident(p plan) ledger.Incident {
	f := p.finding
	if p.action != "" {
		f.Actions = []string{p.action}
	}
	in := ledger.Incident{
		ID: f.Incident(), State: ledger.Open, Rule: f.Rule, Class: f.Class, Severity: f.Severity, Title: f.Title,
		Summary: f.Summary, EventIDs: []string{f.Event.ID}, Account: f.Event.Account, Region: f.Event.Region,
		Actor: f.Actor.ARN, Resource: f.Resource.String(), Changes: []ledger.Change{}, Finding: f, Version: 1,
		Times: ledger.Times{Event: at(0), Received: at(34), Decided: at(34)},
	}
	if p.action != "" {
		p.change.Action = p.action
		in.Action = p.action
		in.Changes = []ledger.Change{{Change: p.change, State: ledger.Planned}}
	}
	return in
}
