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

// AdminPolicyAttached fires when one of AWS's administrator policies is attached.
func AdminPolicyAttached() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-005",
		Title:    "Administrator policy attached",
		Class:    "admin-policy-attached",
		Severity: detect.High,
		Doc: `**Why it matters.** AdministratorAccess, IAMFullAccess, PowerUserAccess and a few other policies of AWS
make their holder administrator, or let them become it alone. Attaching one is the shortest way from a stolen credential
to the whole account.

The rule knows them by ARN in every partition. A customer policy of the same name is not one of them: its own document
is judged when it is written (IAM-004).

**False positives.** The set-up of an account; administrators' own roles; IAM Identity Center, which attaches policies
to the roles that it makes: what it attaches to AWSReservedSSO_ roles is low, and nothing is changed there. In an account
that you call production AdministratorAccess, IAMFullAccess and PowerUserAccess are critical for whomever they are attached.

**What to do.** Ask the caller why. Detaching does not end sessions, but they lose the right at once: IAM evaluates each
call. Look at what the principal did meanwhile, above all for new users, keys and roles.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.16, 4.4", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "AWS managed policies for job functions",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: iamSource, Names: []string{
				"AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy",
				"DetachUserPolicy", "DetachRolePolicy", "DetachGroupPolicy", // for what is known to be good
			},
		}},
		Actions: []string{"detach-policy"},
		Good:    goodAttachment,
		Denied:  true,
		Match:   attempt.Seen(matchAdminPolicyAttached),
	}
}

func matchAdminPolicyAttached(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if strings.HasPrefix(ev.Name, "Detach") {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		holder
		PolicyARN cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.PolicyARN == "" {
		return nil, errors.New("request parameters: no policyArn")
	}
	severity, admin := iampolicy.AdminPolicy(string(req.PolicyARN))
	if !admin {
		return nil, nil
	}
	resource, err := req.resource()
	if err != nil {
		return nil, err
	}
	_, name, _ := strings.Cut(string(req.PolicyARN), ":policy/")
	f := detect.Finding{
		Severity: severityOf(severity),
		Resource: resource,
		Params:   map[string]string{detect.ParamPolicyARN: string(req.PolicyARN), detect.ParamPart: string(req.PolicyARN)},
		Summary:  fmt.Sprintf("%s attached to %s", detect.Text(name), described(resource)),
	}
	if byIdentityCenter(ev, resource) {
		provisioned(&f)
		f.Summary += " by IAM Identity Center, from a permission set"
	}
	inProduction(ev, &f, unboundedPolicy(string(req.PolicyARN)))
	return []detect.Finding{f}, nil
}
