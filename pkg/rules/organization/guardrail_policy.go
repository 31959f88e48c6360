package organization

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

// fullAccess is AWS's own policy that allows everything. Every target begins with it, and only the ones below a list of
// what is allowed are without.
const fullAccess = "p-FullAWSAccess"

func policyChange(ev *cloudtrail.Event) (detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		PolicyID, TargetID, RootID, PolicyType cloudtrail.Text
		Content                                cloudtrail.Document
	}](ev)
	if err != nil {
		return detect.Finding{}, err
	}
	if ev.Name == disablePolicyType {
		return typeDisabled(string(req.PolicyType), string(req.RootID))
	}
	if req.PolicyID == "" {
		return detect.Finding{}, errors.New("request parameters: no policyId")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.OrganizationPolicy, ID: string(req.PolicyID)}, Actions: []string{}}
	policy, target := detect.Text(string(req.PolicyID)), detect.Text(string(req.TargetID))
	switch ev.Name {
	case attachPolicy:
		if req.PolicyID != fullAccess {
			return detect.Finding{}, nil
		}
		f.Severity = detect.Medium
		f.Summary = "the policy that allows everything was attached to " + target +
			": a list of what is allowed there has no effect any more"
	case detachPolicy:
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("policy %s was detached from %s", policy, target)
		if req.TargetID != "" {
			f.Params, f.Actions = map[string]string{detect.ParamTargetID: string(req.TargetID)}, nil
		}
		if strings.HasSuffix(string(req.PolicyID), "FullAWSAccess") {
			f.Actions = []string{}
		}
		if req.PolicyID == fullAccess {
			f.Severity = detect.Low
			f.Summary += ": only what other policies allow is allowed there"
		}
	case deletePolicy:
		f.Severity = detect.Medium
		f.Summary = "policy " + policy + " was deleted; it was attached to nothing"
	default:
		return policyWritten(ev, f, req.Content)
	}
	return f, nil
}

func typeDisabled(kind, root string) (detect.Finding, error) {
	if kind == "" {
		return detect.Finding{}, errors.New("request parameters: no policyType")
	}
	if !restrains(kind) {
		return detect.Finding{}, nil
	}
	return detect.Finding{
		Severity: detect.Critical,
		Resource: detect.Resource{Type: detect.Organization, ID: root},
		Summary: fmt.Sprintf("policies of type %s were switched off in %s: all of them are detached",
			detect.Text(kind), detect.Text(root)),
	}, nil
}

// restrains reports whether policies of a type keep anybody from anything. A type that is not known may.
func restrains(kind string) bool {
	return !slices.Contains([]string{"TAG_POLICY", "AISERVICES_OPT_OUT_POLICY", "CHATBOT_POLICY"}, kind)
}

// policyWritten judges the new content of a policy. The former one is not in the event.
func policyWritten(ev *cloudtrail.Event, f detect.Finding, content cloudtrail.Document) (detect.Finding, error) {
	kind, name := kindOf(ev)
	policy := "policy " + detect.Text(f.Resource.ID)
	if name != "" {
		policy += " (" + detect.Text(name) + ")"
	}
	switch {
	case len(content) == 0: // another name or description
		return detect.Finding{}, nil
	case !restrains(kind):
		return detect.Finding{}, nil
	case kind != "" && kind != "SERVICE_CONTROL_POLICY" && kind != "RESOURCE_CONTROL_POLICY":
		f.Severity = detect.Low
		f.Summary = policy + " of type " + detect.Text(kind) + " was rewritten"
		return f, nil
	}
	d, err := iampolicy.Parse(content)
	if err != nil {
		f.Severity, f.Unjudged = detect.High, err.Error()
		f.Summary = policy + " was rewritten and cannot be judged: " + err.Error()
		return f, nil //nolint:nilerr // the finding says it, and names the policy
	}
	f.Severity = detect.Medium
	f.Summary = policy + " was rewritten; the event does not carry what it denied before"
	if !slices.ContainsFunc(d.Statements, restricts) {
		f.Severity = detect.High
		f.Summary = policy + " was rewritten and restricts nothing any more"
		return f, nil
	}
	if kind == "RESOURCE_CONTROL_POLICY" {
		return f, nil // its statements name principals, which the judge of service control policies does not take
	}
	v := iampolicy.JudgeSCPDocument(d, estate.Context(ev))
	if worst, risky := v.Worst(); risky {
		f.Severity = detect.High
		f.Summary = policy + " was rewritten: " + worst.Sentence
	}
	return f, nil
}

// restricts reports whether a statement keeps anybody from anything: a Deny, or an Allow of less than everything, which
// is a list of what is allowed.
func restricts(s iampolicy.Statement) bool {
	if s.Effect == iampolicy.Deny {
		return true
	}
	return len(s.Conditions) > 0 || !slices.ContainsFunc(s.Actions, func(v iampolicy.Value) bool {
		return v.Text == "*" || v.Text == "*:*"
	})
}

// kindOf returns the type and the name of a policy from the answer, which repeats them.
func kindOf(ev *cloudtrail.Event) (kind, name string) {
	resp, err := cloudtrail.ResponseOf[struct {
		Policy struct {
			PolicySummary struct{ Type, Name cloudtrail.Text }
		}
	}](ev)
	if err != nil {
		return "", ""
	}
	return string(resp.Policy.PolicySummary.Type), string(resp.Policy.PolicySummary.Name)
}
