package logging_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/logging"
)

// TestGood holds what is remembered of harmless events, so that a later change can be put back to it.
func TestGood(t *testing.T) {
	const all = `{"readWriteType":"All","includeManagementEvents":true,"dataResources":[],"excludeManagementEventSources":[]}`
	for name, tt := range map[string]struct {
		source, call, request, response string
		want                            []detect.State
	}{
		"selectors, as the answer has them": {
			"cloudtrail", "PutEventSelectors", `{"trailName":"main","eventSelectors":[{}]}`, `{"eventSelectors":[` + all + `]}`,
			[]detect.State{{
				Aspect: "trail-event-selectors", Resource: detect.Resource{Type: detect.Trail, ID: "main"},
				State: json.RawMessage(`{"basic":[{"read_write_type":"All","management_events":true}]}`),
			}},
		},
		"advanced selectors, without an answer": {
			"cloudtrail", "PutEventSelectors",
			`{"trailName":"main","advancedEventSelectors":[{"name":"m","fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]}`, `null`,
			[]detect.State{{
				Aspect: "trail-event-selectors", Resource: detect.Resource{Type: detect.Trail, ID: "main"},
				State: json.RawMessage(`{"advanced":[{"name":"m","fields":[{"field":"eventCategory","equals":["Management"]}]}]}`),
			}},
		},
		"insights":     {"cloudtrail", "PutInsightSelectors", `{"trailName":"main","insightSelectors":[{"insightType":"ApiCallRateInsight"}]}`, `null`, nil},
		"no selectors": {"cloudtrail", "PutEventSelectors", `{"trailName":"main"}`, `null`, nil},
		"access log": {
			"s3", "PutBucketLogging", `{"bucketName":"reports","BucketLoggingStatus":{"LoggingEnabled":{"TargetBucket":"logs","TargetPrefix":"reports/"}}}`, `null`,
			[]detect.State{{
				Aspect: "bucket-logging", Resource: detect.Resource{Type: detect.Bucket, ID: "reports"},
				State: json.RawMessage(`{"bucket":"logs","prefix":"reports/"}`),
			}},
		},
		"access log of a format": {
			"s3", "PutBucketLogging", `{"bucketName":"reports","BucketLoggingStatus":{"LoggingEnabled":{"TargetBucket":"logs","TargetPrefix":"","TargetObjectKeyFormat":{"SimplePrefix":""}}}}`, `null`, nil,
		},
		"no access log": {"s3", "PutBucketLogging", `{"bucketName":"reports","BucketLoggingStatus":{}}`, `null`, nil},
	} {
		ev := &cloudtrail.Event{
			Source: tt.source + ".amazonaws.com", Name: tt.call, Account: "111122223333", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
			Request: cloudtrail.NewPayload([]byte(tt.request)), Response: cloudtrail.NewPayload([]byte(tt.response)),
		}
		if diff := cmp.Diff(tt.want, detect.NewIndex(logging.Rules()).Good(ev)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
