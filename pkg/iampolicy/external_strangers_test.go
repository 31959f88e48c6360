package iampolicy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// strangerContexts are requests as a stranger can shape them: with whatever he may choose himself, and in an
// organisation and a network of his own.
func strangerContexts() []map[string][]string {
	var out []map[string][]string
	for _, organization := range []string{"", "o-evilevil11"} {
		for _, network := range []string{"", "vpce-99999999"} {
			for _, chosen := range []string{"", "u-77", "*"} {
				c := map[string][]string{"aws:sourceip": {"8.8.8.8"}}
				for key, value := range map[string]string{
					"aws:principalorgid": organization, "aws:sourcevpce": network, "sts:externalid": chosen, "aws:referer": chosen,
				} {
					if value != "" {
						c[key] = []string{value}
					}
				}
				out = append(out, c)
			}
		}
	}
	return out
}

// TestAccessStrangers holds the judge against the evaluation: where a request of a stranger would be allowed, the judge
// has said so before.
func TestAccessStrangers(t *testing.T) {
	m := accessMaker{rand.New(rand.NewPCG(7, 8))}
	identity := []iampolicy.Policy{iampolicy.ReadPolicy("all", []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))}
	allowed := 0
	for range 3000 {
		var statements []string
		for range 1 + m.IntN(3) {
			var conditions []string
			for n := range m.IntN(3) {
				conditions = append(conditions, m.condition(n+m.IntN(2)*3))
			}
			statements = append(statements, m.statement([]string{"Allow", "Allow", "Deny"}[m.IntN(3)], strings.Join(conditions, ",")))
		}
		document := []byte(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
		policy := iampolicy.ReadPolicy("trust", document)
		trust := iampolicy.JudgeTrust(document, ownContext())
		resource := iampolicy.JudgeResource(document, "sqs", ownContext())
		for account, codes := range map[string][]string{
			"777766665555": {iampolicy.Public}, "999988887777": {iampolicy.Public, iampolicy.ExternalAccount},
		} {
			for _, context := range strangerContexts() {
				d := iampolicy.Evaluate(iampolicy.Request{
					Principal: "arn:aws:iam::" + account + ":role/r", Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/app", Context: context,
				}, iampolicy.Policies{Identity: identity, Resource: &policy})
				if d.Outcome != iampolicy.Allowed {
					continue
				}
				allowed++
				for kind, v := range map[string]iampolicy.Verdict{"trust": trust, "resource": resource} {
					if !hasOne(v, codes) {
						t.Fatalf("%s\nlets account %s in with %v (%s), and is judged as a %s policy: %v", document, account, context, d.By, kind, v.Risks)
					}
				}
			}
		}
	}
	if allowed < 1000 {
		t.Errorf("only %d requests of strangers were allowed: the documents say nothing", allowed)
	}
}

func hasOne(v iampolicy.Verdict, codes []string) bool {
	have := fmt.Sprint(v.Codes())
	for _, c := range codes {
		if strings.Contains(have, c) {
			return true
		}
	}
	return false
}
