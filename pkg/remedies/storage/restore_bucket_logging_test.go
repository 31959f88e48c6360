package storage

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

func TestRestoreBucketLogging(t *testing.T) {
	off := func(bucket string) detect.Finding {
		return detect.Finding{
			Rule: "LOG-1", Resource: detect.Resource{Type: detect.Bucket, ID: bucket},
			Event: detect.EventRef{Name: "PutBucketLogging", Account: account, Region: "eu-west-1", Partition: "aws"},
		}
	}
	policy := off("reports")
	policy.Event.Name = "PutBucketPolicy"
	const good = `{"bucket":"reports","prefix":"log/","format":"EventTime"}`
	for name, tt := range map[string]struct {
		finding            detect.Finding
		live, good         string
		after, nothing, no string
	}{
		"off":                       {off("reports"), "", good, good, "", ""},
		"nobody knows":              {off("reports"), "", "", "", "", "nobody knows where"},
		"on again, elsewhere":       {off("reports"), "reports", strings.Replace(good, "log/", "other/", 1), "", "logs who accesses it", ""},
		"on again and nobody knows": {off("reports"), "reports", "", "", "logs who accesses it", ""},
		"off before":                {off("reports"), "", `{}`, "", "did not log", ""},
		"another call":              {policy, "", good, "", "", "does not switch off"},
		"gone":                      {off("former"), "", good, "", "no longer exists", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			if tt.live != "" {
				_, err := s.api.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{
					Bucket: aws.String("reports"), BucketLoggingStatus: &types.BucketLoggingStatus{
						LoggingEnabled: &types.LoggingEnabled{TargetBucket: &tt.live, TargetPrefix: aws.String("x/")},
					},
				})
				s.ok(err)
			}
			known := func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
				return json.RawMessage(tt.good), tt.good != "", nil
			}
			c, nothing, err := s.remedy(RestoreBucketLogging).Plan(t.Context(), tt.finding, known)
			reason := ""
			if refusal, ok := errors.AsType[*remedy.Refusal](err); ok {
				reason = refusal.Reason
			} else {
				s.ok(err)
			}
			if (c != nil) != (tt.after != "") || !strings.Contains(nothing, tt.nothing) || (nothing == "") != (tt.nothing == "") ||
				!strings.Contains(reason, tt.no) || (reason == "") != (tt.no == "") {
				t.Fatalf("planned %v, nothing %q, refused %q; want %+v", c, nothing, reason, tt)
			}
			if c == nil {
				return
			}
			s.ok(s.remedy(RestoreBucketLogging).Apply(t.Context(), *c))
			live, err := s.remedy(RestoreBucketLogging).Verify(t.Context(), *c)
			if s.ok(err); string(live) != tt.after {
				t.Errorf("the bucket logs to %s, want %s", live, tt.after)
			}
		})
	}
}

// TestRestoreBucketLoggingToNowhere holds that a bucket for logs which is gone is told to a person.
func TestRestoreBucketLoggingToNowhere(t *testing.T) {
	s := newStage(t)
	err := s.remedy(RestoreBucketLogging).Apply(t.Context(), remedy.Change{
		Target: remedy.Target{Account: account, Region: "eu-west-1", Partition: "aws", Type: "Bucket", ID: "reports"},
		Before: json.RawMessage(`{}`), After: json.RawMessage(`{"bucket":"former"}`),
	})
	if refusal, ok := errors.AsType[*remedy.Refusal](err); !ok || !strings.Contains(refusal.Reason, "bucket former does not take") {
		t.Errorf("%v, want a refusal", err)
	}
}
