package logging_test

import (
	"slices"
	"strings"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/logging"
)

// FuzzRules holds that no request or answer makes a rule panic, and that each finding names a resource and is one line of
// bounded length: payloads come from whoever made the call.
func FuzzRules(f *testing.F) {
	index := detect.NewIndex(logging.Rules())
	for _, ev := range ruletest.Events(f) {
		wanted := func(r *detect.Rule) bool { return r.Pattern.Matches(ev) }
		if slices.ContainsFunc(logging.Rules(), wanted) {
			f.Add(ev.Source, ev.Name, []byte(ev.Request.Raw()), []byte(ev.Response.Raw()))
		}
	}
	f.Add("monitoring.amazonaws.com", "DeleteAlarms", []byte(`{"alarmNames":["", null]}`), []byte(`{}`))
	f.Add("ec2.amazonaws.com", "DeleteFlowLogs", []byte(`{"FlowLogId":[{"content":""},"",{}]}`), []byte(`{}`))
	f.Add("guardduty.amazonaws.com", "UpdateDetector", []byte(`{"dataSources":{"a":{"enable":false},"enable":false}}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, source, name string, request, response []byte) {
		ev := &cloudtrail.Event{
			ID: "e-1", Source: source, Name: name, Account: "111122223333", Region: "eu-west-1",
			Request: cloudtrail.NewPayload(request), Response: cloudtrail.NewPayload(response),
		}
		for _, found := range index.Match(ev) {
			switch {
			case strings.Contains(found.Unjudged, "panicked"):
				t.Error(found.Unjudged)
			case found.Resource.ID == "" || found.Resource.Type == "" || found.Summary == "":
				t.Errorf("incomplete finding %+v", found)
			case strings.ContainsAny(found.Summary, "\n\r\x1b\u202e") || len(found.Summary) > 4*1024+3:
				t.Errorf("summary %q", found.Summary)
			case found.Severity < detect.Info || found.Severity > detect.Critical:
				t.Errorf("severity %v", found.Severity)
			}
		}
	})
}
