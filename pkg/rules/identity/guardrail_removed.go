package identity

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const deletePolicy = "DeletePolicy"

// GuardrailRemoved fires when a policy that denies is taken away.
func GuardrailRemoved() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-018",
		Title:    "Policy that denies removed",
		Class:    "iam-policy-or-guardrail-deleted",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Taking a Deny away gives rights as surely as adding an Allow, and looks like tidying up.

The event does not carry the document. Policies of AWS that only deny (AWSDenyAll, the quarantine of an exposed key) and the
inline policies by which AWS quarantines users and ends sessions are known by name, and their removal is high. A principal
that removes a policy from itself is medium: nobody gives up rights without need. A customer's policy whose name says that
it denies is medium, and low where it is deleted, since it must be attached to nothing by then.

**False positives.** A quarantine that is lifted after the key was changed; policies with such names that only allow. What
IAM Identity Center takes from its own roles is no finding.

**What to do.** Look at the document (former versions, your templates, AWS Config) and put it back where it denied.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562", URL: "https://attack.mitre.org/techniques/T1562/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.4", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Policy evaluation logic",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			deletePolicy, "DeleteUserPolicy", "DeleteRolePolicy", "DeleteGroupPolicy",
			"DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy",
		}}},
		Denied: true,
		Match:  attempt.Grave(matchGuardrailRemoved),
	}
}

func matchGuardrailRemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		holder
		PolicyARN, PolicyName cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	policy := string(req.PolicyARN + req.PolicyName) // a call has one of them
	if policy == "" {
		return nil, errors.New("request parameters: no policyArn or policyName")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Policy, ID: policy}}
	from := "deleted"
	if ev.Name != deletePolicy {
		if f.Resource, err = req.resource(); err != nil {
			return nil, err
		}
		f.Params = policyParams(req.PolicyARN, req.PolicyName)
		from = "taken from " + described(f.Resource)
	}
	so := ""
	switch {
	case byIdentityCenter(ev, f.Resource):
		return nil, nil
	case denies(policy):
		f.Severity, so = detect.High, "it only denies"
	case onItself(ev, f.Resource):
		so = "nobody gives up rights without need"
	case !saysThatItDenies(policy):
		return nil, nil
	case ev.Name == deletePolicy:
		f.Severity, so = detect.Low, "its name says that it denies; it was attached to nothing any more"
	default:
		so = "its name says that it denies; the event does not carry its document"
	}
	f.Summary = fmt.Sprintf("policy %s %s %s: %s", detect.Text(policy), from, by(ev, f.Resource), so)
	return one(f), nil
}

// denies reports whether a policy is one by which AWS denies: its own managed ones, and inline ones that it puts into
// users and roles under a fixed name.
func denies(policy string) bool {
	return policy == "AWSRevokeOlderSessions" || strings.HasSuffix(policy, ":iam::aws:policy/AWSDenyAll") || quarantines(policy)
}

func saysThatItDenies(policy string) bool {
	name := strings.ToLower(policy[strings.LastIndexByte(policy, '/')+1:])
	return slices.ContainsFunc([]string{"deny", "denies", "guardrail", "boundary", "quarantine", "restrict", "forbid", "prevent"},
		func(word string) bool { return strings.Contains(name, word) })
}
