package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	quarantinePolicy = "AWSCompromisedKeyQuarantine"              // AWS's managed policy, with V2 and so on behind it
	exposedKeyPolicy = "AWSExposedCredentialPolicy_DO_NOT_REMOVE" // the inline policy that came before it, with a number
)

// KeyQuarantined fires when AWS says that a user's access key is public.
func KeyQuarantined() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-021",
		Title:    "Exposed access key quarantined by AWS",
		Class:    "key-quarantined-by-aws",
		Severity: detect.Critical,
		Doc: `**Why it matters.** AWS found an access key of this user in public. It denies the user some costly calls and no
more: reading data goes on, and others found the key before AWS did.

AWS makes the call in the user's own name, so that the actor says nothing.

**False positives.** None that is known; a person who attaches the policy by hand knows why.

**What to do.** Deactivate every access key of the user now. Look at everything that the user did since the key was
published, in every Region, and answer AWS's support case. Leave the policy in place until the key is gone.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1552.001", URL: "https://attack.mitre.org/techniques/T1552/001/"},
			{
				Kind: "AWS", Name: "AWSCompromisedKeyQuarantineV3",
				URL: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{"AttachUserPolicy", "PutUserPolicy"}}},
		Actions: []string{"deactivate-all-keys", "quarantine-user"},
		Match:   matchKeyQuarantined,
	}
}

func matchKeyQuarantined(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ UserName, PolicyARN, PolicyName cloudtrail.Text }](ev)
	if err != nil {
		return nil, nil //nolint:nilerr // IAM-003 and IAM-005 tell of it; AWS's own requests are short
	}
	policy := string(req.PolicyARN + req.PolicyName) // a call has one of them
	if !quarantines(policy) {
		return nil, nil
	}
	if req.UserName == "" {
		return nil, errors.New("request parameters: no userName")
	}
	user := detect.Resource{Type: detect.User, ID: string(req.UserName)}
	return one(detect.Finding{
		Resource: user,
		Summary:  fmt.Sprintf("AWS found an access key of %s in public and quarantined it by %s", described(user), detect.Text(policy)),
	}), nil
}

// quarantines reports whether a policy is one by which AWS quarantines a user: a managed one of its own, or an inline one
// of the name that it gives.
func quarantines(policy string) bool {
	if arn, name, managed := strings.Cut(policy, ":policy/"); managed {
		return strings.HasSuffix(arn, ":iam::aws") && strings.HasPrefix(name, quarantinePolicy)
	}
	return strings.HasPrefix(policy, exposedKeyPolicy) || strings.HasPrefix(policy, quarantinePolicy)
}
