package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// UserCreated fires when an IAM user appears.
func UserCreated() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-009",
		Title:    "IAM user created",
		Class:    "iam-user-created",
		Severity: detect.Medium,
		Doc: `**Why it matters.** An IAM user stays until somebody deletes it, with credentials that do not expire. It is
the plainest back door, and where people come through IAM Identity Center there is seldom a reason for a new one.

The maker decides the severity: root, or a caller with a long-term access key, is high; a service that acts on somebody's
behalf, such as CloudFormation, is low; a session of a role or of a person at the console is medium.

**False positives.** Deployments that make users for machines that cannot assume a role.

**What to do.** Ask the caller what the user is for. Look for keys, passwords and policies that it got since. Where nobody
answers, attach AWSDenyAll to it before you delete it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1136.003", URL: "https://attack.mitre.org/techniques/T1136/003/"},
			{
				Kind: "AWS", Name: "Create an IAM user in your AWS account",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_create.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{"CreateUser"}}},
		Actions: []string{"quarantine-user"},
		Match:   matchUserCreated,
	}
}

func matchUserCreated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ UserName, PermissionsBoundary cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.UserName == "" {
		return nil, errors.New("request parameters: no userName")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.User, ID: string(req.UserName)}}
	how := ""
	switch {
	case isRoot(ev.Identity):
		f.Severity = detect.High
	case automated(ev):
		f.Severity, how = detect.Low, through(ev)
	case longTermKey(ev) && !ev.Identity.Session.MFA:
		f.Severity, how = detect.High, ", with a long-term access key"
	}
	f.Summary = fmt.Sprintf("%s created by %s%s", described(f.Resource), callerName(ev), how)
	if req.PermissionsBoundary != "" {
		f.Summary += "; its permissions boundary is " + detect.Text(string(req.PermissionsBoundary))
	}
	return one(f), nil
}
