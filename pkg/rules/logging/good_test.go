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
				State: json.RawMessage(`{"basic":[{"read_write_type":"All","management_events":true,"excluded":[],"data":[]}]}`),
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
		"selectors, of a trail by its ARN": {
			"cloudtrail", "PutEventSelectors", `{"trailName":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/main","eventSelectors":[{}]}`, `null`,
			[]detect.State{{
				Aspect: "trail-event-selectors", Resource: detect.Resource{Type: detect.Trail, ID: "main"},
				State: json.RawMessage(`{"basic":[{"read_write_type":"All","management_events":true}]}`),
			}},
		},
		"a new trail, each setting by itself": {
			"cloudtrail", "CreateTrail", `{"name":"main","s3BucketName":"logs"}`,
			`{"name":"main","s3BucketName":"logs","includeGlobalServiceEvents":true,"isMultiRegionTrail":false,"logFileValidationEnabled":true,` +
				`"snsTopicName":"t","snsTopicARN":"arn:aws:sns:eu-west-1:111122223333:t","isOrganizationTrail":false}`,
			trailSettings("EnableLogFileValidation", "true", "IncludeGlobalServiceEvents", "true", "IsMultiRegionTrail", "false", "IsOrganizationTrail", "false",
				"KmsKeyId", "", "S3BucketName", "logs", "S3KeyPrefix", "", "SnsTopicName", "arn:aws:sns:eu-west-1:111122223333:t"),
		},
		"a new trail without an answer": {"cloudtrail", "CreateTrail", `{"name":"main","s3BucketName":"logs"}`, `null`, nil},
		"an update, what it named alone": {
			"cloudtrail", "UpdateTrail", `{"name":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/main","isMultiRegionTrail":true}`,
			`{"name":"main","s3BucketName":"elsewhere","isMultiRegionTrail":true,"logFileValidationEnabled":false}`,
			trailSettings("IsMultiRegionTrail", "true"),
		},
		"a started trail": {"cloudtrail", "StartLogging", `{"name":"main"}`, `null`, nil},
		"a rule that takes reads": {
			"events", "PutRule", `{"name":"all","eventPattern":"{}","state":"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS","eventBusName":"default"}`, `null`,
			[]detect.State{{
				Aspect: "event-rule", Resource: detect.Resource{Type: detect.EventRule, ID: "all"},
				State: json.RawMessage(`{"state":"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}`),
			}},
		},
		"a rule of another bus": {
			"events", "EnableRule", `{"name":"all","eventBusName":"arn:aws:events:eu-west-1:111122223333:event-bus/other"}`, `null`,
			[]detect.State{{
				Aspect: "event-rule", Resource: detect.Resource{Type: detect.EventRule, ID: "all"}, Name: "other", State: json.RawMessage(`{"state":"ENABLED"}`),
			}},
		},
		"a lifecycle": {
			"s3", "PutBucketLifecycle", `{"bucketName":"logs","LifecycleConfiguration":{"xmlns":"x","Rule":{"ID":"a","Status":"Enabled","Filter":"","Expiration":{"Days":"400"}}}}`, `null`,
			[]detect.State{{
				Aspect: "bucket-lifecycle", Resource: detect.Resource{Type: detect.Bucket, ID: "logs"},
				State: json.RawMessage(`{"rules":[{"Expiration":{"Days":400},"Filter":{},"ID":"a","Status":"Enabled"}]}`),
			}},
		},
		"a lifecycle with what is new": {
			"s3", "PutBucketLifecycle", `{"bucketName":"logs","LifecycleConfiguration":{"Rule":{"ID":"a","Status":"Enabled","Brand":"new"}}}`, `null`,
			[]detect.State{{
				Aspect: "bucket-lifecycle", Resource: detect.Resource{Type: detect.Bucket, ID: "logs"}, State: json.RawMessage(`null`),
			}},
		},
		"a lifecycle that is taken away": {
			"s3", "DeleteBucketLifecycle", `{"bucketName":"logs","lifecycle":""}`, `null`,
			[]detect.State{{
				Aspect: "bucket-lifecycle", Resource: detect.Resource{Type: detect.Bucket, ID: "logs"}, State: json.RawMessage(`{"rules":[]}`),
			}},
		},
		"a flow log": {
			"ec2", "CreateFlowLogs",
			`{"CreateFlowLogsRequest":{"ResourceId":{"tag":1,"content":"vpc-0a"},"ResourceType":"VPC","TrafficType":"ALL","LogDestinationType":"s3","LogDestination":"arn:aws:s3:::flow"}}`,
			`{"CreateFlowLogsResponse":{"unsuccessful":"","flowLogIdSet":{"item":"fl-0a"}}}`,
			[]detect.State{{
				Aspect: "flow-log", Resource: detect.Resource{Type: detect.FlowLog, ID: "fl-0a"},
				State: json.RawMessage(`{"destination":"arn:aws:s3:::flow","file_format":"","format":"","hive":false,"hourly":false,"interval":0,"resource":"vpc-0a","tag_fields":false,"to":"s3","traffic":"ALL"}`),
			}},
		},
		"two flow logs": {
			"ec2", "CreateFlowLogs", `{"CreateFlowLogsRequest":{"ResourceId":[{"tag":1,"content":"vpc-0a"},{"tag":2,"content":"vpc-0b"}],"TrafficType":"ALL"}}`,
			`{"CreateFlowLogsResponse":{"flowLogIdSet":{"item":["fl-0a","fl-0b"]}}}`, nil,
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
			Source: tt.source + ".amazonaws.com", Name: tt.call, Account: "111122223333", Region: "eu-west-1", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
			Request: cloudtrail.NewPayload([]byte(tt.request)), Response: cloudtrail.NewPayload([]byte(tt.response)),
		}
		if diff := cmp.Diff(tt.want, detect.NewIndex(logging.Rules()).Good(ev)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// trailSettings are the states that a trail's settings are remembered as, from their names and values.
func trailSettings(pairs ...string) []detect.State {
	var out []detect.State
	for i := 0; i < len(pairs); i += 2 {
		raw, err := json.Marshal(pairs[i+1])
		if err != nil {
			panic(err)
		}
		out = append(out, detect.State{
			Aspect: "trail-setting", Resource: detect.Resource{Type: detect.Trail, ID: "main"}, Name: pairs[i], State: raw,
		})
	}
	return out
}
