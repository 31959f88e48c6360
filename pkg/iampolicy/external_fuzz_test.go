package iampolicy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

func accessSeeds(f *testing.F) {
	f.Helper()
	for _, document := range []string{
		`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":["*","999988887777","arn:aws:iam::999988887777"]},"Action":"s3:*","Resource":["*"]}}`,
		`{"Statement":[{"Effect":"Allow","NotPrincipal":{"AWS":"*"},"NotAction":"*","NotResource":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:*","Condition":{"StringLike":{"gitlab.com:sub":"project_path:*"}}}]}`,
		`{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*?*?*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}},{"Effect":"Allow","Principal":"*","Action":"*a*b*c*"}]}`,
		`{"Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"kms:*","Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","::/0"]},"Null":{"aws:SourceIp":false}}}]}`,
		`%7B%22Statement%22%3A%5B%5D%7D`, `"{\"Statement\":[]}"`, `{"Statement":[{"Effect":"Allow","Principal":"*"}]`,
	} {
		f.Add([]byte(document))
	}
}

// checkVerdict holds what is true of every verdict.
func checkVerdict(t *testing.T, v iampolicy.Verdict, known ...string) {
	t.Helper()
	if v.Judged != (v.Reason == "") || v.Risks == nil || !v.Judged && len(v.Risks) > 0 {
		t.Fatalf("verdict %+v contradicts itself", v)
	}
	for _, r := range v.Risks {
		if !slices.Contains(known, r.Code) || r.Sentence == "" || r.Severity == "" || r.Grade == "" {
			t.Fatalf("risk %+v is incomplete", r)
		}
		for _, text := range append(slices.Clone(r.Actions), r.Sentence, r.Fragment, r.Sid) {
			for _, b := range text {
				if b < ' ' || b == 0x7f {
					t.Fatalf("risk %+v holds the control character %q", r, b)
				}
			}
		}
	}
}

func FuzzJudgeTrust(f *testing.F) {
	accessSeeds(f)
	f.Fuzz(func(t *testing.T, document []byte) {
		v := iampolicy.JudgeTrust(document, ownContext())
		checkVerdict(t, v, iampolicy.Public, iampolicy.ExternalAccount, iampolicy.MissingExternalID, iampolicy.OIDCUnscoped, iampolicy.SAMLUnscoped, iampolicy.ConfusedDeputy)
	})
}

func FuzzJudgeResource(f *testing.F) {
	accessSeeds(f)
	f.Fuzz(func(t *testing.T, document []byte) {
		for _, service := range []string{"", "s3", "kms"} {
			v := iampolicy.JudgeResource(document, service, ownContext())
			// The trust policy of a role is a resource policy too.
			checkVerdict(t, v, iampolicy.Public, iampolicy.ExternalAccount, iampolicy.ConfusedDeputy, iampolicy.SelfLockout,
				iampolicy.MissingExternalID, iampolicy.OIDCUnscoped, iampolicy.SAMLUnscoped)
		}
		checkVerdict(t, iampolicy.JudgeSCP(document, ownContext()), iampolicy.SelfLockout, iampolicy.IneffectiveDeny)
		checkVerdict(t, iampolicy.JudgeBoundary(document, ownContext()), iampolicy.FullAdmin, iampolicy.PrivilegeEscalation, iampolicy.IneffectiveDeny)
	})
}

// TestAccessHostile holds that documents that are made to cost time are answered, and never called safe.
func TestAccessHostile(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	// Every document holds a risk as a resource policy, but for the providers, which only mean something to a trust policy.
	tests := map[string]string{
		"services and their accounts": `{"Effect":"Allow","Principal":{"Service":[` + many(2000, `"s%d.amazonaws.com"`) + `]},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":[` + many(3000, `"%012d"`) + `]}}}`,
		"accounts and Denies":         `{"Effect":"Allow","Principal":{"AWS":[` + many(2000, `"%012d"`) + `]},"Action":["sts:AssumeRole"]},` + many(800, `{"Effect":"Deny","Principal":"*","Action":"sts:*%d"}`),
		"actions and Denies":          `{"Effect":"Allow","Principal":"*","Action":[` + many(1000, `"sts:*a*a*a%d"`) + `]},` + many(800, `{"Effect":"Deny","Principal":"*","NotAction":"*b*%d*"}`),
		"stars":                       `{"Effect":"Allow","Principal":"*","Action":"sts:Assume` + strings.Repeat("*", 40000) + `"},{"Effect":"Deny","Principal":"*","Action":"` + strings.Repeat("*a", 20000) + `","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}`,
		"accounts and actions":        `{"Effect":"Allow","Principal":{"AWS":[` + many(3000, `"%012d"`) + `]},"Action":[` + many(3000, `"sts:A%d"`) + `]}`,
		"providers and conditions":    `{"Effect":"Allow","Principal":{"Federated":[` + many(2500, `"p%d.example.com"`) + `]},"Action":"sts:*","Condition":{"StringLike":{` + many(900, `"k%d:sub":"*"`) + `}}}`,
	}
	for name, statements := range tests {
		document := []byte(`{"Statement":[` + statements + `]}`)
		for kind, v := range map[string]iampolicy.Verdict{
			"trust": iampolicy.JudgeTrust(document, ownContext()), "resource": iampolicy.JudgeResource(document, "s3", ownContext()),
		} {
			if v.Judged && len(v.Risks) == 0 && (kind == "resource") != (name == "providers and conditions") {
				t.Errorf("%s as a %s policy is called safe", name, kind)
			}
			if !v.Judged && v.Reason == "" {
				t.Errorf("%s as a %s policy is not judged, and nobody says why", name, kind)
			}
		}
	}
}
