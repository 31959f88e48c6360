package iampolicy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// randomStatement writes a statement from parts that matter to the judge.
func randomStatement(r *rand.Rand, effect string) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	list := func(n int, from ...string) string {
		var out []string
		for range 1 + r.IntN(n) {
			out = append(out, fmt.Sprintf("%q", pick(from...)))
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	element := pick("Action", "Action", "Action", "NotAction")
	s := fmt.Sprintf(`{"Effect":%q,%q:%s,`, effect, element, list(4,
		"*", "iam:*", "iam:PassRole", "iam:Put*", "iam:Create?ccessKey", "ec2:RunInstances", "lambda:*", "s3:GetObject", "s3:*", "sts:AssumeRole",
		"ssm:SendCommand", "cloudtrail:StopLogging", "secretsmanager:Get*", "kms:*", "*:Get*", "logs:PutLogEvents", "glue:UpdateDevEndpoint"))
	s += fmt.Sprintf(`%q:%s`, pick("Resource", "Resource", "Resource", "NotResource"), list(2,
		"*", "*", "arn:aws:*", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:user/ci", "arn:aws:s3:::logs/*", "arn:aws:iam::*:user/${aws:username}"))
	if r.IntN(4) == 0 {
		s += `,"Condition":` + pick(
			`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, `{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}`,
			`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, `{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)
	}
	return s + "}"
}

func randomDocument(r *rand.Rand) []string {
	var out []string
	for range 1 + r.IntN(4) {
		out = append(out, randomStatement(r, []string{"Allow", "Allow", "Deny"}[r.IntN(3)]))
	}
	return out
}

func written(statements []string) []byte {
	return []byte(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

// substance returns what a verdict says, without where it stands.
func substance(v iampolicy.Verdict) []string {
	var out []string
	for _, r := range v.Risks {
		out = append(out, fmt.Sprint(r.Code, " ", r.Severity, " ", r.Grade, " ", r.Fragment, " ", r.Actions))
	}
	slices.Sort(out)
	return out
}

func eachRandomDocument(t *testing.T, check func(r *rand.Rand, statements []string)) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 14))
	for range 2000 {
		check(r, randomDocument(r))
		if t.Failed() {
			return
		}
	}
}

// TestDenyNeverAddsARisk holds that another Deny makes nothing worse. A Deny of nearly everything may turn a grant of
// everything into grants of services, which is less; and a mistake about MFA may stand in the Deny itself.
func TestDenyNeverAddsARisk(t *testing.T) {
	eachRandomDocument(t, func(r *rand.Rand, statements []string) {
		before := iampolicy.Judge(written(statements))
		after := iampolicy.Judge(written(append(slices.Clone(statements), randomStatement(r, "Deny"))))
		had := map[string]bool{}
		for _, risk := range before.Risks {
			had[risk.Code] = true
			for _, a := range risk.Actions {
				had[risk.Code+" "+a] = true
			}
		}
		for _, risk := range after.Risks {
			if risk.Code == iampolicy.MFAAntipattern || risk.Code == iampolicy.ServiceWildcard && (had[iampolicy.FullAdmin] || had[iampolicy.ConditionalAdmin]) {
				continue
			}
			if !had[risk.Code] {
				t.Errorf("%s\nwith another Deny is %s", written(statements), risk.Code)
			}
			for _, a := range risk.Actions {
				if !had[risk.Code+" "+a] {
					t.Errorf("%s\nwith another Deny has %s of %s", written(statements), a, risk.Code)
				}
			}
		}
	})
}

// TestOrderOfStatementsDoesNotMatter holds that a document means the same in whatever order it is written.
func TestOrderOfStatementsDoesNotMatter(t *testing.T) {
	eachRandomDocument(t, func(r *rand.Rand, statements []string) {
		want := codesAndActions(iampolicy.Judge(written(statements)))
		r.Shuffle(len(statements), func(i, j int) { statements[i], statements[j] = statements[j], statements[i] })
		if got := codesAndActions(iampolicy.Judge(written(statements))); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", written(statements), got, want)
		}
	})
}

// codesAndActions is what remains of a verdict when statements may be told in another order: which of two that grant the
// same is named may differ.
func codesAndActions(v iampolicy.Verdict) []string {
	var out []string
	for _, r := range v.Risks {
		for _, a := range append(slices.Clone(r.Actions), "") {
			out = append(out, fmt.Sprint(r.Code, " ", r.Severity, " ", r.Grade, " ", strings.ToLower(a)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestSpellingDoesNotMatter holds that wrappings, escapes, letter case of actions and of keys, lists of one and layout
// change nothing.
func TestSpellingDoesNotMatter(t *testing.T) {
	eachRandomDocument(t, func(_ *rand.Rand, statements []string) {
		plain := written(statements)
		want := substance(iampolicy.Judge(plain))
		var spaced bytes.Buffer
		if err := json.Indent(&spaced, plain, "", "\t"); err != nil {
			t.Fatal(err)
		}
		quoted, err := json.Marshal(string(plain))
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{
			"layout":   spaced.String(),
			"a string": string(quoted),
			"URL":      url.QueryEscape(string(plain)),
			"escapes":  strings.NewReplacer("*", `\u002a`, "/", `\/`, "a:", `\u0061:`).Replace(string(plain)),
			"keys":     strings.NewReplacer(`"Effect"`, `"effect"`, `"Action"`, `"ACTION"`, `"Condition"`, `"condition"`).Replace(string(plain)),
		} {
			if got := substance(iampolicy.Judge([]byte(text))); !slices.Equal(got, want) {
				t.Errorf("%s: %s\n got %q\nwant %q", name, text, got, want)
			}
		}
		upper := strings.NewReplacer("iam:P", "IAM:p", "s3:G", "S3:g", "ec2:R", "EC2:r").Replace(string(plain))
		if got, want := codesAndActions(iampolicy.Judge([]byte(upper))), codesAndActions(iampolicy.Judge(plain)); !slices.Equal(got, want) {
			t.Errorf("letter case: %s\n got %q\nwant %q", upper, got, want)
		}
	})
}

// TestHostileDocumentsAreBounded holds that documents which are made to be slow end within the bound on work: either
// judged or not, but never in minutes.
func TestHostileDocumentsAreBounded(t *testing.T) {
	repeat := func(n int, what func(i int) string) string {
		out := make([]string, n)
		for i := range out {
			out[i] = what(i)
		}
		return strings.Join(out, ",")
	}
	documents := map[string]string{
		"many Allows, many Denies": repeat(1000, func(int) string { return `{"Effect":"Allow","Action":"*","Resource":"*"}` }) +
			`,{"Effect":"Deny","Action":[` + repeat(5000, func(i int) string { return fmt.Sprintf(`"iam:%05d"`, i) }) + `],"Resource":"x"}`,
		"many services":   `{"Effect":"Allow","Resource":"*","Action":[` + repeat(9000, func(i int) string { return fmt.Sprintf(`"s%05d:*"`, i) }) + `]}`,
		"many wildcards":  `{"Effect":"Allow","Resource":"*","Action":[` + repeat(9000, func(i int) string { return fmt.Sprintf(`"*%05d*"`, i) }) + `]}`,
		"many letters":    `{"Effect":"Allow","Resource":"*","Action":[` + repeat(9000, func(i int) string { return fmt.Sprintf(`"iam:?%04d*"`, i) }) + `]}`,
		"many resources":  `{"Effect":"Allow","Action":"*","Resource":[` + repeat(5000, func(i int) string { return fmt.Sprintf(`"arn:aws:*%05d"`, i) }) + `]}`,
		"many conditions": `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{` + repeat(900, func(i int) string { return fmt.Sprintf(`"k%d":"true"`, i) }) + `}}}`,
	}
	for name, statements := range documents {
		v := iampolicy.Judge(written([]string{statements}))
		if !v.Judged && v.Reason == "" || v.Judged && len(v.Risks) == 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// FuzzParse holds that no document panics the reader, that what it reads is what a JSON reader reads where no key
// stands twice, and that every span lies in the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":["*"],"Condition":{"Bool":{"a":[true,"b",1]}}}]}`,
		`{"Statement":{"Effect":"Deny","NotAction":["a"],"NotResource":"b","Principal":{"AWS":"*"},"NotPrincipal":"*"}}`,
		`{"Effect":"Allow","Action":"\u002a"}`, `%7B%22Statement%22%3A%5B%5D%7D`, `"{\"Statement\":[]}"`, "", "{", "[[[[", "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		d, err := iampolicy.Parse(document)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without a reason")
			}
			return
		}
		if !json.Valid([]byte(d.Text)) {
			t.Fatalf("read, yet no JSON: %q", d.Text)
		}
		inside := func(s iampolicy.Span) {
			if s.Start < 0 || s.End < s.Start || int(s.End) > len(d.Text) {
				t.Fatalf("span %v of %d bytes", s, len(d.Text))
			}
		}
		for _, s := range d.Statements {
			inside(s.Span)
			if s.Effect != iampolicy.Allow && s.Effect != iampolicy.Deny {
				t.Fatalf("statement %d has no effect", s.Index)
			}
			for _, list := range [][]iampolicy.Value{s.Actions, s.NotActions, s.Resources, s.NotResources} {
				for _, v := range list {
					inside(v.Span)
					var text string
					if err := json.Unmarshal([]byte(v.Span.Of(d.Text)), &text); err != nil || text != v.Text {
						t.Fatalf("%q stands at %q", v.Text, v.Span.Of(d.Text))
					}
				}
			}
			for _, c := range s.Conditions {
				inside(c.Span)
			}
		}
		for _, o := range d.Oddities {
			inside(o.Span)
		}
	})
}
