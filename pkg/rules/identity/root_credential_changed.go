package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	passwordRecoveryRequested = "PasswordRecoveryRequested"
	passwordRecoveryCompleted = "PasswordRecoveryCompleted"
	passwordUpdated           = "PasswordUpdated"
	emailUpdated              = "EmailUpdated"
	createAccessKey           = "CreateAccessKey"
)

// RootCredentialChanged fires when the root user's password, address or second factor changes.
func RootCredentialChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-017",
		Title:    "Root user's credentials changed",
		Class:    "root-credential-change",
		Severity: detect.High,
		Doc: `**Why it matters.** Root's password, e-mail address and MFA device are the keys to the account itself. Who
changes them owns it, and only AWS Support can help then.

A completed password recovery, a changed e-mail address and a removed MFA device are critical. A recovery that was asked
for is high: whoever knows the address can ask, but somebody did. A password that root changed itself, and one that the
organisation opened again by AssumeRoot, are high; a new MFA device is medium, and so is one that the organisation removes
by AssumeRoot, as it does to root credentials that nobody shall use. A new access key of root is critical; IAM-002, which
names the key, tells of it too.

**False positives.** The yearly change of root's credentials; the set-up of an account. What IAM users do with their own
passwords is no finding.

**What to do.** Ask the holder of the root mailbox at once. If it was not them: reset password and MFA through the mailbox,
or delete root's credentials by centralised root access, and call AWS Support.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098", URL: "https://attack.mitre.org/techniques/T1098/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.5, 1.7", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Root user best practices",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: signInSource, Names: []string{
				passwordRecoveryRequested, passwordRecoveryCompleted, passwordUpdated, emailUpdated,
			}},
			{Source: iamSource, Names: []string{createAccessKey, deactivateMFADevice, enableMFADevice, createLoginProfile, updateLoginProfile}},
		},
		Denied: true,
		Match:  matchRootCredentialChanged,
	}
}

func matchRootCredentialChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if !isRoot(ev.Identity) {
		return nil, nil
	}
	if changed, err := rootsOwn(ev); err != nil || !changed {
		return nil, err
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	did := ""
	switch ev.Name {
	case passwordRecoveryRequested:
		did = "somebody asked to recover root's password"
	case passwordRecoveryCompleted:
		f.Severity, did = detect.Critical, "root's password was recovered through its mailbox"
	case passwordUpdated:
		did = "root changed its password"
	case emailUpdated:
		f.Severity, did = detect.Critical, "root's e-mail address was changed"
	case deactivateMFADevice:
		f.Severity, did = detect.Critical, "root's MFA device was removed"
	case enableMFADevice:
		f.Severity, did = detect.Medium, "root got an MFA device"
	case createAccessKey:
		f.Severity, did = detect.Critical, "root got an access key"
	case createLoginProfile:
		did = "root was allowed a password again"
	default:
		did = "root's password was reset"
	}
	if ev.Identity.Session.AssumedRoot {
		if ev.Name == deactivateMFADevice { // deleting root's credentials for good is what such sessions are for
			f.Severity = detect.Medium
		}
		did += " in a session that the organisation opened with AssumeRoot"
	}
	f.Summary = fmt.Sprintf("%s, from %s", did, detect.Text(ev.SourceIP))
	return one(f), nil
}

// rootsOwn reports whether a call of root's changed its own credentials, and did.
func rootsOwn(ev *cloudtrail.Event) (bool, error) {
	if ev.Source == signInSource {
		return signInDone(ev)
	}
	req, err := cloudtrail.RequestOf[struct{ UserName cloudtrail.Text }](ev)
	if err != nil && !errors.Is(err, cloudtrail.ErrOmitted) { // root names nobody where it means itself
		return false, err
	}
	return ofRoot(ev, req.UserName) && attempt.User(ev) == "", nil
}
