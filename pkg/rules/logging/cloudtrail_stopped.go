package logging

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// CloudTrailStopped fires when a trail stops recording.
func CloudTrailStopped() *detect.Rule {
	return &detect.Rule{
		ID:       "LOG-001",
		Title:    "CloudTrail logging stopped",
		Class:    "cloudtrail-stopped",
		Severity: detect.Critical,
		Doc: `**Why it matters.** Without a logging trail nothing that happens next is kept, and EventBridge receives no
further calls: Riposte goes blind with it. Stopping the trail is what an intruder does before the rest.

**False positives.** The replacement of a trail by another one; the retirement of an account.

**What to do.** Make sure that the trail records again, ask the caller why, and treat everything that happened meanwhile
as unseen: look at the event history, which does not depend on trails, for that time.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.008", URL: "https://attack.mitre.org/techniques/T1562/008/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.5", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Turning off logging for a trail",
				URL: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-turning-off-logging.html",
			},
		},
		Pattern: detect.Pattern{{Source: "cloudtrail.amazonaws.com", Names: []string{"StopLogging"}}},
		Actions: []string{"start-cloudtrail-logging"},
		Denied:  true,
		Match:   matchCloudTrailStopped,
	}
}

func matchCloudTrailStopped(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ Name cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.Name == "" {
		return nil, errors.New("request parameters: no name of a trail")
	}
	name := trailName(ev, string(req.Name))
	return []detect.Finding{{
		Resource: detect.Resource{Type: detect.Trail, ID: name},
		Summary:  "trail " + detect.Text(name) + " stopped recording",
	}}, nil
}
