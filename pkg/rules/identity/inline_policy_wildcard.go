package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/attempt"
)

// InlinePolicyWildcard fires when an inline policy grants everything, all of a sensitive service, or sensitive actions
// on any resource.
func InlinePolicyWildcard() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-003",
		Title:    "Inline policy with wildcard rights put",
		Class:    "inline-policy-wildcard",
		Severity: detect.High,
		Doc: `**Why it matters.** An inline policy takes effect at once, is bound to one user, role or group and appears
in no list of policies: a quiet way to become administrator.

The rule judges the document from the event. It fires where an Allow covers every action, every action but some, or
every action of a sensitive service (IAM, STS, Organizations, KMS, Secrets Manager, S3, EC2, Lambda, CloudTrail and
others), on any resource, however the wildcards are spelt; where its actions together let the holder get other rights;
and where sensitive actions are granted on any resource: reading data and secrets, taking credentials, opening resources
to others, ending the record of what happens. A condition that restricts lowers the severity by one step. The finding
names the code of each risk.

**False positives.** Administrators' own roles; deployment roles that were meant to be that broad; sandbox accounts; IAM
Identity Center, which writes the inline policy of a permission set into the roles that it makes: what it puts into
AWSReservedSSO_ roles is low, and nothing is changed there.

**What to do.** Ask the caller why the principal needs it. Give it the actions and resources that it uses. Removing the
policy does not undo what was done with it meanwhile: look at the principal's calls since the event.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.16, 4.4", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Managed policies and inline policies",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			"PutUserPolicy", "PutRolePolicy", "PutGroupPolicy",
			"DeleteUserPolicy", "DeleteRolePolicy", "DeleteGroupPolicy", // for what is known to be good: nothing, from then on
		}}},
		Actions: []string{"remove-inline-policy"},
		Denied:  true,
		Good:    goodInline,
		Match:   attempt.Grave(matchInlinePolicyWildcard),
	}
}

func matchInlinePolicyWildcard(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if strings.HasPrefix(ev.Name, "Delete") {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		holder
		PolicyName     cloudtrail.Text
		PolicyDocument cloudtrail.Document
	}](ev)
	if err != nil {
		return nil, err
	}
	resource, err := req.resource()
	if err != nil {
		return nil, err
	}
	if req.PolicyName == "" || len(req.PolicyDocument) == 0 {
		return nil, errors.New("request parameters: no policyName or no policyDocument")
	}
	verdict := iampolicy.Judge(req.PolicyDocument)
	f, risky := weighed(detect.Finding{
		Resource: resource,
		Params: map[string]string{
			detect.ParamPolicyName:   string(req.PolicyName),
			detect.ParamDocumentHash: detect.DocumentHash(req.PolicyDocument),
		},
	}, fmt.Sprintf("inline policy %s of %s", detect.Text(string(req.PolicyName)), described(resource)), verdict)
	if hashes, err := gravest(verdict, req.PolicyDocument); err == nil && risky && f.Unjudged == "" {
		f.Params[detect.ParamStatements] = hashes
	}
	switch {
	case !risky:
		return nil, nil
	case f.Unjudged == "" && byIdentityCenter(ev, resource):
		provisioned(&f)
		f.Summary += "; put by IAM Identity Center, from a permission set"
	}
	inProduction(ev, &f, unboundedDocument(f))
	return []detect.Finding{f}, nil
}
