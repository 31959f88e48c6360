package identity

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	recommendedLength = 14 // CIS
	defaultLength     = 6  // what IAM takes where a request names none
	hopelessLength    = 8
)

// PasswordPolicyWeakened fires when the account's password policy allows weak passwords.
func PasswordPolicyWeakened() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-016",
		Title:    "Password policy weakened",
		Class:    "password-policy-weakened",
		Severity: detect.Medium,
		Doc: `**Why it matters.** The policy is all that keeps IAM users from passwords that are guessed in a day.

Every update replaces the whole policy: what the request leaves out falls back to IAM's default. The rule fires where fewer
than 14 characters are enough or one of the four kinds of characters is not asked for, and on the policy's deletion. Fewer
than 8 characters are high. The event does not show what held before.

**False positives.** Accounts that rely on length alone.

**What to do.** Put the policy back. Passwords that were set meanwhile stay: ask whose they are.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1556", URL: "https://attack.mitre.org/techniques/T1556/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.8", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Set an account password policy",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: iamSource, Names: []string{"UpdateAccountPasswordPolicy", deleteAccountPasswordPolicy},
		}},
		Actions: []string{"restore-password-policy"},
		Good:    goodPasswordPolicy,
		Match:   matchPasswordPolicyWeakened,
	}
}

const deleteAccountPasswordPolicy = "DeleteAccountPasswordPolicy"

func matchPasswordPolicyWeakened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	if ev.Name == deleteAccountPasswordPolicy {
		f.Summary = "password policy deleted by " + callerName(ev) + ": IAM's default holds now"
		return one(f), nil
	}
	req, err := cloudtrail.RequestOf[struct {
		MinimumPasswordLength                                                                  cloudtrail.Text
		RequireSymbols, RequireNumbers, RequireUppercaseCharacters, RequireLowercaseCharacters cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, err
	}
	length := defaultLength
	if req.MinimumPasswordLength != "" {
		if length, err = strconv.Atoi(string(req.MinimumPasswordLength)); err != nil {
			return nil, errors.New("request parameters: minimumPasswordLength is no number")
		}
	}
	var weak []string
	if length < recommendedLength {
		weak = append(weak, fmt.Sprintf("%d characters are enough", length))
	}
	var missing []string
	for _, kind := range []struct {
		name     string
		required cloudtrail.Flag
	}{
		{"symbols", req.RequireSymbols},
		{"numbers", req.RequireNumbers},
		{"uppercase letters", req.RequireUppercaseCharacters},
		{"lowercase letters", req.RequireLowercaseCharacters},
	} {
		if !kind.required {
			missing = append(missing, kind.name)
		}
	}
	if len(missing) > 0 {
		weak = append(weak, "no "+strings.Join(missing, ", no ")+" are asked for")
	}
	if len(weak) == 0 {
		return nil, nil
	}
	if set, ok := goodPasswordPolicy(ev); ok {
		f.Params = map[string]string{detect.ParamPasswords: string(set.State)}
	}
	if length < hopelessLength {
		f.Severity = detect.High
	}
	f.Summary = fmt.Sprintf("password policy replaced by %s: %s", callerName(ev), strings.Join(weak, "; "))
	return one(f), nil
}
