package identity

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
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
where no condition fixes whose workload it is. An account with a fixed external id is medium. Services of AWS and the own
account are no findings. The event does not show what the policy said before.

**False positives.** Roles for vendors and for other accounts of the organisation, which a single event cannot tell from
strangers: except those accounts' roles. What IAM Identity Center puts into its own roles is low.

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
		Match:   matchTrustPolicyOpened,
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
	f, risky := weighed(f, what+described(f.Resource),
		iampolicy.JudgeTrust(document, iampolicy.Context{Account: ev.Account, Partition: ev.Partition()}))
	switch {
	case !risky:
		return nil, nil
	case f.Unjudged == "" && byIdentityCenter(ev, f.Resource):
		provisioned(&f)
		f.Summary += "; put by IAM Identity Center"
	}
	return one(f), nil
}
