package engine

import (
	"testing"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// TestOwnBucketCalls holds that the calls of an action on S3 are known by the names that CloudTrail has for them, which are
// not those of the permissions.
func TestOwnBucketCalls(t *testing.T) {
	for _, tt := range []struct {
		action, source, call string
		want                 bool
	}{
		{"restore-bucket-public-access-block", "s3", "PutBucketPublicAccessBlock", true},
		{"restore-bucket-public-access-block", "s3", "DeleteBucketPublicAccessBlock", true},
		{"restore-bucket-public-access-block", "s3", "PutAccountPublicAccessBlock", false},
		{"restore-bucket-public-access-block", "iam", "PutBucketPublicAccessBlock", false},
		{"restore-account-public-access-block", "s3-control", "PutAccountPublicAccessBlock", true},
		{"restore-account-public-access-block", "s3", "DeleteAccountPublicAccessBlock", true},
		{"restore-bucket-encryption", "s3", "DeleteBucketEncryption", true},
		{"restore-bucket-encryption", "s3", "PutEncryptionConfiguration", false},
		{"restore-bucket-lifecycle", "s3", "PutBucketLifecycle", true},
		{"remove-bucket-replication-rule", "s3", "DeleteBucketReplication", true},
		{"remove-bucket-replication-rule", "iam", "PassRole", true},
		{"remove-bucket-policy-statements", "s3", "DeleteBucketPolicy", true},
		{"remove-bucket-policy-statements", "s3", "GetBucketPolicy", false},
	} {
		d := &Detector{}
		if got := d.makes(tt.action, detect.EventRef{Source: tt.source + ".amazonaws.com", Name: tt.call}); got != tt.want {
			t.Errorf("%s makes %s of %s: %v, want %v", tt.action, tt.call, tt.source, got, tt.want)
		}
	}
}

// TestOwnBlock holds that the calls which switch a bucket's settings on and off again are explained by what the change says
// of all four, and no others.
func TestOwnBlock(t *testing.T) {
	in := ledger.Incident{Changes: []ledger.Change{{Change: remedy.Change{
		Before: []byte(`{"aspect":"BlockPublicPolicy","configured":"true","BlockPublicAcls":"false","BlockPublicPolicy":"false","IgnorePublicAcls":"true","RestrictPublicBuckets":"true"}`),
		After:  []byte(`{"aspect":"BlockPublicPolicy","configured":"true","BlockPublicAcls":"false","BlockPublicPolicy":"true","IgnorePublicAcls":"true","RestrictPublicBuckets":"true"}`),
	}}}}
	for settings, want := range map[string]bool{
		`{"BlockPublicAcls":"false"}`:                             true,
		`{"BlockPublicAcls":"false","BlockPublicPolicy":"false"}`: true,
		`{"RestrictPublicBuckets":"false"}`:                       false,
	} {
		f := detect.Finding{Params: map[string]string{detect.ParamSettings: settings}}
		if got := explains(in, f); got != want {
			t.Errorf("a call with %s is explained: %v, want %v", settings, got, want)
		}
	}
}

// TestOwnPolicy holds that a policy which Riposte writes back with a risky statement that stood beside the event's is
// explained, and one with any other is not.
func TestOwnPolicy(t *testing.T) {
	const beside, other = `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/web/*"}`,
		`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`
	in := ledger.Incident{Changes: []ledger.Change{{Change: remedy.Change{
		Before: []byte(`{"has":[],"document":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/web/*\"}]}"}`),
		After:  []byte(`{"has":[]}`),
	}}}}
	for statement, want := range map[string]bool{beside: true, other: false} {
		f := detect.Finding{Params: map[string]string{
			detect.ParamStatements: detect.StatementHash([]byte(statement)), detect.ParamDocumentHash: "of another document",
		}}
		if got := explains(in, f); got != want {
			t.Errorf("a policy with %s is explained: %v, want %v", statement, got, want)
		}
	}
}
