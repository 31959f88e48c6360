package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const signInSource = "signin.amazonaws.com"

// RootConsoleLogin fires when the root user signs in to the console.
func RootConsoleLogin() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-001",
		Title:    "Root user signed in to the console",
		Class:    "root-console-login",
		Severity: detect.Critical,
		Doc: `**Why it matters.** Nothing inside the account restrains the root user: no policy, no boundary. A sign-in
by root is a break-glass act or a takeover.

Without MFA the password alone was enough, and the finding is critical; with MFA it is high.

**False positives.** The few tasks that only root can do, such as closing the account or changing its support plan;
break-glass exercises. A sign-in that was refused is no finding of this rule.

**What to do.** Ask the holder of the root mailbox whether it was them. If not: reset the root password and MFA, delete
root access keys, look at what root did since, and call AWS Support. No API ends a root session from inside the account,
so Riposte only tells.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1078.004", URL: "https://attack.mitre.org/techniques/T1078/004/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.3", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Root user best practices",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
			},
		},
		Pattern: detect.Pattern{{Source: signInSource, Names: []string{"ConsoleLogin"}}},
		Match:   matchRootConsoleLogin,
	}
}

func matchRootConsoleLogin(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Identity.Type == "" && ev.Identity.ARN == "" {
		return nil, errors.New("the record does not say who signed in")
	}
	if !isRoot(ev.Identity) {
		return nil, nil
	}
	resp, err := cloudtrail.ResponseOf[struct{ ConsoleLogin cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(string(resp.ConsoleLogin)) {
	case "success":
	case "failure":
		return nil, nil
	default:
		return nil, fmt.Errorf("response elements: the outcome of the sign-in is %q, neither Success nor Failure",
			detect.Text(string(resp.ConsoleLogin)))
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	f.Severity, f.Summary = rootSignIn(ev)
	return []detect.Finding{f}, nil
}

func rootSignIn(ev *cloudtrail.Event) (detect.Severity, string) {
	from := "root signed in to the console from " + detect.Text(ev.SourceIP)
	additional, err := cloudtrail.AdditionalOf[struct{ MFAUsed cloudtrail.Text }](ev)
	switch {
	case err != nil || additional.MFAUsed == "":
		return detect.Critical, from + "; the record does not say whether MFA was used"
	case strings.EqualFold(string(additional.MFAUsed), "yes"):
		return detect.High, from + " with MFA"
	}
	return detect.Critical, from + " without MFA"
}

// isRoot reports whether an identity is the root user. Some records lack the type.
func isRoot(id cloudtrail.Identity) bool {
	return id.IsRoot() || id.Type == "" && strings.HasPrefix(id.ARN, "arn:") && strings.HasSuffix(id.ARN, ":root")
}
