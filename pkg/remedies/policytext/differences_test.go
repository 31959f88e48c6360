package policytext

import (
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	const (
		a   = `{"Sid":"a","Effect":"Allow","Principal":"*"}`
		a2  = `{"Sid":"a","Effect":"Allow","Principal":{"AWS":"444455556666"}}`
		own = `{"Effect":"Allow","Principal":{"AWS":"111122223333"}}`
	)
	policy := func(statements ...string) string { return `{"Statement":[` + strings.Join(statements, ",") + `]}` }
	for name, tt := range map[string]struct {
		has, lacks []string
		policy     string
		says       string
	}{
		"nothing":                {[]string{a}, []string{own}, policy(a), ""},
		"what does not matter":   {nil, []string{a}, policy(own), ""},
		"one is there":           {nil, []string{a}, policy(own, a), "found statement 2 (a), expected nothing"},
		"one is there otherwise": {nil, []string{a}, policy(a2), `found statement 1 (a) with another content: Principal: expected "*", found {"AWS":"444455556666"}`},
		"one is missing":         {[]string{own, a}, nil, policy(a), "expected statement 1, found nothing"},
		"one is changed":         {[]string{a}, nil, policy(own, a2), `statement 2 (a): Principal: expected "*", found {"AWS":"444455556666"}`},
		"no policy":              {[]string{a}, nil, "", "expected statement 1 (a), found nothing"},
		"a broken one":           {[]string{a}, nil, `{`, "the policy cannot be taken apart: read the policy: EOF"},
	} {
		if got := strings.Join(Differences(tt.has, tt.lacks, tt.policy), "; "); got != tt.says {
			t.Errorf("%s: %q, want %q", name, got, tt.says)
		}
	}
	if got := strings.Join(Between(policy(a, own), policy(own, a2)), "; "); !strings.HasPrefix(got, "statement 2 (a): Principal") {
		t.Errorf("between two policies: %q", got)
	}
}
