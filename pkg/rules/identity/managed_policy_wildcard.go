package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	createPolicy            = "CreatePolicy"
	createPolicyVersion     = "CreatePolicyVersion"
	setDefaultPolicyVersion = "SetDefaultPolicyVersion"
)

// ManagedPolicyWildcard fires when a customer managed policy comes to grant everything, all of a sensitive service, or
// sensitive actions on any resource.
func ManagedPolicyWildcard() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-004",
		Title:    "Managed policy with wildcard rights written",
		Class:    "managed-policy-wildcard",
		Severity: detect.High,
		Doc: `**Why it matters.** A new default version of a managed policy changes, at once, what every user, role and
group with that policy may do; one who may write it can make themselves administrator.

The rule judges documents as IAM-003 does. A new policy is attached to nothing and a version that is not the default
grants nothing yet: both are medium, and nothing is changed. When a version that is there already is made the default its
document is not in the event. The finding is high, because a version can be planted first and chosen later; the action
reads the document, judges it, and leaves the policy alone where it is harmless.

**False positives.** Administrators' own policies; a deployment that writes a broad policy on purpose; a rollback to a
harmless older version, which the action leaves alone.

**What to do.** Ask the caller what the policy needs. Look at who holds it and what they did since. Restoring the former
default version leaves the new one in place, unused: delete it when you have looked at it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.16, 4.4", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Versioning IAM policies",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: iamSource, Names: []string{createPolicy, createPolicyVersion, setDefaultPolicyVersion},
		}},
		Actions: []string{"restore-default-policy-version"},
		Denied:  true,
		Good:    goodVersion,
		Match:   attempt.Grave(matchManagedPolicyWildcard),
	}
}

func matchManagedPolicyWildcard(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case createPolicy:
		return policyCreated(ev)
	case createPolicyVersion:
		return policyVersionCreated(ev)
	}
	return defaultVersionSet(ev)
}

func policyCreated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		PolicyName, Path cloudtrail.Text
		PolicyDocument   cloudtrail.Document
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.PolicyName == "" || len(req.PolicyDocument) == 0 {
		return nil, errors.New("request parameters: no policyName or no policyDocument")
	}
	arn := createdARN(ev)
	if arn == "" {
		path := string(req.Path)
		if path == "" {
			path = "/"
		}
		arn = "arn:" + ev.Partition() + ":iam::" + ev.Account + ":policy" + path + string(req.PolicyName)
	}
	f, risky := judged(detect.Finding{
		Resource: detect.Resource{Type: detect.Policy, ID: arn},
		Actions:  []string{},
	}, "new policy "+detect.Text(string(req.PolicyName)), req.PolicyDocument)
	if !risky {
		return nil, nil
	}
	if f.Unjudged == "" {
		f.Severity = detect.Medium
		f.Summary += "; it is attached to nothing yet"
	}
	return []detect.Finding{f}, nil
}

func createdARN(ev *cloudtrail.Event) string {
	resp, err := cloudtrail.ResponseOf[struct {
		Policy struct{ ARN cloudtrail.Text }
	}](ev)
	if err != nil {
		return ""
	}
	return string(resp.Policy.ARN)
}

func policyVersionCreated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		PolicyARN      cloudtrail.Text
		PolicyDocument cloudtrail.Document
		SetAsDefault   cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.PolicyARN == "" || len(req.PolicyDocument) == 0 {
		return nil, errors.New("request parameters: no policyArn or no policyDocument")
	}
	resp, err := cloudtrail.ResponseOf[struct {
		PolicyVersion struct {
			VersionID        cloudtrail.Text
			IsDefaultVersion cloudtrail.Flag
		}
	}](ev)
	if err != nil && !errors.Is(err, cloudtrail.ErrOmitted) {
		return nil, err
	}
	version := string(resp.PolicyVersion.VersionID)
	f, risky := judged(detect.Finding{
		Resource: detect.Resource{Type: detect.Policy, ID: string(req.PolicyARN)},
		Params:   map[string]string{detect.ParamVersionID: version},
	}, versionOf(version, string(req.PolicyARN)), req.PolicyDocument)
	isDefault := bool(req.SetAsDefault) || bool(resp.PolicyVersion.IsDefaultVersion)
	switch {
	case !risky:
		return nil, nil
	case f.Unjudged != "":
	case !isDefault:
		f.Severity, f.Actions = detect.Medium, []string{}
		f.Summary += "; it is not the default version"
	case ev.Denied():
		f.Summary += "; it was to be the default version"
	case version == "":
		f.Actions = []string{}
		f.Summary += "; the event does not name the version, so that a person has to put the former one back"
	default:
		f.Summary += "; it is the default version now"
	}
	inProduction(ev, &f, isDefault && unboundedDocument(f))
	return []detect.Finding{f}, nil
}

func defaultVersionSet(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ PolicyARN, VersionID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.PolicyARN == "" || req.VersionID == "" {
		return nil, errors.New("request parameters: no policyArn or no versionId")
	}
	return []detect.Finding{{
		Resource: detect.Resource{Type: detect.Policy, ID: string(req.PolicyARN)},
		Params:   map[string]string{detect.ParamVersionID: string(req.VersionID)},
		Summary: versionOf(string(req.VersionID), string(req.PolicyARN)) +
			" was made the default; the event does not carry its document",
	}}, nil
}

func versionOf(version, arn string) string {
	if version == "" {
		return "new version of policy " + detect.Text(arn)
	}
	return fmt.Sprintf("version %s of policy %s", detect.Text(version), detect.Text(arn))
}
