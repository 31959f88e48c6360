package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// PolicyChanged fires on changes of who may do what that no sharper rule tells of.
func PolicyChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-029",
		Title:    "IAM policy changed",
		Class:    "iam-policy-changed-generic",
		Severity: detect.Info,
		Doc: `**Why it matters.** Benchmarks ask that every change of a policy be seen. Most are harmless, so that this rule
is for a digest: what is grave is told of by IAM-003, IAM-004, IAM-005, IAM-018 and IAM-021, and only the rest by this one.

It tells of policies that users and groups get or lose, of new default versions, and of roles, new policies and deleted
ones where a person works by hand. A principal that gives itself rights is medium, whatever they are. Deployments give
policies to roles all day and change policies that are attached to nothing: these are no findings. Where the record leaves
out what was asked for, the rule says beside the sharper ones' doubt that something changed.

**False positives.** Nearly all of them are ordinary administration.

**What to do.** Nothing at once. Look through them when something else is found.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.4", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Add and remove IAM identity permissions",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			"AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy", "DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy",
			"PutUserPolicy", "PutRolePolicy", "PutGroupPolicy", "DeleteUserPolicy", "DeleteRolePolicy", "DeleteGroupPolicy",
			createPolicyVersion, createPolicy, deletePolicy, deletePolicyVersion,
		}}},
		Match: matchPolicyChanged,
	}
}

func matchPolicyChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[policyRequest](ev)
	switch {
	case errors.Is(err, cloudtrail.ErrOmitted):
		return policyChangeUnseen(ev), nil
	case err != nil:
		return nil, nil //nolint:nilerr // the sharper rules tell of a request that is unreadable
	case ev.Name == createPolicyVersion:
		return defaultVersionChanged(ev, req), nil
	case ev.Name == createPolicy, ev.Name == deletePolicy, ev.Name == deletePolicyVersion:
		return policyByHand(ev, req), nil
	}
	return policyMoved(ev, req)
}

const deletePolicyVersion = "DeletePolicyVersion"

// policyByHand tells of a managed policy, or of a version that is not in use, that a person made or deleted.
func policyByHand(ev *cloudtrail.Event, req policyRequest) []detect.Finding {
	if req.policy() == "" || !caller.ByHand(ev) || ev.Name != deletePolicyVersion && toldOtherwise(ev) {
		return nil
	}
	return one(detect.Finding{
		Resource: detect.Resource{Type: detect.Policy, ID: req.policy()},
		Summary:  fmt.Sprintf("%s on policy %s by %s", detect.Text(ev.Name), detect.Text(req.policy()), callerName(ev)),
	})
}

// policyMoved tells of a policy that a principal got or lost.
func policyMoved(ev *cloudtrail.Event, req policyRequest) ([]detect.Finding, error) {
	r, err := req.resource()
	switch {
	case err != nil && toldOtherwise(ev):
		return nil, nil
	case err != nil:
		return nil, err
	}
	f := detect.Finding{Resource: r, Params: policyParams(req.PolicyARN, req.PolicyName)}
	gives := strings.HasPrefix(ev.Name, "Attach") || strings.HasPrefix(ev.Name, "Put")
	switch {
	case gives && onItself(ev, r):
		f.Severity = detect.Medium
	case automated(ev), r.Type == detect.Role && !caller.ByHand(ev):
		return nil, nil
	}
	if toldOtherwise(ev) {
		return nil, nil
	}
	if req.policy() == "" {
		return nil, errors.New("request parameters: no policyArn or policyName")
	}
	did := "taken from"
	if gives {
		did = "given to"
	}
	f.Summary = fmt.Sprintf("policy %s %s %s %s", detect.Text(req.policy()), did, described(r), by(ev, r))
	return one(f), nil
}

// policyChangeUnseen tells that a policy changed where the record leaves out which. What it gave the sharper rules cannot
// judge, and say so; this much is certain.
func policyChangeUnseen(ev *cloudtrail.Event) []detect.Finding {
	if automated(ev) {
		return nil
	}
	return one(detect.Finding{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  fmt.Sprintf("%s by %s; the record does not show on whom", detect.Text(ev.Name), callerName(ev)),
	})
}

type policyRequest struct {
	holder
	PolicyARN, PolicyName cloudtrail.Text
	SetAsDefault          cloudtrail.Flag
}

// policy returns the ARN of a managed policy or the name of an inline one: a call has one of them.
func (r policyRequest) policy() string { return string(r.PolicyARN + r.PolicyName) }

func defaultVersionChanged(ev *cloudtrail.Event, req policyRequest) []detect.Finding {
	if !bool(req.SetAsDefault) || automated(ev) || toldOtherwise(ev) {
		return nil
	}
	return one(detect.Finding{
		Resource: detect.Resource{Type: detect.Policy, ID: req.policy()},
		Summary:  fmt.Sprintf("policy %s changed by %s for all that have it", detect.Text(req.policy()), callerName(ev)),
	})
}

// toldOtherwise reports whether a sharper rule tells of the event.
func toldOtherwise(ev *cloudtrail.Event) bool {
	var sharper []func(*cloudtrail.Event) ([]detect.Finding, error)
	switch {
	case strings.HasPrefix(ev.Name, "Attach"):
		sharper = append(sharper, matchAdminPolicyAttached, matchKeyQuarantined)
	case strings.HasPrefix(ev.Name, "Put"):
		sharper = append(sharper, matchKeyQuarantined, matchInlinePolicyWildcard)
	case strings.HasPrefix(ev.Name, "Create"):
		sharper = append(sharper, matchManagedPolicyWildcard)
	default:
		sharper = append(sharper, matchGuardrailRemoved)
	}
	for _, match := range sharper {
		if found, err := match(ev); err != nil || len(found) > 0 {
			return true
		}
	}
	return false
}
