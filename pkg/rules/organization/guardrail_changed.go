package organization

import (
	"errors"
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/attempt"
	"riposte/pkg/rules/caller"
)

const (
	leaveOrganization  = "LeaveOrganization"
	accountDeparted    = "AccountDepartedOrganization"
	deleteOrganization = "DeleteOrganization"
	removeAccount      = "RemoveAccountFromOrganization"
	moveAccount        = "MoveAccount"
	createAccount      = "CreateAccount"
	inviteAccount      = "InviteAccountToOrganization"
	acceptHandshake    = "AcceptHandshake"

	attachPolicy      = "AttachPolicy"
	detachPolicy      = "DetachPolicy"
	deletePolicy      = "DeletePolicy"
	updatePolicy      = "UpdatePolicy"
	disablePolicyType = "DisablePolicyType"

	registerAdmin        = "RegisterDelegatedAdministrator"
	deregisterAdmin      = "DeregisterDelegatedAdministrator"
	putResourcePolicy    = "PutResourcePolicy"
	disableServiceAccess = "DisableAWSServiceAccess"
)

// GuardrailChanged fires when an account leaves what its organisation holds it to, or that is weakened.
func GuardrailChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "ORG-001",
		Title:    "Organisation or its guardrails changed",
		Class:    "organization-changed",
		Severity: detect.High,
		Doc: `**Why it matters.** Service control policies are what even an account's root user cannot undo. Who detaches
them, moves an account to where they do not apply, or takes it out of the organisation is bound by nothing from then on,
and the organisation's trail and detectors go with it.

An account that leaves, an organisation that is deleted, and a whole type of policies that is switched off are critical;
an account that is removed, a policy that is detached, rewritten so that it denies nothing, and a new delegated
administrator are high. An account that moves to another unit, a policy that is deleted (it was detached before) or
rewritten otherwise, an account that is invited or that accepts, and services that lose their access are medium, and high
for services that watch. A new account is low. Policies about tags, chat and opting out are no guardrails; names and
descriptions, attaching a policy that denies, and types that are switched on are no findings. A call that was denied is
told where it would have been high or critical.

**False positives.** A landing zone at work: Control Tower's own changes are one step lower.

**What to do.** Ask the caller. Attach the policy again, and move or invite the account back: one that left has to
accept. Look at what the account did while it was free.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1666", URL: "https://attack.mitre.org/techniques/T1666/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.15", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Service control policies",
				URL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",
			},
		},
		Pattern: detect.Pattern{{Source: "organizations.amazonaws.com", Names: []string{
			leaveOrganization, accountDeparted, deleteOrganization, removeAccount, moveAccount, createAccount, inviteAccount, acceptHandshake,
			attachPolicy, detachPolicy, deletePolicy, updatePolicy, disablePolicyType,
			registerAdmin, deregisterAdmin, putResourcePolicy, disableServiceAccess,
		}}},
		Denied:  true,
		Actions: []string{"attach-organization-policy"},
		Match:   matchGuardrailChanged,
	}
}

func matchGuardrailChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == accountDeparted {
		findings, err := departure(ev)
		for i := range findings {
			findings[i].Actions = []string{}
		}
		return findings, err
	}
	if attempt.Unseen(ev) && !slices.Contains(loosening(), ev.Name) {
		return nil, nil
	}
	f, err := guardrailChange(ev)
	if err != nil || f.Severity == detect.Inherit {
		return nil, err
	}
	if ev.Denied() && f.Severity < detect.High {
		return nil, nil
	}
	if ev.Name != detachPolicy {
		f.Actions = []string{}
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// loosening lists the calls that are worth telling by their name alone where they were denied.
func loosening() []string {
	return []string{
		leaveOrganization, deleteOrganization, removeAccount, detachPolicy, disablePolicyType, registerAdmin, disableServiceAccess,
	}
}

func guardrailChange(ev *cloudtrail.Event) (detect.Finding, error) {
	switch ev.Name {
	case leaveOrganization: // CloudTrail records no parameters of these two
		return detect.Finding{
			Severity: detect.Critical, Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
			Summary: "account " + detect.Text(ev.Account) + " left its organisation: none of its policies binds it any more",
		}, nil
	case deleteOrganization:
		return detect.Finding{
			Severity: detect.Critical, Resource: detect.Resource{Type: detect.Organization, ID: ev.Account},
			Summary: "the organisation of account " + detect.Text(ev.Account) + " was deleted",
		}, nil
	case attachPolicy, detachPolicy, deletePolicy, updatePolicy, disablePolicyType:
		return policyChange(ev)
	case registerAdmin, deregisterAdmin, putResourcePolicy, disableServiceAccess:
		return delegation(ev)
	}
	return membership(ev)
}

func membership(ev *cloudtrail.Event) (detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		AccountID, SourceParentID, DestinationParentID, HandshakeID cloudtrail.Text
		Target                                                      struct{ ID cloudtrail.Text }
	}](ev)
	if err != nil {
		return detect.Finding{}, err
	}
	text := func(t cloudtrail.Text) string { return detect.Text(string(t)) }
	f := detect.Finding{Severity: detect.Medium, Resource: detect.Resource{Type: detect.Account, ID: string(req.AccountID)}}
	switch ev.Name {
	case createAccount:
		f.Severity, f.Resource.ID = detect.Low, ev.Account
		f.Summary = "a new account was made in the organisation"
		return f, nil
	case acceptHandshake:
		if action := handshakeOf(ev); action != "" && action != "INVITE" {
			return detect.Finding{}, nil
		}
		f.Resource.ID = ev.Account
		f.Summary = fmt.Sprintf("account %s accepted the handshake %s of an organisation",
			detect.Text(ev.Account), text(req.HandshakeID))
		return f, nil
	case inviteAccount:
		f.Resource.ID = string(req.Target.ID)
		f.Summary = "account " + text(req.Target.ID) + " was invited into the organisation"
		if f.Resource.ID != "" && !iampolicy.IsAccount(f.Resource.ID) { // invited by its mail address, which is masked
			f.Resource.ID = ev.Account
			f.Summary = "an account was invited into the organisation by its mail address"
		}
	case removeAccount:
		f.Severity = detect.High
		f.Summary = "account " + text(req.AccountID) + " was removed from the organisation: none of its policies binds it any more"
	default:
		f.Summary = fmt.Sprintf("account %s was moved from %s to %s, where other policies may apply",
			text(req.AccountID), text(req.SourceParentID), text(req.DestinationParentID))
	}
	if f.Resource.ID == "" {
		return detect.Finding{}, errors.New("request parameters: no account")
	}
	return f, nil
}

// handshakeOf returns what a handshake is about, "" where the answer does not tell.
func handshakeOf(ev *cloudtrail.Event) string {
	resp, err := cloudtrail.ResponseOf[struct {
		Handshake struct{ Action cloudtrail.Text }
	}](ev)
	if err != nil {
		return ""
	}
	return string(resp.Handshake.Action)
}

func delegation(ev *cloudtrail.Event) (detect.Finding, error) {
	if ev.Name == putResourcePolicy {
		return detect.Finding{
			Severity: detect.Medium, Resource: detect.Resource{Type: detect.Organization, ID: ev.Account},
			Summary: "the organisation's resource policy was put, which lets member accounts manage its policies",
		}, nil
	}
	req, err := cloudtrail.RequestOf[struct{ AccountID, ServicePrincipal cloudtrail.Text }](ev)
	if err != nil {
		return detect.Finding{}, err
	}
	service, account := detect.Text(string(req.ServicePrincipal)), detect.Text(string(req.AccountID))
	if service == "" || account == "" && ev.Name != disableServiceAccess {
		return detect.Finding{}, errors.New("request parameters: no servicePrincipal or no accountId")
	}
	f := detect.Finding{Severity: detect.Medium, Resource: detect.Resource{Type: detect.Account, ID: string(req.AccountID)}}
	if watches(string(req.ServicePrincipal)) {
		f.Severity = detect.High
	}
	switch ev.Name {
	case registerAdmin:
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("account %s administers %s for the whole organisation now", account, service)
	case deregisterAdmin:
		f.Summary = fmt.Sprintf("account %s does not administer %s for the organisation any more", account, service)
	default:
		f.Resource = detect.Resource{Type: detect.Organization, ID: ev.Account}
		f.Summary = service + " has no access to the organisation any more"
	}
	return f, nil
}

// watches reports whether a service is one that records or detects.
func watches(principal string) bool {
	return slices.Contains([]string{
		"cloudtrail.amazonaws.com", "config.amazonaws.com", "config-multiaccountsetup.amazonaws.com",
		"guardduty.amazonaws.com", "malware-protection.guardduty.amazonaws.com", "securityhub.amazonaws.com",
		"access-analyzer.amazonaws.com", "macie.amazonaws.com", "inspector2.amazonaws.com", "detective.amazonaws.com",
		"fms.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com", "backup.amazonaws.com", "iam.amazonaws.com",
	}, principal)
}
