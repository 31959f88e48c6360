package policytext

import (
	"strings"
	"testing"

	"riposte/pkg/detect"
)

func TestStill(t *testing.T) {
	const own, open, other, late = `{"Sid":"own"}`, `{"Sid":"open"}`, `{"Sid":"other"}`, `{"Sid":"late"}`
	policy := func(statements ...string) string { return `{"Statement":[` + strings.Join(statements, ",") + `]}` }
	hash := func(statements ...string) string {
		list := make([]string, 0, len(statements))
		for _, s := range statements {
			list = append(list, detect.StatementHash([]byte(s)))
		}
		return strings.Join(list, ",")
	}
	f := detect.Finding{Params: map[string]string{
		detect.ParamDocumentHash:  detect.DocumentHash([]byte(policy(own, open, other))),
		detect.ParamStatements:    hash(open, other),
		detect.ParamAllStatements: hash(own, open, other),
	}}
	for live, want := range map[string]bool{
		policy(own, open, other): true, policy(other, own, open): true, policy(own, other): true, policy(own): true,
		policy(open, other): false, policy(own, other, late): false, policy(late): false, "": false, "{": false,
	} {
		if got := Still(f, live); got != want {
			t.Errorf("%s: %v, want %v", live, got, want)
		}
	}
	if Still(detect.Finding{Params: map[string]string{detect.ParamDocumentHash: "x"}}, policy(own)) || Still(detect.Finding{}, policy(own)) {
		t.Error("an event that tells nothing of its policy is taken for the live one's")
	}
}
