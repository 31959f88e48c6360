package logging

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// CloudTrailEventSelectorsNarrowed fires when a trail's selectors leave out management events.
func CloudTrailEventSelectorsNarrowed() *detect.Rule {
	judged := calls{cloudtrailSource: {"PutEventSelectors": selectorsPut, "PutInsightSelectors": attempt.Seen(insightsPut)}}
	return &detect.Rule{
		ID:       "LOG-004",
		Title:    "CloudTrail event selectors narrowed",
		Class:    "cloudtrail-event-selectors",
		Severity: detect.High,
		Doc: `**Why it matters.** Selectors decide what a trail records, and EventBridge receives only what a trail
records. A trail that leaves out management events still counts as running, while nobody sees what is changed: Riposte
goes as blind as with a stopped trail.

The rule joins all selectors of the request and looks at what none of them lets through. Without changes (write events)
it is critical. Changes of some services, users or kinds only are high, except that the noisy kms.amazonaws.com and
rdsdata.amazonaws.com are low. Without reads it is medium. Insights switched off is medium. Data events are not judged:
the event does not say which were recorded before.

**False positives.** A second trail that is meant for data events only, beside one that records everything; the exclusion
of KMS to save money.

**What to do.** Make sure that one trail records all management events in all regions. Put the selectors back, and treat
the time between as unseen: the event history still holds it for 90 days.`,
		Refs: []detect.Ref{
			attack("T1562.008"), cis("3.1, 4.5"),
			aws("Logging management events", "awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"restore-trail-event-selectors"},
		Denied:  true,
		Good:    goodSelectors,
		Match:   judged.match,
	}
}

func selectorsPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		TrailName cloudtrail.Text
		selectorsRequest
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.TrailName == "" {
		return nil, missing("trailName")
	}
	var recorded []managementEvents
	for _, s := range req.EventSelectors {
		recorded = append(recorded, s.management()...)
	}
	for _, s := range req.AdvancedEventSelectors {
		recorded = append(recorded, s.management()...)
	}
	if len(req.EventSelectors) == 0 && len(req.AdvancedEventSelectors) == 0 {
		return nil, missing("eventSelectors or advancedEventSelectors")
	}
	lost := notRecorded(recorded)
	if len(lost) == 0 {
		return nil, nil
	}
	worst, said := worstOf(lost)
	name := trailName(ev, string(req.TrailName))
	f := detect.Finding{
		Severity: worst,
		Resource: detect.Resource{Type: detect.Trail, ID: name},
		Summary:  "trail " + detect.Text(name) + " records " + said,
	}
	if worst >= detect.Medium {
		f.Params = map[string]string{detect.ParamDocumentHash: putSelectors(ev, req.selectorsRequest).Hash()}
		f.Actions = []string{"restore-trail-event-selectors"}
	}
	return []detect.Finding{f}, nil
}

// putSelectors returns the selectors that the trail has now. The answer has them as CloudTrail keeps them; where it is not
// readable the request tells what was asked for.
func putSelectors(ev *cloudtrail.Event, asked selectorsRequest) detect.TrailSelectors {
	resp, err := cloudtrail.ResponseOf[selectorsRequest](ev)
	if err == nil && len(resp.EventSelectors)+len(resp.AdvancedEventSelectors) > 0 {
		return resp.selectors()
	}
	return asked.selectors()
}

func insightsPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		TrailName, EventDataStore cloudtrail.Text
		InsightSelectors          cloudtrail.List[struct{ InsightType cloudtrail.Text }]
	}](ev)
	if err != nil {
		return nil, err
	}
	resource := detect.Resource{Type: detect.Trail, ID: trailName(ev, string(req.TrailName))}
	if req.TrailName == "" {
		resource = detect.Resource{Type: detect.EventDataStore, ID: string(req.EventDataStore)}
	}
	if resource.ID == "" {
		return nil, missing("trailName or eventDataStore")
	}
	if len(req.InsightSelectors) > 0 {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Medium,
		Resource: resource,
		Summary:  "CloudTrail Insights was switched off for " + detect.Text(resource.ID),
	}}, nil
}
