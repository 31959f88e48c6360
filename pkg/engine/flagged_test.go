package engine

import (
	"encoding/json"
	"testing"

	"riposte/pkg/remedy"
)

// TestFlagged holds which remembered policies are not put back, because they would be told today, and that what only the
// operator's configuration could call risky is put back.
func TestFlagged(t *testing.T) {
	const (
		one      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app/*"}]}`
		all      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
		ours     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/ci"},"Action":"sts:AssumeRole"}]}`
		partner  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"sts:AssumeRole"}]}`
		everyone = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`
		public   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::app/*"}]}`
		shared   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::app/*"}]}`
		key      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`
		openKey  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:*","Resource":"*"}]}`
		topic    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sns:Publish","Resource":"arn:aws:sns:us-east-1:111122223333:t"}]}`
	)
	text := func(document string) string { raw, _ := json.Marshal(document); return string(raw) }
	whole := func(document string) string { return `{"has":[],"document":` + text(document) + `}` }
	for _, tt := range []struct {
		name, aspect, state string
		want                bool
	}{
		{"a narrow inline policy", "inline-policy", text(one), false},
		{"an administrator", "inline-policy", text(all), true},
		{"no policy", "inline-policy", `""`, false},
		{"no document", "inline-policy", text("{"), true},
		{"our own role", "trust-policy", text(ours), false},
		{"a partner, who may be trusted", "trust-policy", text(partner), false},
		{"everyone", "trust-policy", text(everyone), true},
		{"a public bucket", "bucket-policy", whole(public), true},
		{"a shared bucket", "bucket-policy", whole(shared), false},
		{"a bucket without a policy", "bucket-policy", `{"has":[]}`, false},
		{"a key of ours", "key-policy", text(key), false},
		{"everybody's key", "key-policy", text(openKey), true},
		{"everybody's topic", "resource-policy", `{"statements":[],"document":` + text(topic) + `}`, true},
		{"a version", "default-policy-version", `"v1"`, false},
		{"a setting", "trail-setting", text(all), false},
		{"what has no document", "bucket-policy", `[1]`, false},
	} {
		target := remedy.Target{Account: "111122223333", Partition: "aws"}
		if got := flagged(tt.aspect, target, json.RawMessage(tt.state)); got != tt.want {
			t.Errorf("%s: flagged %v, want %v", tt.name, got, tt.want)
		}
	}
}
