package identity

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/attempt"
	"riposte/pkg/rules/estate"
)

const createRole = "CreateRole"

// TrustPolicyOpened fires when a role's trust policy lets in everybody, another account or strangers' workloads.
func TrustPolicyOpened() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-010",
		Title:    "Role opened to outsiders",
		Class:    "trust-policy-opened",
		Severity: detect.High,
		Doc: `**Why it matters.** A trust policy says who may become the role. One that lets in another account is a back
door that needs no credential in this one, and it survives every key that you rotate.

The rule judges the document from the event: everybody, accounts other than the own one, third parties without an external
id, SAML providers without an audience, and identity providers that sign for strangers too, such as those of code hosts,
where no condition fixes whose workload it is. An account with a fixed external id is medium. Services of AWS, the own
accounts and those that you trust are no findings, but a trusted third party without an external id is low: it may work for
others, who can have it call. The event does not show what the policy said before.

**False positives.** Roles for vendors and for other accounts of the organisation, which a single event cannot tell from
strangers: list them as trusted or as your own. What IAM Identity Center puts into its own roles is low.

**What to do.** Ask the caller who the other side is. Put the former document back, and end the sessions that came in
meanwhile by AWSRevokeOlderSessions: a changed trust policy does not end them.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.001", URL: "https://attack.mitre.org/techniques/T1098/001/"},
			{Kind: "ATT&CK", Name: "T1199", URL: "https://attack.mitre.org/techniques/T1199/"},
			{
				Kind: "AWS", Name: "Access to AWS accounts owned by third parties",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{createRole, "UpdateAssumeRolePolicy"}}},
		Actions: []string{"restore-trust-policy", "quarantine-role"},
		Denied:  true,
		Good:    goodTrust,
		Match:   attempt.Grave(matchTrustPolicyOpened),
	}
}

func matchTrustPolicyOpened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		RoleName                                 cloudtrail.Text
		PolicyDocument, AssumeRolePolicyDocument cloudtrail.Document
	}](ev)
	if err != nil {
		return nil, err
	}
	document, what := req.PolicyDocument, "trust policy of "
	if ev.Name == createRole {
		document, what = req.AssumeRolePolicyDocument, "trust policy of the new "
	}
	if req.RoleName == "" || len(document) == 0 {
		return nil, errors.New("request parameters: no roleName or no policy document")
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Role, ID: string(req.RoleName)},
		Params:   map[string]string{detect.ParamDocumentHash: detect.DocumentHash(document)},
	}
	what += described(f.Resource)
	verdict := iampolicy.JudgeTrust(document, estate.Context(ev))
	f, risky := weighed(f, what, verdict)
	if risky && f.Unjudged == "" {
		openStatements(&f, verdict, document)
	}
	if !risky {
		f, risky = trustedDeputy(ev, f, what, document)
	}
	switch {
	case !risky:
		return nil, nil
	case f.Unjudged == "" && byIdentityCenter(ev, f.Resource):
		provisioned(&f)
		f.Summary += "; put by IAM Identity Center"
	}
	return one(f), nil
}

// openStatements names the statements that let in outsiders, for the action to take out: the grave ones where there are
// any, since what is less grave beside them may have been there before. Whatever is risky in a trust policy is reversible.
func openStatements(f *detect.Finding, v iampolicy.Verdict, document cloudtrail.Document) {
	f.Actions = nil
	hashes, err := gravest(v, document)
	if err != nil { // it has been judged: this cannot be
		f.Actions = []string{}
		return
	}
	f.Params[detect.ParamStatements] = hashes
}

// trustedDeputy looks for third parties that the operator trusts and that the policy asks for no external id: whoever
// they work for too can have them call.
func trustedDeputy(ev *cloudtrail.Event, f detect.Finding, what string, document cloudtrail.Document) (detect.Finding, bool) {
	if ev.Estate == nil || len(ev.Estate.Trusted) == 0 {
		return f, false
	}
	v := iampolicy.JudgeTrust(document, estate.Own(ev))
	for _, r := range v.Risks {
		if r.Code == iampolicy.MissingExternalID {
			f.Severity, f.Actions = detect.Low, []string{}
			f.Params[detect.ParamRisks] = r.Code
			f.Summary = what + ": " + r.Sentence
			return f, true
		}
	}
	return f, false
}
