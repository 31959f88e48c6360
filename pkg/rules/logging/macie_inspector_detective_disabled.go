package logging

import (
	"fmt"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// MacieInspectorDetectiveDisabled fires when Macie, Inspector or Detective is switched off or hides findings.
func MacieInspectorDetectiveDisabled() *detect.Rule {
	member := func(field, service string) call {
		return named(field, detect.Account, detect.Medium, service+" was detached from member account %s")
	}
	judged := calls{
		"macie2.amazonaws.com": {
			"DisableMacie":                         accountWide(detect.High, "Macie was disabled"),
			"DisassociateFromMasterAccount":        accountWide(detect.High, "Macie was detached from its administrator account"),
			"DisassociateFromAdministratorAccount": accountWide(detect.High, "Macie was detached from its administrator account"),
			"DisableOrganizationAdminAccount": named("adminAccountId", detect.Account, detect.High,
				"account %s is no longer Macie's administrator for the organization"),
			"DisassociateMember":   member("id", "Macie"),
			"DeleteMember":         member("id", "Macie"),
			"UpdateMacieSession":   whereField("status", "PAUSED", accountWide(detect.High, "Macie was paused")),
			"CreateFindingsFilter": archives("name", "Macie's filter %s archives new findings"),
			"UpdateFindingsFilter": archives("id", "Macie's filter %s archives new findings"),
		},
		"inspector2.amazonaws.com": {
			"Disable": inspectorDisabled,
			"DisableDelegatedAdminAccount": named("delegatedAdminAccountId", detect.Account, detect.High,
				"account %s is no longer Inspector's administrator for the organization"),
			"DisassociateMember": member("accountId", "Inspector"),
			"CreateFilter":       suppresses("name", "Inspector's filter %s suppresses findings"),
			"UpdateFilter":       suppresses("filterArn", "Inspector's filter %s suppresses findings"),
		},
		"inspector.amazonaws.com": {
			"DeleteAssessmentTemplate": inAccount("assessmentTemplateArn", detect.Low, "Inspector Classic's template %s was deleted"),
			"DeleteAssessmentTarget":   inAccount("assessmentTargetArn", detect.Low, "Inspector Classic's target %s was deleted"),
		},
		"detective.amazonaws.com": {
			"DeleteGraph":            inAccount("GraphArn", detect.High, "Detective's behavior graph %s was deleted"),
			"DisassociateMembership": inAccount("GraphArn", detect.Medium, "the account left Detective's behavior graph %s"),
			"DeleteMembers":          members(detect.Medium, "Detective was detached from the member accounts %s"),
			"DisableOrganizationAdminAccount": accountWide(detect.High,
				"Detective's administrator for the organization was removed"),
		},
	}
	return &detect.Rule{
		ID:       "LOG-019",
		Title:    "Macie, Inspector or Detective disabled",
		Class:    "macie-inspector-detective-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** Macie knows where sensitive data lies, Inspector which machines are vulnerable, Detective what
led to what. Switched off they find nothing and, in part, forget what they found.

A service that is disabled, paused or detached from its administrator is high; a member account or some of Inspector's
kinds of scan are medium. Filters count where they archive or suppress: medium. An update that says nothing of a filter's
action or a session's status stays quiet.

**False positives.** The retirement of an account or a service; the security team's own suppression rules.

**What to do.** Enable the service again. Read the filters, and the findings that they hid.`,
		Refs: []detect.Ref{
			attack("T1562.001"),
			aws("Suspending Macie", "macie/latest/user/suspend-macie.html"),
			aws("Deactivating Amazon Inspector", "inspector/latest/user/deactivating-best-practices.html"),
		},
		Pattern: judged.pattern(),
		Match:   judged.match,
	}
}

func archives(field, said string) call {
	return whereField("action", "ARCHIVE", inAccount(field, detect.Medium, said))
}

func suppresses(field, said string) call {
	return whereField("action", "SUPPRESS", inAccount(field, detect.Medium, said))
}

// inspectorDisabled judges what Inspector no longer scans: where the request names no accounts, in the account itself;
// where it names no kinds of resource, anything.
func inspectorDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	type account struct{ AccountID cloudtrail.Text }
	req, err := cloudtrail.RequestOf[struct {
		AccountIDs, ResourceTypes cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	resp, err := cloudtrail.ResponseOf[struct {
		Accounts, FailedAccounts cloudtrail.List[account]
	}](ev)
	done := slices.Clone(req.AccountIDs)
	if err == nil {
		if len(resp.Accounts) == 0 && len(resp.FailedAccounts) > 0 {
			return nil, nil
		}
		done = slices.DeleteFunc(done, func(id cloudtrail.Text) bool {
			return slices.Contains(resp.FailedAccounts, account{id})
		})
	}
	severity, scans := detect.High, "anything"
	if len(req.ResourceTypes) > 0 {
		severity, scans = detect.Medium, few(req.ResourceTypes)
	}
	if len(done) == 0 {
		return accountWide(severity, "Inspector no longer scans "+scans)(ev)
	}
	return []detect.Finding{{
		Severity: severity,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  fmt.Sprintf("Inspector no longer scans %s in the accounts %s", scans, few(done)),
	}}, nil
}
