package iampolicy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// An accessMaker makes statements of trust and resource policies at random.
type accessMaker struct{ *rand.Rand }

func (m accessMaker) pick(from []string) string { return from[m.IntN(len(from))] }

// some returns a list of one to three of the texts.
func (m accessMaker) some(from []string) []string {
	var out []string
	for range 1 + m.IntN(3) {
		out = append(out, `"`+m.pick(from)+`"`)
	}
	return out
}

func (m accessMaker) principal() string {
	switch m.IntN(8) {
	case 0:
		return `"Principal":"*"`
	case 1:
		return `"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"}`
	case 2:
		return `"Principal":{"Service":[` + strings.Join(m.some([]string{"sns.amazonaws.com", "ec2.amazonaws.com", "s3.amazonaws.com"}), ",") + `]}`
	case 3:
		return `"Principal":{"Federated":[` + strings.Join(m.some([]string{
			"arn:aws:iam::111122223333:oidc-provider/gitlab.com", "accounts.google.com", "arn:aws:iam::111122223333:saml-provider/corp",
		}), ",") + `]}`
	}
	return `"Principal":{"AWS":[` + strings.Join(m.some([]string{
		"*", "111122223333", "arn:aws:iam::111122223333:role/app", "999988887777", "arn:aws:iam::999988887777:role/r", "444455556666", "AROAEXAMPLEID1234567",
	}), ",") + `]}`
}

// condition returns the inside of an operator on a key that no other call with another number uses.
func (m accessMaker) condition(n int) string {
	operators := []string{"StringEquals", "StringLike", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringLike", "ArnLike"}
	keys := []string{
		"aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:SourceAccount", "aws:PrincipalArn", "aws:SourceArn", "aws:SourceVpce",
		"sts:ExternalId", "gitlab.com:sub", "SAML:aud", "aws:Referer",
	}
	values := []string{
		"o-a1b2c3d4e5", "o-zzzzzzzzzz", "111122223333", "999988887777", "arn:aws:iam::111122223333:role/app", "vpce-1a2b3c4d", "*", "o-*",
		"project_path:acme/*", "https://signin.aws.amazon.com/saml", "u-77",
	}
	return fmt.Sprintf(`%q:{%q:[%s]}`, operators[n%len(operators)], keys[m.IntN(len(keys))], strings.Join(m.some(values), ","))
}

func (m accessMaker) statement(effect, condition string) string {
	actions := []string{"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:*", "*"}
	if condition != "" {
		condition = `,"Condition":{` + condition + `}`
	}
	return fmt.Sprintf(`{"Effect":%q,%s,"Action":[%s]%s}`, effect, m.principal(), strings.Join(m.some(actions), ","), condition)
}

// accessRisks returns the risks of a document as a trust and as a resource policy, whatever their order and statement.
func accessRisks(t *testing.T, statements []string) map[string]bool {
	t.Helper()
	document := []byte(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
	out := map[string]bool{}
	for kind, v := range map[string]iampolicy.Verdict{
		"trust": iampolicy.JudgeTrust(document, ownContext()), "resource": iampolicy.JudgeResource(document, "sqs", ownContext()),
	} {
		if !v.Judged {
			t.Fatalf("%s is not judged as a %s policy: %s", document, kind, v.Reason)
		}
		for _, r := range v.Risks {
			out[kind+" "+r.Code+" "+r.Fragment] = true
		}
	}
	return out
}

// TestAccessOrder holds that the order of statements does not matter.
func TestAccessOrder(t *testing.T) {
	m := accessMaker{rand.New(rand.NewPCG(1, 2))}
	for range 2000 {
		var statements []string
		for n := range 1 + m.IntN(5) {
			condition := ""
			if m.IntN(2) == 0 {
				condition = m.condition(n)
			}
			statements = append(statements, m.statement([]string{"Allow", "Allow", "Deny"}[m.IntN(3)], condition))
		}
		before := accessRisks(t, statements)
		shuffled := slices.Clone(statements)
		m.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if after := accessRisks(t, shuffled); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Fatalf("%s\n%v\nshuffled %s\n%v", statements, before, shuffled, after)
		}
	}
}

// TestAccessNarrowing holds that a condition that keeps to the own account or organisation, or a Deny of whatever kind,
// takes risks away and never adds one. A Deny may lock out: that is another matter.
func TestAccessNarrowing(t *testing.T) {
	m := accessMaker{rand.New(rand.NewPCG(3, 4))}
	narrow := []string{
		`"StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`,
		`"StringEqualsIgnoreCase":{"aws:SourceAccount":"111122223333"}`,
		`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/app"}`,
		`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`,
	}
	for range 2000 {
		condition, principal := m.condition(m.IntN(6)), m.principal()
		wide := fmt.Sprintf(`{"Effect":"Allow",%s,"Action":"sts:*","Condition":{%s}}`, principal, condition)
		tight := fmt.Sprintf(`{"Effect":"Allow",%s,"Action":"sts:*","Condition":{%s,%s}}`, principal, condition, m.pick(narrow))
		before := accessRisks(t, []string{wide})
		for risk := range accessRisks(t, []string{tight}) {
			if !before[risk] {
				t.Fatalf("%s\nhas the risk %q, which is not among those of\n%s\n%v", tight, risk, wide, before)
			}
		}
		deny := m.statement("Deny", []string{"", m.condition(m.IntN(6))}[m.IntN(2)])
		for risk := range accessRisks(t, []string{wide, deny}) {
			if !before[risk] && !strings.Contains(risk, iampolicy.SelfLockout) && !namedByDeny(deny, risk) {
				t.Fatalf("%s\nadded the risk %q to\n%s\n%v", deny, risk, wide, before)
			}
		}
	}
}

// namedByDeny reports whether a risk is of those whom a Deny exempts: where everyone had access, they are what is left.
func namedByDeny(deny, risk string) bool {
	_, fragment, _ := strings.Cut(risk, iampolicy.ExternalAccount+" ")
	_, missing, _ := strings.Cut(risk, iampolicy.MissingExternalID+" ")
	return fragment != "" && strings.Contains(deny, fragment) || missing != ""
}

// TestAccessWidening holds that one more value of a condition takes no risk of everyone's access away.
func TestAccessWidening(t *testing.T) {
	m := accessMaker{rand.New(rand.NewPCG(5, 6))}
	for range 2000 {
		key := m.pick([]string{"aws:PrincipalOrgID", "aws:SourceArn", "aws:SourceVpce", "aws:PrincipalAccount"})
		values := m.some([]string{"o-a1b2c3d4e5", "111122223333", "arn:aws:sns:eu-west-1:111122223333:t", "*", "vpce-1a2b3c4d", "arn:aws:sns:*:*:t"})
		of := func(values []string) map[string]bool {
			return accessRisks(t, []string{fmt.Sprintf(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringLike":{%q:[%s]}}}`, key, strings.Join(values, ","))})
		}
		before, after := of(values), of(append(values, `"*"`))
		for risk := range before {
			if strings.Contains(risk, iampolicy.Public) && !after[risk] {
				t.Fatalf("%s on %s: %v became %v with one more value", key, values, before, after)
			}
		}
		if !after["trust public *"] || !after["resource public *"] {
			t.Fatalf("%s on %s or anything: %v", key, values, after)
		}
	}
}
