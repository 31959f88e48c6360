package iampolicy_test

import (
	"slices"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// TestCompareAccess holds that a change of a trust or a resource policy is seen where a document carried the same kind
// of risk before, and that what was there already stays quiet.
func TestCompareAccess(t *testing.T) {
	const (
		read   = `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/public/*"}`
		vendor = `{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole"}`
		github = `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"gitlab.com:sub":[%]}}}`
	)
	subjects := func(values string) string { return strings.Replace(github, "%", values, 1) }
	tests := []struct{ name, kind, before, after, added, removed string }{
		{"nothing", "resource", read, read, "", ""},
		{"a statement moved", "resource", read + `,{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"*"},` + read, "", ""},
		{"one more action", "resource", read, strings.Replace(read, `"s3:GetObject"`, `["s3:GetObject","s3:GetObjectVersion"]`, 1), "public", ""},
		{"one more resource", "resource", read, strings.Replace(read, `"arn:aws:s3:::b/public/*"`, `["arn:aws:s3:::b/public/*","arn:aws:s3:::b/private/*"]`, 1), "public", ""},
		{"one more statement", "resource", read, read + "," + strings.Replace(read, "public", "private", 1), "public", ""},
		{"a condition gone", "resource", strings.Replace(read, `"Resource"`, `"Condition":{"StringEquals":{"aws:Referer":"x"}},"Resource"`, 1), read, "public", ""},
		{"open no more", "resource", read, strings.Replace(read, `"*"`, `{"AWS":"111122223333"}`, 1), "", "public"},
		{"one more account", "trust", vendor, strings.Replace(vendor, `"999988887777"`, `["999988887777","999988887778"]`, 1), "external-account missing-external-id", ""},
		{"another role of the account", "trust", strings.Replace(vendor, "999988887777", "arn:aws:iam::999988887777:role/a", 1), strings.Replace(vendor, "999988887777", "arn:aws:iam::999988887777:role/b", 1), "external-account missing-external-id", "external-account missing-external-id"},
		{"the external id gone", "trust", strings.Replace(vendor, `"Action"`, `"Condition":{"StringEquals":{"sts:ExternalId":"u-77"}},"Action"`, 1), vendor, "external-account missing-external-id", ""},
		{"a statement given a name", "trust", vendor, strings.Replace(vendor, `{"Effect"`, `{"Sid":"Vendor","Effect"`, 1), "", ""},
		{"one more open subject", "trust", subjects(`"project_path:*"`), subjects(`"project_path:*","project_path:evil*"`), "oidc-unscoped", ""},
		{"one more good subject", "trust", subjects(`"project_path:*"`), subjects(`"project_path:*","project_path:acme/*"`), "", ""},
		{"the first open subject", "trust", subjects(`"project_path:acme/*"`), subjects(`"project_path:acme/*","*"`), "oidc-unscoped", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			verdict := func(statements string) iampolicy.Verdict {
				document := []byte(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
				if tt.kind == "trust" {
					return iampolicy.JudgeTrust(document, ownContext())
				}
				return iampolicy.JudgeResource(document, "s3", ownContext())
			}
			d := iampolicy.CompareVerdicts(verdict(tt.before), verdict(tt.after))
			for what, one := range map[string]struct {
				risks []iampolicy.Risk
				want  string
			}{"added": {d.Added, tt.added}, "removed": {d.Removed, tt.removed}} {
				got := (iampolicy.Verdict{Risks: one.risks}).Codes()
				slices.Sort(got)
				if strings.Join(got, " ") != one.want {
					t.Errorf("%s %q, want %q\nfrom %s\nto   %s", what, got, one.want, tt.before, tt.after)
				}
			}
		})
	}
}
