package storage

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/detect"
)

// TestLifecycleRules holds which rules are taken out: those of the event's names that still delete what they deleted then.
func TestLifecycleRules(t *testing.T) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	rule := func(id string, change func(*types.LifecycleRule)) types.LifecycleRule {
		r := types.LifecycleRule{ID: &id, Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")}}
		change(&r)
		return r
	}
	after := func(days int32) func(*types.LifecycleRule) {
		return func(r *types.LifecycleRule) { r.Expiration = &types.LifecycleExpiration{Days: &days} }
	}
	for name, tt := range map[string]struct {
		live    types.LifecycleRule
		event   string
		removed bool
	}{
		"by days": {rule("x", after(1)), `[{"id":"x","days":1}]`, true},
		"by date": {rule("x", func(r *types.LifecycleRule) { r.Expiration = &types.LifecycleExpiration{Date: &day} }), `[{"id":"x","date":"2026-11-24"}]`, true},
		"by former versions": {rule("x", func(r *types.LifecycleRule) {
			r.NoncurrentVersionExpiration = &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(2)}
		}), `[{"id":"x","former_days":2}]`, true},
		"lengthened since": {rule("x", after(365)), `[{"id":"x","days":1}]`, false},
		"disabled since":   {rule("x", func(r *types.LifecycleRule) { after(1)(r); r.Status = types.ExpirationStatusDisabled }), `[{"id":"x","days":1}]`, false},
		"another rule":     {rule("tidy", after(1)), `[{"id":"x","days":1}]`, false},
		"another date":     {rule("x", func(r *types.LifecycleRule) { r.Expiration = &types.LifecycleExpiration{Date: &day} }), `[{"id":"x","date":"2026-11-25"}]`, false},
		"more than it was": {rule("x", func(r *types.LifecycleRule) {
			after(1)(r)
			r.NoncurrentVersionExpiration = &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(2)}
		}), `[{"id":"x","days":1}]`, false},
		"something it was not": {rule("x", func(r *types.LifecycleRule) {
			r.AbortIncompleteMultipartUpload = &types.AbortIncompleteMultipartUpload{}
		}), `[{"id":"x","days":1}]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			kept := rule("kept", after(30))
			_, err := s.api.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
				Bucket: aws.String("reports"), LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{kept, tt.live}},
			})
			s.ok(err)
			r := s.remedy(RestoreBucketLifecycle)
			c, nothing, err := r.Plan(t.Context(), finding(map[string]string{detect.ParamLifecycleRules: tt.event}), nil)
			s.ok(err)
			if (c != nil) != tt.removed || (nothing != "") == tt.removed {
				t.Fatalf("planned %v, %q; want a change: %v", c, nothing, tt.removed)
			}
			if c == nil {
				return
			}
			s.ok(r.Apply(t.Context(), *c))
			out, err := s.api.GetBucketLifecycleConfiguration(t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String("reports")})
			s.ok(err)
			if !sameRules(out.Rules, []types.LifecycleRule{kept}) {
				t.Errorf("the rules are %v, want the one that stays", out.Rules)
			}
			s.ok(r.Undo(t.Context(), *c))
			out, err = s.api.GetBucketLifecycleConfiguration(t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String("reports")})
			s.ok(err)
			if !sameRules(out.Rules, []types.LifecycleRule{kept, tt.live}) {
				t.Errorf("after undo the rules are %v", out.Rules)
			}
		})
	}
	s := newStage(t)
	for _, params := range []string{"", "[]", "7", `{"id":"x"}`} {
		_, _, err := s.remedy(RestoreBucketLifecycle).Plan(t.Context(), finding(map[string]string{detect.ParamLifecycleRules: params}), nil)
		if refusal(err) == "" {
			t.Errorf("planned with %q as the rules: %v; want a refusal", params, err)
		}
	}
}

// TestReplicationStays holds that a rule which copies to the account's own buckets by now is left alone, and that the role
// comes back with the last rule.
func TestReplicationStays(t *testing.T) {
	s := newStage(t)
	_, err := s.api.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: aws.String("reports"), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	s.ok(err)
	put := func(bucket string) {
		_, err := s.api.PutBucketReplication(t.Context(), &s3.PutBucketReplicationInput{
			Bucket: aws.String("reports"), ReplicationConfiguration: &types.ReplicationConfiguration{
				Role: aws.String("arn:aws:iam::111122223333:role/copy"), Rules: []types.ReplicationRule{{
					ID: aws.String("leak"), Status: types.ReplicationRuleStatusEnabled, Destination: &types.Destination{Bucket: &bucket},
				}},
			},
		})
		s.ok(err)
	}
	r := s.remedy(RemoveBucketReplicationRule)
	f := finding(map[string]string{detect.ParamReplication: `[{"id":"leak","bucket":"arn:aws:s3:::strangers"}]`})
	put("arn:aws:s3:::own-copies")
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || nothing == "" || err != nil {
		t.Errorf("planned %v, %q, %v for a rule to an own bucket; want nothing to do", c, nothing, err)
	}
	put("arn:aws:s3:::strangers")
	c, _, err := r.Plan(t.Context(), f, nil)
	s.ok(err)
	s.ok(r.Apply(t.Context(), *c))
	if _, err := s.api.GetBucketReplication(t.Context(), &s3.GetBucketReplicationInput{Bucket: aws.String("reports")}); err == nil || !strings.Contains(err.Error(), "NotFound") {
		t.Errorf("the replication is read with %v, want none", err)
	}
	s.ok(r.Undo(t.Context(), *c))
	out, err := s.api.GetBucketReplication(t.Context(), &s3.GetBucketReplicationInput{Bucket: aws.String("reports")})
	s.ok(err)
	if *out.ReplicationConfiguration.Role != "arn:aws:iam::111122223333:role/copy" || len(out.ReplicationConfiguration.Rules) != 1 {
		t.Errorf("after undo the replication is %v", out.ReplicationConfiguration)
	}
}
