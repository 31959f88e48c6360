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

// TestExplainsBuckets holds which grants, rules, keys and settings of a bucket an incident explains: those of its event, and
// those that its change found or wanted.
func TestExplainsBuckets(t *testing.T) {
	change := func(before, after string) ledger.Change {
		return ledger.Change{Change: remedy.Change{Before: []byte(before), After: []byte(after)}}
	}
	for name, tt := range map[string]struct {
		param, was string
		change     ledger.Change
		now        string
		want       bool
	}{
		"the event's grants":            {detect.ParamBucketGrants, `["READ AllUsers"]`, ledger.Change{}, `["READ AllUsers"]`, true},
		"a part of them":                {detect.ParamBucketGrants, `["READ AllUsers","WRITE AllUsers"]`, ledger.Change{}, `["WRITE AllUsers"]`, true},
		"another permission":            {detect.ParamBucketGrants, `["READ AllUsers"]`, ledger.Change{}, `["READ AllUsers","WRITE AllUsers"]`, false},
		"another grantee":               {detect.ParamBucketGrants, `["READ AllUsers"]`, ledger.Change{}, `["READ AuthenticatedUsers"]`, false},
		"grants that were found":        {detect.ParamBucketGrants, "", change(`["READ AllUsers"]`, `[]`), `["READ AllUsers"]`, true},
		"unreadable grants":             {detect.ParamBucketGrants, `["READ AllUsers"]`, ledger.Change{}, `[`, false},
		"the event's lifecycle":         {detect.ParamLifecycleRules, `[{"id":"a","days":1}]`, ledger.Change{}, `[{"id":"a","days":1}]`, true},
		"another day":                   {detect.ParamLifecycleRules, `[{"id":"a","days":1}]`, ledger.Change{}, `[{"id":"a","days":2}]`, false},
		"another rule":                  {detect.ParamLifecycleRules, `[{"id":"a","days":1}]`, ledger.Change{}, `[{"id":"b","days":1}]`, false},
		"a lifecycle that was found":    {detect.ParamLifecycleRules, "", change(`{"rules":[{"ID":"a","Expiration":{"Days":1}}]}`, `{"rules":[]}`), `[{"id":"a","days":1}]`, true},
		"a date that was found":         {detect.ParamLifecycleRules, "", change(`{"rules":[{"ID":"a","Expiration":{"Date":"2026-11-24T00:00:00Z"},"NoncurrentVersionExpiration":{"NoncurrentDays":3}}]}`, `{}`), `[{"id":"a","date":"2026-11-24","former_days":3}]`, true},
		"the event's replication":       {detect.ParamReplication, `[{"id":"a","bucket":"arn:aws:s3:::x"}]`, ledger.Change{}, `[{"id":"a","bucket":"arn:aws:s3:::x"}]`, true},
		"another destination":           {detect.ParamReplication, `[{"id":"a","bucket":"arn:aws:s3:::x"}]`, ledger.Change{}, `[{"id":"a","bucket":"arn:aws:s3:::y"}]`, false},
		"a replication that was found":  {detect.ParamReplication, "", change(`{"rules":[{"ID":"a","Destination":{"Bucket":"arn:aws:s3:::x"}}]}`, `{"rules":[]}`), `[{"id":"a","bucket":"arn:aws:s3:::x"}]`, true},
		"the event's key":               {detect.ParamEncryption, "k1", ledger.Change{}, "k1", true},
		"another key":                   {detect.ParamEncryption, "k1", change(`{"key":"k2"}`, `{"algorithm":"AES256"}`), "k3", false},
		"a key that was found":          {detect.ParamEncryption, "", change(`{"key":"k2"}`, `{"algorithm":"AES256"}`), "k2", true},
		"nothing, as before":            {detect.ParamEncryption, "", change(`{}`, `{"key":"k2"}`), detect.EncryptionDeleted, true},
		"nothing, where there was one":  {detect.ParamEncryption, "", change(`{"key":"k1"}`, `{"key":"k2"}`), detect.EncryptionDeleted, false},
		"suspended as before":           {detect.ParamVersioning, "", change(`{"status":"Suspended"}`, `{"status":"Enabled"}`), "Suspended", true},
		"suspended, which it never was": {detect.ParamVersioning, "", change(`{"status":"Enabled"}`, `{"status":"Enabled"}`), "Suspended", false},
		"nothing that is known":         {detect.ParamVersioning, "", ledger.Change{}, "Suspended", false},
		"what the call does not say":    {detect.ParamVersioning, "Suspended", ledger.Change{}, "", true},
	} {
		in := ledger.Incident{Finding: detect.Finding{Params: map[string]string{tt.param: tt.was}}, Changes: []ledger.Change{tt.change}}
		if got := explains(in, detect.Finding{Params: map[string]string{tt.param: tt.now}}); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
