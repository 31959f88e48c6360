package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

const (
	ssoSource           = "sso.amazonaws.com"
	ssoDirectorySource  = "sso-directory.amazonaws.com"
	identityStoreSource = "identitystore.amazonaws.com"

	createAccountAssignment  = "CreateAccountAssignment"
	attachToPermissionSet    = "AttachManagedPolicyToPermissionSet"
	attachOwnToPermissionSet = "AttachCustomerManagedPolicyReferenceToPermissionSet"
	putInlineToPermissionSet = "PutInlinePolicyToPermissionSet"
	deleteSetBoundary        = "DeletePermissionsBoundaryFromPermissionSet"
	createPermissionSet      = "CreatePermissionSet"
	updateSSOConfiguration   = "UpdateSsoConfiguration"
	enableExternalIDP        = "EnableExternalIdPConfigurationForDirectory"
	disableExternalIDP       = "DisableExternalIdPConfigurationForDirectory"
)

// SingleSignOnChanged fires when somebody changes who comes in through IAM Identity Center, and with which rights.
func SingleSignOnChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-026",
		Title:    "IAM Identity Center changed",
		Class:    "identity-center-changed",
		Severity: detect.Medium,
		Doc: `**Why it matters.** IAM Identity Center hands out access to every account of the organisation. A person added
there, an assignment or a wider permission set reaches all of them; another identity source makes its owner everybody.

A changed identity source is critical, and changed settings, such as those for MFA, are high. A permission set that gets
one of AWS's administrator policies, or an inline policy with risks, is as grave as a role that gets it: up to critical. One
that loses its boundary is high, and so is an assignment to the account in which the call was made, which manages the
others, or to one that you call production. A policy of the accounts' own, whose document the event does not carry, other assignments, and new members of a
group are medium; new users and groups, and policies without risk, are low;
an empty permission set is informational.

**False positives.** Daily administration. Provisioning by SCIM from your identity provider has records of its own,
which this rule leaves out. What Identity Center then does in the member accounts is low with the rules on those calls.

**What to do.** Ask the administrator who made the change. Take back the assignment, and provision the permission set
again: until then its roles keep what they had.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{Kind: "ATT&CK", Name: "T1484.002", URL: "https://attack.mitre.org/techniques/T1484/002/"},
			{
				Kind: "AWS", Name: "Logging IAM Identity Center API calls",
				URL: "https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ssoSource, Names: []string{
				createAccountAssignment, deleteAccountAssignment, attachToPermissionSet, attachOwnToPermissionSet, putInlineToPermissionSet,
				deleteSetBoundary, createPermissionSet, updateSSOConfiguration, "AssociateDirectory", "DisassociateDirectory", enableExternalIDP, disableExternalIDP,
			}},
			{Source: ssoDirectorySource, Names: []string{
				"CreateUser", "CreateGroup", "AddMemberToGroup", "AssociateDirectory", "DisassociateDirectory",
				enableExternalIDP, disableExternalIDP,
			}},
			{Source: identityStoreSource, Names: []string{"CreateUser", "CreateGroup", "CreateGroupMembership"}},
		},
		Actions: []string{"delete-account-assignment"},
		Good:    goodAssignment,
		Match:   matchSingleSignOnChanged,
	}
}

// deleteAccountAssignment is no finding; it is watched for what is known to be good.
const deleteAccountAssignment = "DeleteAccountAssignment"

func matchSingleSignOnChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case createAccountAssignment:
		return accountAssigned(ev)
	case deleteAccountAssignment:
		return nil, nil
	}
	findings, err := singleSignOnChange(ev)
	for i := range findings {
		findings[i].Actions = []string{} // until it is provisioned anew, an account's role keeps what it had
	}
	return findings, err
}

func singleSignOnChange(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case attachToPermissionSet, attachOwnToPermissionSet, putInlineToPermissionSet, deleteSetBoundary, createPermissionSet:
		return permissionSetChanged(ev)
	case "CreateUser", "CreateGroup", "AddMemberToGroup", "CreateGroupMembership":
		return directoryChanged(ev), nil
	}
	if ev.Name == updateSSOConfiguration {
		return one(detect.Finding{
			Severity: detect.High,
			Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
			Summary:  "settings of IAM Identity Center changed by " + callerName(ev) + ", such as when it asks for MFA",
		}), nil
	}
	return one(detect.Finding{
		Severity: detect.Critical,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary: fmt.Sprintf("%s by %s: IAM Identity Center takes people's identities from elsewhere now",
			detect.Text(ev.Name), callerName(ev)),
	}), nil
}

func accountAssigned(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[assignment](ev)
	if err != nil {
		return nil, err
	}
	if req.PermissionSetARN == "" || req.TargetID == "" || req.PrincipalID == "" {
		return nil, errors.New("request parameters: no permissionSetArn, targetId or principalId")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.PermissionSet, ID: string(req.PermissionSetARN)}}
	if req.InstanceARN != "" && req.PrincipalType != "" {
		f.Params = map[string]string{
			detect.ParamInstanceARN: string(req.InstanceARN), detect.ParamTargetID: string(req.TargetID),
			detect.ParamPrincipalType: string(req.PrincipalType), detect.ParamPrincipalID: string(req.PrincipalID),
			detect.ParamPart: req.part(),
		}
	} else {
		f.Actions = []string{}
	}
	severity, target := targeted(ev, string(req.TargetID))
	f.Severity = severity
	f.Summary = fmt.Sprintf("permission set %s in %s given to the %s %s by %s", detect.Text(string(req.PermissionSetARN)),
		target, principalKind(req.PrincipalType), detect.Text(string(req.PrincipalID)), callerName(ev))
	return one(f), nil
}

// assignment is what a call gives somebody in an account, or takes.
type assignment struct {
	InstanceARN, PermissionSetARN, PrincipalID, PrincipalType, TargetID cloudtrail.Text
}

// part names whom a permission set is given to, and where, among all that have it.
func (a assignment) part() string {
	return strings.Join([]string{string(a.TargetID), string(a.PrincipalType), string(a.PrincipalID)}, "/")
}

func principalKind(kind cloudtrail.Text) string {
	if kind == "GROUP" {
		return "group"
	}
	return "user"
}

func permissionSetChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name, PermissionSetARN, ManagedPolicyARN cloudtrail.Text
		InlinePolicy                             cloudtrail.Document
		CustomerManagedPolicyReference           struct{ Name cloudtrail.Text }
	}](ev)
	if err != nil {
		return nil, err
	}
	if ev.Name == createPermissionSet {
		if req.Name == "" {
			return nil, errors.New("request parameters: no name")
		}
		return one(detect.Finding{
			Severity: detect.Info,
			Resource: detect.Resource{Type: detect.PermissionSet, ID: string(req.Name)},
			Summary:  fmt.Sprintf("permission set %s made by %s; it grants nothing yet", detect.Text(string(req.Name)), callerName(ev)),
		}), nil
	}
	if req.PermissionSetARN == "" {
		return nil, errors.New("request parameters: no permissionSetArn")
	}
	set := detect.Text(string(req.PermissionSetARN))
	f := detect.Finding{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.PermissionSet, ID: string(req.PermissionSetARN)},
	}
	switch {
	case ev.Name == deleteSetBoundary:
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("permissions boundary of the permission set %s removed by %s", set, callerName(ev))
	case ev.Name == attachOwnToPermissionSet:
		return ownPolicyAttached(ev, f, req.CustomerManagedPolicyReference.Name)
	case ev.Name == attachToPermissionSet && req.ManagedPolicyARN == "":
		return nil, errors.New("request parameters: no managedPolicyArn")
	case ev.Name == attachToPermissionSet:
		if severity, admin := iampolicy.AdminPolicy(string(req.ManagedPolicyARN)); admin {
			f.Severity = severityOf(severity)
		}
		f.Summary = fmt.Sprintf("%s attached to the permission set %s by %s", detect.Text(string(req.ManagedPolicyARN)), set, callerName(ev))
		inProduction(ev, &f, unboundedPolicy(string(req.ManagedPolicyARN)))
	case len(req.InlinePolicy) == 0:
		return nil, errors.New("request parameters: no inlinePolicy")
	default:
		what := "inline policy of the permission set " + set
		judgedPolicy, risky := judged(f, what, req.InlinePolicy)
		if judgedPolicy.Unjudged != "" {
			judgedPolicy.Severity = detect.Inherit
		}
		if risky {
			inProduction(ev, &judgedPolicy, unboundedDocument(judgedPolicy))
			return one(judgedPolicy), nil
		}
		f.Summary = what + " put by " + callerName(ev)
	}
	return one(f), nil
}

// ownPolicyAttached tells of a policy that every account holds under the same name, with a document of its own.
func ownPolicyAttached(ev *cloudtrail.Event, f detect.Finding, policy cloudtrail.Text) ([]detect.Finding, error) {
	if policy == "" {
		return nil, errors.New("request parameters: no customerManagedPolicyReference.name")
	}
	f.Severity = detect.Medium
	f.Summary = fmt.Sprintf("the accounts' own policy %s attached to the permission set %s by %s; the event does not say what it allows",
		detect.Text(string(policy)), detect.Text(f.Resource.ID), callerName(ev))
	return one(f), nil
}

// directoryChanged tells of people and groups. Their names are hidden in most of these records.
func directoryChanged(ev *cloudtrail.Event) []detect.Finding {
	f := detect.Finding{Severity: detect.Low, Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	did := "user made"
	switch ev.Name {
	case "CreateGroup":
		did = "group made"
	case "AddMemberToGroup", "CreateGroupMembership":
		did = "member added to a group"
		if !automated(ev) {
			f.Severity = detect.Medium
		}
	}
	f.Summary = fmt.Sprintf("%s in the directory of IAM Identity Center by %s", did, callerName(ev))
	return one(f)
}
