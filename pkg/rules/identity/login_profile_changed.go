package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	createLoginProfile = "CreateLoginProfile"
	updateLoginProfile = "UpdateLoginProfile"
)

// LoginProfileChanged fires when a user gets a console password or when somebody resets it.
func LoginProfileChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-007",
		Title:    "Console password created or reset",
		Class:    "login-profile-created-or-reset",
		Severity: detect.High,
		Doc: `**Why it matters.** A console password turns a stolen access key into a person at the console, and resetting
somebody else's password takes their user over with all that it may do.

The event never shows the password. A password for somebody else that they need not change at once is known to whoever
set it, and the finding is high; a new one that must be changed is medium. A user who makes itself a password is medium;
one who resets its own without MFA is low, with MFA no finding. Root's own password is told of by IAM-017.

**False positives.** Administrators who set up users or help those who forgot their password.

**What to do.** Ask the caller and the user. If neither knows of it, delete the login profile or set another password,
and look at what the user did since. A session at the console lives on for up to twelve hours.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098", URL: "https://attack.mitre.org/techniques/T1098/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.10", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Manage passwords for IAM users",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{createLoginProfile, updateLoginProfile}}},
		Actions: []string{"delete-login-profile"},
		Denied:  true,
		Match:   matchLoginProfileChanged,
	}
}

func matchLoginProfileChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := passwordAsked(ev)
	switch {
	case ofRoot(ev, req.UserName) && (err == nil || errors.Is(err, cloudtrail.ErrOmitted)):
		return nil, nil
	case err != nil:
		return nil, err
	}
	user, err := subject(ev, req.UserName)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Resource: user}
	if ev.Name != createLoginProfile {
		f.Actions = []string{} // the former password cannot be put back
	}
	switch {
	case onItself(ev, user) && ev.Denied():
		return nil, nil // a password of one's own that one may not change: everybody's mistake
	case onItself(ev, user):
		return ownPassword(ev, f), nil
	case ev.Name == updateLoginProfile:
		f.Summary = fmt.Sprintf("%s reset the console password of %s", callerName(ev), described(user))
	default:
		if req.PasswordResetRequired {
			f.Severity = detect.Medium
		}
		f.Summary = fmt.Sprintf("%s gave a console password to %s", callerName(ev), described(user))
	}
	switch {
	case attempt.Unseen(ev):
	case bool(req.PasswordResetRequired):
		f.Summary += ", who has to change it at the next sign-in"
	default:
		f.Summary += ", who need not change it at the next sign-in"
	}
	return one(f), nil
}

type passwordRequest struct {
	UserName              cloudtrail.Text
	PasswordResetRequired cloudtrail.Flag
}

// passwordAsked returns what a call asks for. Of one that was denied the error message may name the user.
func passwordAsked(ev *cloudtrail.Event) (passwordRequest, error) {
	req, err := cloudtrail.RequestOf[passwordRequest](ev)
	if user := attempt.User(ev); user != "" && req.UserName == "" {
		return passwordRequest{UserName: cloudtrail.Text(user)}, nil
	}
	return req, err
}

func ownPassword(ev *cloudtrail.Event, f detect.Finding) []detect.Finding {
	switch {
	case ev.Name == createLoginProfile:
		f.Severity = detect.Medium
		f.Summary = fmt.Sprintf("%s gave itself a console password", described(f.Resource))
	case ev.Identity.Session.MFA:
		return nil
	default:
		f.Severity = detect.Low
		f.Summary = fmt.Sprintf("%s reset its own console password without MFA", described(f.Resource))
	}
	return one(f)
}
