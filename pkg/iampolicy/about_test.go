package iampolicy_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

var update = flag.Bool("update", false, "rewrite docs/policy-judge.md")

// verdictOn judges an example as the document that it is.
func verdictOn(t *testing.T, s iampolicy.Subject, document string) iampolicy.Verdict {
	t.Helper()
	c := iampolicy.Context{Account: "111122223333", TrustedAccounts: []string{"444455556666"}}
	text := []byte(document)
	switch s.Type {
	case "identity":
		return iampolicy.Judge(text)
	case "trust":
		return iampolicy.JudgeTrust(text, c)
	case "resource":
		return iampolicy.JudgeResource(text, "", c)
	case "boundary":
		return iampolicy.JudgeBoundary(text, c)
	case "scp":
		return iampolicy.JudgeSCP(text, c)
	}
	t.Fatalf("%s: unknown type %q", s.Code, s.Type)
	return iampolicy.Verdict{}
}

// TestSubjects holds that each code's bad example carries the code and its good one does not.
func TestSubjects(t *testing.T) {
	for _, s := range iampolicy.Subjects() {
		if s.Title == "" || !strings.HasSuffix(s.Why, ".") || !strings.HasSuffix(s.Narrow, ".") {
			t.Errorf("%s is not described", s.Code)
		}
		if v := verdictOn(t, s, s.Bad); !v.Judged || !slices.Contains(v.Codes(), s.Code) {
			t.Errorf("%s: the bad example is judged %v %s: %v\n%s", s.Code, v.Judged, v.Reason, v.Codes(), s.Bad)
		}
		if v := verdictOn(t, s, s.Good); !v.Judged || slices.Contains(v.Codes(), s.Code) {
			t.Errorf("%s: the good example is judged %v %s: %v\n%s", s.Code, v.Judged, v.Reason, v.Codes(), s.Good)
		}
	}
}

// TestEveryCodeIsASubject reads the codes out of the source, so that none is left out.
func TestEveryCodeIsASubject(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Type != nil || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
				return true
			}
			lit, ok := spec.Values[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			code, err := strconv.Unquote(lit.Value)
			if err != nil || code != strings.ToLower(code) || strings.Contains(code, "*") || code == "" {
				return true
			}
			codes++
			if _, ok := iampolicy.About(code); !ok {
				t.Errorf("%s (%s) is no subject", spec.Names[0].Name, code)
			}
			return true
		})
	}
	if codes < 15 {
		t.Errorf("found only %d codes in the source", codes)
	}
}

// TestPolicyJudgePage holds that docs/policy-judge.md says what the code does.
func TestPolicyJudgePage(t *testing.T) {
	const page = "../../docs/policy-judge.md"
	want := policyJudgePage(t)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("docs/policy-judge.md is not what the code says (%v): run go test ./pkg/iampolicy -run TestPolicyJudgePage -update", err)
	}
}

func policyJudgePage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(policyJudgeIntroduction)
	for _, s := range iampolicy.Subjects() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", s.Code, s.Code, s.Type, s.Title)
	}
	for _, s := range iampolicy.Subjects() {
		fmt.Fprintf(&b, "\n## %s\n\n%s. %s\n\nHow to narrow it: %s\n\nBad (%s policy)", s.Code, s.Title, s.Why, lowerFirst(s.Narrow), s.Type)
		var same []string
		for _, r := range verdictOn(t, s, s.Bad).Risks {
			if r.Code == s.Code {
				same = append(same, fmt.Sprintf("%s: %s", r.Severity, r.Sentence))
			}
		}
		fmt.Fprintf(&b, ", judged \"%s\":\n\n```json\n%s\n```\n\nGood:\n\n```json\n%s\n```\n", strings.Join(same, "; "), s.Bad, s.Good)
	}
	b.WriteString(evaluationPage)
	return b.String()
}

func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }

const evaluationPage = `
## Evaluating a request

` + "`riposte policy evaluate --jsonl`" + ` follows the evaluation logic that AWS documents; each case of its tests names the page that it
stands on, and ` + "`make oracles`" + ` holds it against a second evaluator. Where the documentation leaves an answer open, or a policy says
something that cannot be understood, an Allow does not count and a Deny does. So it is with

- a policy that cannot be read: nothing is allowed, whatever the others say; an unknown operator makes a policy unreadable;
- an element, an operator or a key that stands twice; Action beside NotAction; an empty NotAction, NotResource or NotPrincipal;
- an identity policy with a Principal, a resource policy without one, a wildcard within a principal's name, the canonical id of an
  S3 user, a unique id where aws:userid is not in the context;
- a star within one part of an ARN that would have to reach into the next one, and an ARN of fewer than six parts in a resource policy
  or a condition;
- a key of several values without ForAllValues or ForAnyValue, where some values match and others do not;
- a number, date, boolean, address or base64 text that is none; a variable that is not closed or stands for several values;
- a NotPrincipal in a Deny that does not list all of account, role and session.

The policies of the organisation are listed level by level. A level of SCPs allows nothing that none of its policies allows, so that
FullAWSAccess has to be listed where it is attached; RCPFullAWSAccess, which AWS attaches everywhere and nobody can detach, need not.

Not weighed, because policies do not show them: ACLs, grants of KMS keys, endpoint policies, S3 Block Public Access, and the few
actions that need no permission. Keys that depend on the surroundings, the time among them, are absent unless they are given.
`

const policyJudgeIntroduction = `# The policy judge

<!-- Written by TestPolicyJudgePage in pkg/iampolicy. The examples are tests: each bad one carries its code, each good one does not. -->

` + "`riposte policy`" + ` and the rules judge IAM policy documents from their text alone, without a call to AWS. What one document does
not show lowers no severity: permissions boundaries, policies of the organisation, other policies of the same principal, S3
Block Public Access. A document that cannot be read with certainty is *not judged*, with the place and the reason, and is
never called safe.

An Allow counts less what a Deny takes away for certain: one without a condition that covers the resource. A condition that
really restricts lowers a severity; one that does not (a negated operator, IfExists or ForAllValues on a key that may be
absent, a wildcard as value) changes nothing. The judge of trust and resource policies needs to know the own account and which
others may be trusted: every other account is a stranger's.

Whether a concrete request is allowed, by all policies that bear on it, is another question: ` + "`riposte policy evaluate`" + `.

| code | documents | |
|---|---|---|
`
