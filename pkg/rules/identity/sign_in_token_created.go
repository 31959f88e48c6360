package identity

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// SignInTokenCreated fires when API credentials are turned into a session at the console.
func SignInTokenCreated() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-020",
		Title:    "Sign-in token made of API credentials",
		Class:    "signin-token",
		Severity: detect.Medium,
		Doc: `**Why it matters.** GetSigninToken turns stolen temporary credentials into a console session, where no MFA is
asked for and the calls come from AWS's own addresses.

The credentials of an instance or of a function have no business at the console and are high, as are those of a federation
token, which come from a long-term key; a session of any other role is medium. What IAM Identity Center hands out for its
own roles is how its portal opens the console, and no finding.

**False positives.** Tools that open the console for an engineer from a role's credentials; identity brokers of your own.

**What to do.** Ask the person behind the session. Revoke the role's sessions where nobody knows of it, and look for a
ConsoleLogin shortly after.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1550.001", URL: "https://attack.mitre.org/techniques/T1550/001/"},
			{
				Kind: "AWS", Name: "Enable custom identity broker access to the AWS console",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html",
			},
		},
		Pattern: detect.Pattern{{Source: signInSource, Names: []string{"GetSigninToken"}}},
		Actions: []string{"revoke-role-sessions", "quarantine-role"},
		Match:   matchSignInTokenCreated,
	}
}

func matchSignInTokenCreated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	// An answer that is missing does not say that the call failed.
	if done, err := signInDone(ev); err == nil && !done {
		return nil, nil
	}
	id := ev.Identity
	f := detect.Finding{Resource: detect.Resource{Type: detect.Role, ID: id.Session.IssuerUserName}}
	switch {
	case f.Resource.ID == "":
		f.Resource = detect.Resource{Type: detect.Account, ID: ev.Account}
	case id.Session.IssuerType == "IAMUser":
		f.Resource.Type = detect.User
	}
	if f.Resource.Type != detect.Role {
		f.Actions = []string{}
	}
	whose := "a role's session"
	_, session, _ := strings.Cut(id.PrincipalID, ":")
	switch {
	// The path under /aws-reserved/ is one that only AWS can put a role into.
	case strings.Contains(id.Session.IssuerARN, ":role/aws-reserved/sso.amazonaws.com/"):
		return nil, nil
	case id.Type == "FederatedUser":
		f.Severity, whose = detect.High, "a federation token"
	case isInstance(session):
		f.Severity, whose = detect.High, "an instance's credentials"
	case strings.Contains(id.Session.IssuerARN, ":role/service-role/"):
		f.Severity, whose = detect.High, "a workload's credentials"
	}
	f.Summary = fmt.Sprintf("%s made a sign-in token for the console from %s, at %s", callerName(ev), whose, detect.Text(ev.SourceIP))
	return one(f), nil
}

// isInstance reports whether a role session is an instance's: its name is the instance's id.
func isInstance(session string) bool {
	hex, ok := strings.CutPrefix(session, "i-")
	return ok && (len(hex) == 8 || len(hex) == 17) && strings.Trim(hex, "0123456789abcdef") == ""
}
