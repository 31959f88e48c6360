package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	accountSource       = "account.amazonaws.com"
	organizationsSource = "organizations.amazonaws.com"

	closeAccount             = "CloseAccount"
	putContactInformation    = "PutContactInformation"
	putAlternateContact      = "PutAlternateContact"
	deleteAlternateContact   = "DeleteAlternateContact"
	startPrimaryEmailUpdate  = "StartPrimaryEmailUpdate"
	acceptPrimaryEmailUpdate = "AcceptPrimaryEmailUpdate"
)

// AccountClosedOrContactChanged fires when an account is closed or when AWS is told to write to somebody else.
func AccountClosedOrContactChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-028",
		Title:    "Account closed or its contacts changed",
		Class:    "account-closed-or-contact-changed",
		Severity: detect.High,
		Doc: `**Why it matters.** A closed account takes everything in it down at once. Whoever changes its e-mail address can
recover root's password; whoever changes the security contact gets AWS's warnings instead of you.

A closed account and a completed change of the e-mail address are critical, a change that was begun and the security contact
are high, the account's own contact is medium, and the contacts for billing and operations are low.

**False positives.** Accounts that are wound up; a company that moves.

**What to do.** Ask who did it. A closed account can be had back from AWS Support for 90 days. Put the contacts back.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1531", URL: "https://attack.mitre.org/techniques/T1531/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.1, 1.2", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Update the alternate contacts for your AWS account",
				URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: accountSource, Names: []string{
				closeAccount, putContactInformation, putAlternateContact, deleteAlternateContact, startPrimaryEmailUpdate,
				acceptPrimaryEmailUpdate,
			}},
			{Source: organizationsSource, Names: []string{closeAccount}},
		},
		Match: matchAccountClosedOrContactChanged,
	}
}

func matchAccountClosedOrContactChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	account := ev.Account
	var contact cloudtrail.Text
	// A call about the own account may carry nothing, and a contact's kind is all that decides.
	req, err := cloudtrail.RequestOf[struct{ AccountID, AlternateContactType cloudtrail.Text }](ev)
	switch {
	case err == nil:
		contact = req.AlternateContactType
		if req.AccountID != "" {
			account = string(req.AccountID)
		}
	case ev.Source == organizationsSource, ev.Name == putAlternateContact, ev.Name == deleteAlternateContact:
		return nil, err
	}
	if contact == "" && (ev.Name == putAlternateContact || ev.Name == deleteAlternateContact) {
		return nil, errors.New("request parameters: no alternateContactType")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: account}}
	did := ""
	switch ev.Name {
	case closeAccount:
		f.Severity, did = detect.Critical, "closed"
	case acceptPrimaryEmailUpdate:
		f.Severity, did = detect.Critical, "given another e-mail address"
	case startPrimaryEmailUpdate:
		did = "to be given another e-mail address"
	case putContactInformation:
		f.Severity, did = detect.Medium, "given other contact information"
	case putAlternateContact:
		f.Severity, did = contactSeverity(contact), "given another contact for "+detect.Text(string(contact))
	default:
		f.Severity, did = contactSeverity(contact), "left without a contact for "+detect.Text(string(contact))
	}
	f.Summary = fmt.Sprintf("account %s %s by %s", detect.Text(account), did, callerName(ev))
	return one(f), nil
}

func contactSeverity(contact cloudtrail.Text) detect.Severity {
	if contact == "BILLING" || contact == "OPERATIONS" {
		return detect.Low
	}
	return detect.High
}
