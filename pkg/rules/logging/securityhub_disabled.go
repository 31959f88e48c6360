package logging

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// SecurityHubDisabled fires when Security Hub is switched off, checks less or hides findings.
func SecurityHubDisabled() *detect.Rule {
	judged := calls{"securityhub.amazonaws.com": {
		"DisableSecurityHub":   remedied("enable-security-hub", accountWide(detect.High, "Security Hub was disabled")),
		"DisableSecurityHubV2": accountWide(detect.High, "Security Hub was disabled"),
		"DisassociateFromMasterAccount": accountWide(detect.High,
			"Security Hub was detached from its administrator account"),
		"DisassociateFromAdministratorAccount": accountWide(detect.High,
			"Security Hub was detached from its administrator account"),
		"DisableOrganizationAdminAccount": named("AdminAccountId", detect.Account, detect.High,
			"account %s is no longer Security Hub's administrator for the organization"),
		"DisassociateMembers": members(detect.High, "Security Hub was detached from the member accounts %s"),
		"DeleteMembers":       members(detect.Medium, "Security Hub's member accounts %s were deleted"),
		"DisableImportFindingsForProduct": inAccount("ProductSubscriptionArn", detect.Medium,
			"Security Hub no longer takes findings from %s"),
		"BatchDisableStandards": standardsDisabled,
		"UpdateStandardsControl": attempt.Seen(whereField("ControlStatus", "DISABLED",
			inAccount("StandardsControlArn", detect.Low, "Security Hub's control %s was disabled"))),
		"BatchUpdateStandardsControlAssociations": attempt.Seen(controlsDisabled),
		"BatchUpdateFindings":                     attempt.Seen(findingsUpdated),
		"UpdateFindings": attempt.Seen(whereField("RecordState", "ARCHIVED",
			accountWide(detect.Medium, "Security Hub findings that fit a filter were archived"))),
		"DeleteInsight": inAccount("InsightArn", detect.Low, "Security Hub's insight %s was deleted"),
	}}
	return &detect.Rule{
		ID:       "LOG-009",
		Title:    "Security Hub disabled or findings suppressed",
		Class:    "securityhub-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** Security Hub is where findings of all services meet. Switched off or detached from its
administrator, it tells nobody; findings that are set to suppressed are read by nobody.

Switched off and detached is high. A standard or a product's findings switched off is medium; single controls and
insights are low. Findings count only where the call sets them to SUPPRESSED or ARCHIVED: low up to nine, medium from ten.
Notes, severities and work that is marked as done stay quiet.

**False positives.** The security team's own triage; a standard that is replaced; controls that a policy of the
organization switches off.

**What to do.** Enable Security Hub and its standards again; findings are kept for 90 days. Set suppressed findings back
to NEW and read them.`,
		Refs: []detect.Ref{
			attack("T1562.001"), cis("4.16"),
			aws("Disabling Security Hub CSPM", "securityhub/latest/userguide/securityhub-disable.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"enable-security-hub"},
		Denied:  true,
		Match:   judged.match,
	}
}

func standardsDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		StandardsSubscriptionARNs cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	if len(req.StandardsSubscriptionARNs) == 0 {
		return nil, missing("StandardsSubscriptionArns")
	}
	return accountWide(detect.Medium, "Security Hub no longer checks the standards "+few(req.StandardsSubscriptionARNs))(ev)
}

func controlsDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		StandardsControlAssociationUpdates cloudtrail.List[struct{ SecurityControlID, AssociationStatus cloudtrail.Text }]
	}](ev)
	if err != nil {
		return nil, err
	}
	var off []cloudtrail.Text
	for _, control := range req.StandardsControlAssociationUpdates {
		if control.AssociationStatus == "DISABLED" {
			off = append(off, control.SecurityControlID)
		}
	}
	if len(off) == 0 {
		return nil, nil
	}
	return accountWide(detect.Low, "Security Hub's controls "+few(off)+" were disabled")(ev)
}

func findingsUpdated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	const many = 10
	req, err := cloudtrail.RequestOf[struct {
		FindingIdentifiers cloudtrail.List[struct{ ID cloudtrail.Text }]
		Workflow           struct{ Status cloudtrail.Text }
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.Workflow.Status != "SUPPRESSED" {
		return nil, nil
	}
	suppressed := counted(len(req.FindingIdentifiers), "Security Hub finding was", "Security Hub findings were")
	severity := detect.Low
	if len(req.FindingIdentifiers) >= many {
		severity = detect.Medium
	}
	return accountWide(severity, suppressed+" suppressed")(ev)
}
