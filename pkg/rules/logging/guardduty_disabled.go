package logging

import (
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	guarddutySource = "guardduty.amazonaws.com"
	updateDetector  = "UpdateDetector"
)

// GuardDutyDisabled fires when GuardDuty stops watching an account, or an administrator account loses sight of it.
func GuardDutyDisabled() *detect.Rule {
	judged := calls{guarddutySource: {
		"DeleteDetector": detectorDeleted,
		updateDetector:   attempt.Seen(detectorUpdated),
		"DisassociateFromMasterAccount": named("detectorId", detect.Detector, detect.High,
			"GuardDuty detector %s was detached from its administrator account"),
		"DisassociateFromAdministratorAccount": named("detectorId", detect.Detector, detect.High,
			"GuardDuty detector %s was detached from its administrator account"),
		"DisableOrganizationAdminAccount": named("adminAccountId", detect.Account, detect.High,
			"account %s is no longer GuardDuty's administrator for the organization"),
		"StopMonitoringMembers": members(detect.High, "GuardDuty stopped watching the member accounts %s"),
		"DisassociateMembers":   members(detect.High, "GuardDuty was detached from the member accounts %s"),
		"DeleteMembers":         members(detect.Medium, "GuardDuty's member accounts %s were deleted"),
	}}
	return &detect.Rule{
		ID:       "LOG-007",
		Title:    "GuardDuty disabled",
		Class:    "guardduty-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** GuardDuty reads logs that you need not keep yourself and finds stolen credentials, mining and
exfiltration. Without a detector a region is unwatched; a deleted one takes its findings with it.

A detector that is updated counts where the request says enable=false; its other settings are judged by LOG-008. Member
accounts on which the service did nothing are left out. Deleting members is medium, because they have to be detached
before.

**False positives.** The retirement of a region or an account; a new administrator account.

**What to do.** Switch the detector on. A deleted one has to be made anew, with its protection plans, filters and lists.
Look at the region's event history for what happened meanwhile.`,
		Refs: []detect.Ref{
			attack("T1562.001"),
			aws("Suspending or disabling GuardDuty", "guardduty/latest/ug/guardduty_suspend-disable.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"enable-guardduty-detector"},
		Denied:  true,
		Match:   judged.match,
	}
}

// detectorDeleted needs no identifier: a region has one detector.
func detectorDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	id, err := optionalText(ev, "detectorId")
	if err != nil {
		return nil, err
	}
	return onDetector(id, "was deleted, with its findings")(ev)
}

func onDetector(id, said string) call {
	if id == "" {
		return accountWide(detect.High, "GuardDuty's detector "+said)
	}
	return func(*cloudtrail.Event) ([]detect.Finding, error) {
		return []detect.Finding{{
			Severity: detect.High,
			Resource: detect.Resource{Type: detect.Detector, ID: id},
			Summary:  fmt.Sprintf("GuardDuty detector %s %s", detect.Text(id), said),
		}}, nil
	}
}

func detectorUpdated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DetectorID cloudtrail.Text
		Enable     *cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.Enable == nil || bool(*req.Enable) {
		return nil, nil // what a request leaves out stays as it was
	}
	suspended := onDetector(string(req.DetectorID), "was suspended")
	if req.DetectorID == "" {
		return suspended(ev)
	}
	return remedied("enable-guardduty-detector", suspended)(ev)
}
