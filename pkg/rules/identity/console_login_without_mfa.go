package identity

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// ConsoleLoginWithoutMFA fires when an IAM user or root signs in to the console with nothing but a password.
func ConsoleLoginWithoutMFA() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-008",
		Title:    "Console sign-in without MFA",
		Class:    "console-login-no-mfa",
		Severity: detect.High,
		Doc: `**Why it matters.** A password alone is phished, guessed and reused. Whoever has it is in.

The rule looks at IAM users and root. Sessions through a role, SAML or IAM Identity Center always say that no MFA was
used, because their identity provider asked for it: they are no findings.

**False positives.** Users that are about to set up their first device; break-glass users whose second factor is kept
elsewhere.

**What to do.** Ask the user whether it was them, from that address. Make MFA a condition of what users may do, or move
people to IAM Identity Center.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1078.004", URL: "https://attack.mitre.org/techniques/T1078/004/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.10, 4.2", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Multi-factor authentication in IAM",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
			},
		},
		Pattern: detect.Pattern{{Source: signInSource, Names: []string{"ConsoleLogin"}}},
		Match:   matchConsoleLoginWithoutMFA,
	}
}

func matchConsoleLoginWithoutMFA(ev *cloudtrail.Event) ([]detect.Finding, error) {
	root := isRoot(ev.Identity)
	if !root && !isUser(ev.Identity) {
		return nil, nil
	}
	additional, err := cloudtrail.AdditionalOf[struct{ MFAUsed cloudtrail.Text }](ev)
	if err == nil && strings.EqualFold(string(additional.MFAUsed), "yes") {
		return nil, nil // whatever came of it
	}
	done, outcome := signInDone(ev)
	switch {
	case outcome != nil:
		return nil, outcome
	case !done:
		return nil, nil
	case err != nil && root: // IAM-001 tells that the record does not say
		return nil, nil
	case err != nil:
		return nil, err
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.User, ID: ev.Identity.UserName}}
	who := described(f.Resource)
	if root {
		f.Resource, f.Severity, who = detect.Resource{Type: detect.Account, ID: ev.Account}, detect.Critical, "root"
	}
	how := "without MFA"
	if additional.MFAUsed == "" {
		how = "and the record does not say whether MFA was used"
	}
	f.Summary = fmt.Sprintf("%s signed in to the console from %s %s", who, detect.Text(ev.SourceIP), how)
	return one(f), nil
}

// isUser reports whether an identity is an IAM user. Some records lack the type.
func isUser(id cloudtrail.Identity) bool {
	return id.Type == "IAMUser" || id.Type == "" && strings.HasPrefix(id.ARN, "arn:") && strings.Contains(id.ARN, ":user/")
}

// signInDone reports whether a step of signing in succeeded. The answer's only member is named after the step.
func signInDone(ev *cloudtrail.Event) (bool, error) {
	resp, err := cloudtrail.ResponseOf[map[string]cloudtrail.Text](ev)
	if err != nil {
		return false, err
	}
	outcome := ""
	for name, text := range resp {
		if strings.EqualFold(name, ev.Name) {
			outcome = string(text)
		}
	}
	switch strings.ToLower(outcome) {
	case "success":
		return true, nil
	case "failure":
		return false, nil
	}
	return false, fmt.Errorf("response elements: the outcome of %s is %q, neither Success nor Failure",
		detect.Text(ev.Name), detect.Text(outcome))
}
