package logging

import (
	"encoding/json"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// GuardDutySuppressed fires when GuardDuty comes to find less or to keep its findings to itself.
func GuardDutySuppressed() *detect.Rule {
	judged := calls{guarddutySource: {
		"CreateFilter": filterWritten,
		"UpdateFilter": filterWritten,
		updateDetector: protectionDisabled,

		"UpdateMemberDetectors": protectionDisabled,

		"CreateIPSet":            listActivated("name"),
		"UpdateIPSet":            listActivated("ipSetId"),
		"CreateTrustedEntitySet": listActivated("name"),
		"UpdateTrustedEntitySet": listActivated("trustedEntitySetId"),
		"DeleteIPSet": ofDetector(named("ipSetId", detect.Detector, detect.Info,
			"trusted IP list %s was deleted")),

		"UpdateThreatIntelSet":  listDeactivated("threatIntelSetId"),
		"UpdateThreatEntitySet": listDeactivated("threatEntitySetId"),
		"DeleteThreatIntelSet":  ofDetector(named("threatIntelSetId", detect.Detector, detect.Medium, "threat list %s was deleted")),
		"DeleteThreatEntitySet": ofDetector(named("threatEntitySetId", detect.Detector, detect.Medium, "threat list %s was deleted")),

		"DeletePublishingDestination": ofDetector(named("destinationId", detect.Detector, detect.High,
			"GuardDuty no longer exports its findings to destination %s")),
		"ArchiveFindings": findingsArchived,
	}}
	return &detect.Rule{
		ID:       "LOG-008",
		Title:    "GuardDuty findings suppressed",
		Class:    "guardduty-suppressed",
		Severity: detect.Medium,
		Doc: `**Why it matters.** A filter that archives, or a trusted list with the intruder's addresses, silences GuardDuty
while it still counts as switched on. Filters and trusted lists work on everything that comes after them.

A filter counts where its action is ARCHIVE: it is high where its criteria name nothing, so that it fits every finding,
and medium otherwise. A filter's update that says nothing of the action cannot be judged. A trusted list is high once it
is active or its content is replaced. A protection plan switched off, here or for member accounts, and a threat list
deleted, replaced or switched off, are medium. A deleted export of findings is high. Findings archived by hand are low up to nine, medium from ten.

**False positives.** The security team's own triage and suppression of known noise; the addresses of a scanner.

**What to do.** Read the filter's criteria or the list, and remove it where it is not yours. Look through the findings
that were archived since: they are kept for 90 days.`,
		Refs: []detect.Ref{
			attack("T1562.001"),
			aws("Suppression rules in GuardDuty", "guardduty/latest/ug/findings_suppression-rule.html"),
			aws("Customizing threat detection with entity lists and IP address lists", "guardduty/latest/ug/guardduty_upload-lists.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"disarm-guardduty-filter", "deactivate-guardduty-trusted-list"},
		Match:   judged.match,
	}
}

// ofDetector reports on the detector to which a list or a filter belongs.
func ofDetector(judge call) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		found, err := judge(ev)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		detector, err := textOf(ev, "detectorId")
		if err != nil {
			return nil, err
		}
		for i := range found {
			found[i].Resource = detect.Resource{Type: detect.Detector, ID: detector}
			found[i].Summary += ", detector " + detect.Text(detector)
		}
		return found, nil
	}
}

func filterWritten(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name, FilterName, Action cloudtrail.Text
		FindingCriteria          *struct{ Criterion map[string]json.RawMessage }
	}](ev)
	if err != nil {
		return nil, err
	}
	creates := ev.Name == "CreateFilter"
	switch {
	case req.Action == "" && !creates && req.FindingCriteria != nil:
		return nil, missing("action; the filter may archive what its new criteria fit")
	case req.Action != "ARCHIVE": // a new filter does nothing where nothing is said; an old one stays as it was
		return nil, nil
	}
	name := string(req.FilterName)
	if creates {
		name = string(req.Name)
	}
	severity, fits := detect.Medium, "that fit its criteria"
	switch {
	case req.FindingCriteria == nil && !creates:
	case req.FindingCriteria == nil || len(req.FindingCriteria.Criterion) == 0:
		severity, fits = detect.High, "of every kind: its criteria name nothing"
	}
	archives := ofDetector(stating(severity, fmt.Sprintf("GuardDuty's filter %s archives new findings %s", detect.Text(name), fits)))
	return naming(detect.ParamFilterName, name, "disarm-guardduty-filter", archives)(ev)
}

// naming adds what an action needs to know beside the detector, and the action. Without that fact no action fits.
func naming(param, value, action string, judge call) call {
	if value == "" {
		return judge
	}
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		found, err := remedied(action, judge)(ev)
		for i := range found {
			found[i].Params = map[string]string{param: value}
		}
		return found, err
	}
}

// stating is a call that was judged already.
func stating(severity detect.Severity, summary string) call {
	return func(*cloudtrail.Event) ([]detect.Finding, error) {
		return []detect.Finding{{Severity: severity, Summary: summary}}, nil
	}
}

type entityList struct {
	Activate *cloudtrail.Flag
	Location cloudtrail.Text
}

// listActivated judges a list whose addresses raise no findings.
func listActivated(field string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		req, err := cloudtrail.RequestOf[entityList](ev)
		if err != nil {
			return nil, err
		}
		off := req.Activate != nil && !bool(*req.Activate)
		if off || req.Activate == nil && req.Location == "" {
			return nil, nil
		}
		name, err := textOf(ev, field)
		if err != nil {
			return nil, err
		}
		summary := fmt.Sprintf("trusted list %s was activated: what it names raises no findings", detect.Text(name))
		if req.Activate == nil {
			summary = fmt.Sprintf("trusted list %s was filled anew from %s", detect.Text(name), detect.Text(string(req.Location)))
		}
		raises := ofDetector(stating(detect.High, summary))
		if req.Activate == nil {
			return raises(ev) // the list was active before
		}
		return naming(detect.ParamIPSetID, ipSetOf(ev), "deactivate-guardduty-trusted-list", raises)(ev)
	}
}

// ipSetOf returns the id of the list of addresses that a call made or updated, or "" where it was another kind of list.
func ipSetOf(ev *cloudtrail.Event) string {
	type named struct{ IPSetID cloudtrail.Text }
	var of named
	switch ev.Name {
	case "CreateIPSet":
		of, _ = cloudtrail.ResponseOf[named](ev) // an answer that cannot be read names no list
	case "UpdateIPSet":
		of, _ = cloudtrail.RequestOf[named](ev)
	}
	return string(of.IPSetID)
}

// listDeactivated judges a list whose addresses raise findings.
func listDeactivated(field string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		req, err := cloudtrail.RequestOf[entityList](ev)
		if err != nil {
			return nil, err
		}
		off := req.Activate != nil && !bool(*req.Activate)
		if !off && req.Location == "" {
			return nil, nil
		}
		name, err := textOf(ev, field)
		if err != nil {
			return nil, err
		}
		summary := fmt.Sprintf("threat list %s was switched off", detect.Text(name))
		if !off {
			summary = fmt.Sprintf("threat list %s was filled anew from %s", detect.Text(name), detect.Text(string(req.Location)))
		}
		return ofDetector(stating(detect.Medium, summary))(ev)
	}
}

func findingsArchived(ev *cloudtrail.Event) ([]detect.Finding, error) {
	const many = 10
	req, err := cloudtrail.RequestOf[struct {
		FindingIDs cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	if len(req.FindingIDs) == 0 {
		return nil, missing("findingIds")
	}
	severity := detect.Low
	if len(req.FindingIDs) >= many {
		severity = detect.Medium
	}
	return ofDetector(stating(severity, counted(len(req.FindingIDs), "GuardDuty finding was", "GuardDuty findings were")+" archived"))(ev)
}
