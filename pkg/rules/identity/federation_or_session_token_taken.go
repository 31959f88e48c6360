package identity

import (
	"errors"
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

const getFederationToken = "GetFederationToken"

// FederationOrSessionTokenTaken fires when a long-term credential is turned into temporary ones.
func FederationOrSessionTokenTaken() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-013",
		Title:    "Temporary credentials taken with a long-term key",
		Class:    "sts-federation-or-session-token",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Temporary credentials live on for up to 36 hours after the key that made them is
deactivated or deleted. GetFederationToken also makes a session that can be turned into a sign-in at the console.

A federation token whose session policy grants everything is high, one of root critical; one with a narrow policy is
medium, and one without a policy, which can do next to nothing, low. A session token without MFA is low; with MFA, which
is what the call is for, it is no finding.

**False positives.** Old programs that hand out access by federation tokens; tools that exchange a key for a session.

**What to do.** If the caller's key is stolen, deactivating it is not enough: attach a policy to the user that denies what
was issued before now (aws:TokenIssueTime). Look at the calls of the session's own access key.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1550.001", URL: "https://attack.mitre.org/techniques/T1550/001/"},
			{
				Kind: "AWS", Name: "Permissions for GetFederationToken",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html",
			},
		},
		Pattern: detect.Pattern{{Source: stsSource, Names: []string{getFederationToken, "GetSessionToken"}}},
		Match:   matchFederationOrSessionTokenTaken,
	}
}

func matchFederationOrSessionTokenTaken(ev *cloudtrail.Event) ([]detect.Finding, error) {
	f := detect.Finding{Resource: detect.Resource{Type: detect.User, ID: ev.Identity.UserName}}
	if isRoot(ev.Identity) || ev.Identity.UserName == "" {
		f.Resource = detect.Resource{Type: detect.Account, ID: ev.Account}
	}
	if ev.Name == getFederationToken {
		return federationToken(ev, f)
	}
	req, err := cloudtrail.RequestOf[struct{ SerialNumber cloudtrail.Text }](ev)
	switch {
	case err != nil && !errors.Is(err, cloudtrail.ErrOmitted): // no parameters is how the call is mostly made
		return nil, err
	case req.SerialNumber != "":
		return nil, nil
	case isRoot(ev.Identity):
		f.Severity = detect.High
	default:
		f.Severity = detect.Low
	}
	f.Summary = fmt.Sprintf("%s took a session token without MFA: it outlives the key that it was made with", callerName(ev))
	return one(f), nil
}

func federationToken(ev *cloudtrail.Event, f detect.Finding) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name       cloudtrail.Text
		Policy     cloudtrail.Document
		PolicyARNs cloudtrail.List[struct{ ARN cloudtrail.Text }]
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.Name == "" {
		return nil, errors.New("request parameters: no name")
	}
	rights := "a session policy bounds it"
	verdict := iampolicy.Judge(req.Policy)
	worst, risky := verdict.Worst()
	switch {
	case len(req.Policy) == 0 && len(req.PolicyARNs) == 0:
		f.Severity, rights = detect.Low, "it has no session policy, so that next to nothing is allowed to it"
	case slices.ContainsFunc(req.PolicyARNs, func(p struct{ ARN cloudtrail.Text }) bool {
		_, admin := iampolicy.AdminPolicy(string(p.ARN))
		return admin
	}):
		f.Severity, rights = detect.High, "one of AWS's administrator policies is its session policy"
	case len(req.Policy) > 0 && !verdict.Judged:
		f.Unjudged, rights = verdict.Reason, "its session policy cannot be judged: "+verdict.Reason
	case risky && severityOf(worst.Severity) >= detect.High:
		f.Severity, rights = detect.High, "in its session policy "+worst.Sentence
	}
	if isRoot(ev.Identity) {
		f.Severity = detect.Critical
	}
	f.Summary = fmt.Sprintf("%s made a federation token for %s: %s", callerName(ev), detect.Text(string(req.Name)), rights)
	return one(f), nil
}
