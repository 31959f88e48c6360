package iampolicy_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riposte/pkg/iampolicy"
)

// codes returns what a verdict says of the breadth of a document: "not judged", "none", or its risks as "code fragment
// severity". The other codes have tests of their own.
func codes(v iampolicy.Verdict) string {
	if !v.Judged {
		return "not judged"
	}
	var out []string
	for _, r := range v.Risks {
		switch r.Code {
		case iampolicy.FullAdmin, iampolicy.ConditionalAdmin, iampolicy.ServiceWildcard, iampolicy.NotAction, iampolicy.NotResource:
		default:
			continue
		}
		text := fmt.Sprintf("%s %s %s", r.Code, r.Fragment, r.Severity)
		if r.Grade == iampolicy.Conditional {
			text += " conditional"
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, "; ")
}

func allow(action, resource string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%s,"Resource":%s}]}`, action, resource)
}

func TestJudgeActions(t *testing.T) {
	letters := func(format string) string {
		var out []string
		for c := 'a'; c <= 'z'; c++ {
			out = append(out, fmt.Sprintf(format, c))
		}
		raw, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	tests := []struct{ action, want string }{
		{`"*"`, "full-admin * critical"},
		{`"**"`, "full-admin ** critical"},
		{`"*:*"`, "full-admin *:* critical"},
		{`"?*"`, "full-admin ?* critical"},
		{`"*:?*"`, "full-admin *:?* critical"},
		{`"\u002a"`, "full-admin * critical"},
		{`["s3:GetObject","*"]`, "full-admin s3:GetObject, * critical"},
		{letters("%c*"), "full-admin a*, b*, c*, and 23 more critical"},
		{`"iam:*"`, "service-wildcard iam:* critical"},
		{`"IAM:*"`, "service-wildcard iam:* critical"},
		{`"iam:**"`, "service-wildcard iam:* critical"},
		{`"iam*"`, "service-wildcard iam:* critical"},
		{`"i*m:*"`, "service-wildcard iam:* critical"},
		{`"ia?:*"`, "service-wildcard iam:* critical"},
		{`"iam:????*"`, "service-wildcard iam:* critical"},
		{`"s3:?*"`, "service-wildcard s3:* high"},
		{letters("iam:%c*"), "service-wildcard iam:* critical"},
		{`["ec2:*","sts:*"]`, "service-wildcard ec2:* high; service-wildcard sts:* high"},
		{`"secretsmanager:*"`, "service-wildcard secretsmanager:* high"},
		{`"organizations:*"`, "service-wildcard organizations:* high"},
		{`"cloudtrail:*"`, "service-wildcard cloudtrail:* high"},
		{`"dynamodb:*"`, "service-wildcard dynamodb:* medium"},

		{`"s3:Get*"`, "none"},
		{`["iam:Get*","iam:List*"]`, "none"},
		{`"ec2:Describe*"`, "none"},
		{`"logs:*"`, "service-wildcard logs:* low"},
		{`"*:Get*"`, "none"},
		{`"iam:CreateUser"`, "none"},
		{`"iamx:*"`, "service-wildcard iamx:* low"},
		{`" *x"`, "none"},
		{`" iam:*"`, "none"},
		{`"iam :*"`, "none"},
		{`"lambd?:*"`, "service-wildcard lambda:* high"},
		{`"??:*"`, "service-wildcard s3:* high"},
		{`[]`, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.action, func(t *testing.T) {
			if got := codes(iampolicy.Judge([]byte(allow(tt.action, `"*"`)))); got != tt.want {
				t.Errorf("action %s: %s, want %s", tt.action, got, tt.want)
			}
		})
	}
}

func TestJudgeResources(t *testing.T) {
	const admin, iamAll, s3All, none = "full-admin * critical", "service-wildcard iam:* critical", "service-wildcard s3:* high", "none"
	tests := []struct{ action, resource, want string }{
		{"*", `"*"`, admin},
		{"*", `"**"`, admin},
		{"*", `"?*"`, admin},
		{"*", `"arn:*"`, admin},
		{"*", `"arn:aws:*"`, admin},
		{"*", `"arn:aws-cn:*"`, admin},
		{"*", `"arn:*:*:*:*:*"`, admin},
		{"*", `"arn:aws:*:*:111122223333:*"`, admin},
		{"*", `["arn:aws:s3:::logs/*","*"]`, admin},
		{"*", `"arn:aws:iam::*:*"`, iamAll + "; service-wildcard sts:* high"},
		{"*", `"arn:aws:s3:::*"`, s3All},
		{"*", `"arn:aws:s3:::logs/*"`, none},
		{"iam:*", `"arn:aws:iam::*:*"`, iamAll},
		{"iam:*", `"arn:aws:iam::111122223333:*"`, iamAll},
		{"iam:*", `"arn:aws:iam::111122223333:role/*"`, iamAll},
		{"iam:*", `"arn:aws-us-gov:iam::*:user/*"`, iamAll},
		{"iam:*", `"arn:aws:i*"`, iamAll},
		{"iam:*", `"arn:aws:iam::111122223333:role/app"`, none},
		{"iam:*", `"arn:aws:iam::111122223333:role/app-*"`, none},
		{"iam:*", `"arn:aws:iam::*:user/${aws:username}"`, none},
		{"iam:*", `"arn:aws:s3:::*"`, none},
		{"s3:*", `"arn:aws:s3:::*"`, s3All},
		{"s3:*", `"arn:*:s3:::*"`, s3All},
		{"s3:*", `"arn:aws:s3:::*/*"`, s3All},
		{"s3:*", `["arn:aws:s3:::logs","arn:aws:s3:::logs/*"]`, none},
		{"s3:*", `"arn:aws:s3:::prod-*"`, none},
		{"ec2:*", `"arn:aws:ec2:eu-west-1:111122223333:*"`, none},
		{"secretsmanager:*", `"arn:aws:secretsmanager:*:111122223333:secret:*"`, "service-wildcard secretsmanager:* high"},
		{"secretsmanager:*", `"arn:aws:secretsmanager:*:111122223333:secret:app/*"`, none},
	}
	for _, tt := range tests {
		t.Run(tt.action+" "+tt.resource, func(t *testing.T) {
			if got := codes(iampolicy.Judge([]byte(allow(`"`+tt.action+`"`, tt.resource)))); got != tt.want {
				t.Errorf("%s on %s: %s, want %s", tt.action, tt.resource, got, tt.want)
			}
		})
	}
}

func TestJudgeStatements(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"one statement, no list", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "full-admin * critical"},
		{"a text within a text", `"\"{\\\"Statement\\\":{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\"}}\""`, "full-admin * critical"},
		{"keys in other letter case", `{"statement":[{"effect":"allow","ACTION":["*"],"resource":["*"]}]}`, "full-admin * critical"},
		{"no statements", `{"Statement":[]}`, "none"},
		{"deny only", `{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`, "none"},
		{"deny not action", `{"Statement":[{"Effect":"Deny","NotAction":"sts:*","Resource":"*"}]}`, "none"},
		{"allow in the second", `{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`, "service-wildcard iam:* critical"},
		{"action named twice", `{"Statement":[{"Effect":"Allow","Action":"*","Action":"s3:GetObject","Resource":"*"}]}`, "full-admin *, s3:GetObject critical"},
		{"action named twice in other case", `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","action":"*","Resource":"*"}]}`, "full-admin s3:GetObject, * critical"},
		{"effect named twice", `{"Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]}`, "full-admin * critical"},
		{"resource named twice", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Resource":"arn:aws:s3:::a"}]}`, "full-admin * critical"},
		{"statement named twice", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Statement":[]}`, "full-admin * critical"},
		{"deny with an action named twice", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Action":"s3:Get*","Resource":"*"}]}`, "full-admin * critical"},

		{"not action leaves IAM in", `{"Statement":[{"Effect":"Allow","NotAction":"aws-portal:*","Resource":"*"}]}`, "not-action aws-portal:* critical"},
		{"not action leaves IAM out", `{"Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}]}`, "not-action iam:*, organizations:* high"},
		{"not action of some of IAM", `{"Statement":[{"Effect":"Allow","NotAction":"iam:Create*","Resource":"*"}]}`, "not-action iam:Create* critical"},
		{"not action of everything", `{"Statement":[{"Effect":"Allow","NotAction":"*","Resource":"*"}]}`, "none"},
		{"not action of nothing", `{"Statement":[{"Effect":"Allow","NotAction":[],"Resource":"*"}]}`, "not-action nothing critical"},
		{"not action on one bucket", `{"Statement":[{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:s3:::a/*"}]}`, "not-action iam:* low"},

		{"not resource", `{"Statement":[{"Effect":"Allow","Action":"iam:*","NotResource":"arn:aws:iam::111122223333:role/audit"}]}`, "service-wildcard iam:* critical; not-resource arn:aws:iam::111122223333:role/audit medium"},
		{"not resource of everything", `{"Statement":[{"Effect":"Allow","Action":"*","NotResource":"*"}]}`, "none"},
		{"no resource", `{"Statement":[{"Effect":"Allow","Action":"*"}]}`, "full-admin * critical"},

		{"condition", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}`, "conditional-admin * high conditional"},
		{"condition on a service", `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"data"}}}]}`, "service-wildcard s3:* medium conditional"},
		{"empty condition", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}]}`, "full-admin * critical"},
		{"condition named twice, once empty", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a":"b"}},"Condition":{}}]}`, "full-admin * critical"},

		{"denied altogether", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]}`, "none"},
		{"denied under a condition", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}]}`, "full-admin * critical"},
		{"denied elsewhere", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::a"}]}`, "full-admin * critical"},
		{"the service denied", `{"Statement":[{"Effect":"Allow","Action":["iam:*","s3:*"],"Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}`, "service-wildcard s3:* high"},
		{"some of the service denied", `{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:Delete*","Resource":"*"}]}`, "service-wildcard iam:* critical"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := codes(iampolicy.Judge([]byte(tt.document))); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.document, got, tt.want)
			}
		})
	}
}

func TestJudgeIAMDeniedIsNoAdmin(t *testing.T) {
	v := iampolicy.Judge([]byte(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}`))
	if !v.Judged || len(v.Risks) == 0 {
		t.Fatalf("verdict %+v, want the other services", v)
	}
	for _, r := range v.Risks {
		if r.Code == iampolicy.FullAdmin || r.Fragment == "iam:*" || strings.Contains(strings.Join(r.Actions, " "), "iam:") {
			t.Errorf("risk %+v", r)
		}
	}
}

// TestJudgeWrapped holds that a document means the same however a service writes it.
func TestJudgeWrapped(t *testing.T) {
	plain := allow(`"*"`, `"*"`)
	quoted, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	want := iampolicy.Judge([]byte(plain))
	for name, document := range map[string]string{
		"space":       "\r\n\t " + plain + "\n",
		"mark":        "\ufeff" + plain,
		"string":      string(quoted),
		"URL":         url.PathEscape(plain),
		"URL, query":  strings.ReplaceAll(url.QueryEscape(plain), "+", "%20"),
		"upper codes": strings.ReplaceAll(url.PathEscape(plain), "*", "%2A"),
	} {
		if diff := cmp.Diff(want, iampolicy.Judge([]byte(document))); diff != "" {
			t.Errorf("%s: (-plain +wrapped)\n%s", name, diff)
		}
	}
}

func TestJudgeNotJudged(t *testing.T) {
	tests := []struct{ name, document, reason string }{
		{"empty", "", "the document is empty"},
		{"space", " \n", "the document is empty"},
		{"hidden", "HIDDEN_DUE_TO_SECURITY_REASONS", "the document is not valid JSON: a value is expected (line 1, column 1)"},
		{"truncated", `{"Statement":[{"Effect":"Allow","Action":"*"`, "the document is not valid JSON: it ends too early (line 1, column 45)"},
		{"trailing garbage", allow(`"*"`, `"*"`) + "x", "the document is not valid JSON: a value is expected"},
		{"two documents", allow(`"*"`, `"*"`) + allow(`"*"`, `"*"`), "the document is not valid JSON: something follows its end (line 1, column 86)"},
		{"bad URL encoding", "%7B%zz", "the document is not valid URL encoding"},
		{"list", `[{"Effect":"Allow","Action":"*","Resource":"*"}]`, "the document is no JSON object"},
		{"null", `null`, "the document is no JSON object"},
		{"no statement", `{"Version":"2012-10-17"}`, "the document has no Statement"},
		{"statement is text", `{"Statement":["Allow"]}`, "statement 1 is no object"},
		{"second statement is a list", `{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},[]]}`, "statement 2 is no object"},
		{"unknown effect", `{"Statement":[{"Effect":"Permit\u001b[31m","Action":"*","Resource":"*"}]}`, `statement 1 has the unknown Effect "Permit?[31m"`},
		{"no effect", `{"Statement":[{"Action":"*","Resource":"*"}]}`, "statement 1 has no Effect"},
		{"no action", `{"Statement":[{"Effect":"Allow","Resource":"*"}]}`, "statement 1 has no Action or NotAction (line 1, column 15)"},
		{"action is a number", `{"Statement":[{"Effect":"Allow","Action":1,"Resource":"*"}]}`, "statement 1: Action holds something that is no text (line 1, column 42)"},
		{"action in a list in a list", `{"Statement":[{"Effect":"Allow","Action":[["*"]],"Resource":"*"}]}`, "statement 1: Action holds something that is no text (line 1, column 43)"},
		{"condition is text", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":"none"}]}`, "statement 1: Condition is no object"},
		{"too deep", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","X":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}]}`, `statement 1 holds the unknown element "X" (line 1, column 61)`},
		{"too long", allow(`"*"`, `"*"`) + strings.Repeat(" ", 10) + strings.Repeat("x", 128<<10), "the document has"},
		{"too many patterns", hardToWeigh(), "the document holds more wildcard patterns than can be weighed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := iampolicy.Judge([]byte(tt.document))
			if v.Judged || !strings.HasPrefix(v.Reason, tt.reason) || len(v.Risks) > 0 {
				t.Errorf("verdict %+v, want not judged: %s", v, tt.reason)
			}
		})
	}
}

// hardToWeigh is a document on which a matcher without a bound works long: only the last of its patterns matches a probe.
func hardToWeigh() string {
	pattern := "*" + strings.Repeat("?*", 12) + "z"
	patterns := make([]string, 4000)
	for i := range patterns {
		patterns[i] = pattern
	}
	patterns = append(patterns, "*")
	raw, err := json.Marshal(patterns)
	if err != nil {
		panic(err)
	}
	return `{"Statement":[{"Effect":"Allow","Action":` + string(raw) + `,"Resource":"*"}]}`
}

func TestJudgeSentences(t *testing.T) {
	v := iampolicy.Judge([]byte(`{"Statement":[
		{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"*"},
		{"Sid":"<!channel>\u001b[2J` + strings.Repeat("x", 200) + `","Effect":"Allow","Action":"s3:*","Resource":"*"},
		{"Sid":"Ops","Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`))
	want := []iampolicy.Risk{
		{
			Code: "service-wildcard", Severity: "high", Statement: 2, Fragment: "s3:*", Grade: "unconditional",
			Sid:      "<!channel>?[2J" + strings.Repeat("x", 50) + "…",
			Sentence: "statement 2 (<!channel>?[2J" + strings.Repeat("x", 50) + "…) allows every action of s3 on any of its resources",
		},
		{
			Code: "conditional-admin", Severity: "high", Statement: 3, Sid: "Ops", Fragment: "*", Grade: "conditional",
			Sentence: "statement 3 (Ops) allows every action on every resource, under a condition",
		},
	}
	wide := slices.DeleteFunc(slices.Clone(v.Risks), func(r iampolicy.Risk) bool {
		return r.Code != iampolicy.ServiceWildcard && r.Code != iampolicy.ConditionalAdmin
	})
	if diff := cmp.Diff(want, wide, cmpopts.IgnoreFields(iampolicy.Risk{}, "Span")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if worst, ok := v.Worst(); !ok || worst.Statement != 2 {
		t.Errorf("worst %+v, %v: want statement 2", worst, ok)
	}
	if worst, ok := (iampolicy.Verdict{Judged: true}).Worst(); ok {
		t.Errorf("worst of nothing: %+v", worst)
	}
}

func TestAdminPolicy(t *testing.T) {
	tests := []struct {
		arn  string
		want iampolicy.Severity
	}{
		{"arn:aws:iam::aws:policy/AdministratorAccess", iampolicy.Critical},
		{"arn:aws-cn:iam::aws:policy/AdministratorAccess", iampolicy.Critical},
		{"arn:aws-us-gov:iam::aws:policy/IAMFullAccess", iampolicy.Critical},
		{"arn:aws:iam::aws:policy/administratoraccess", iampolicy.Critical},
		{"arn:aws:iam::aws:policy/PowerUserAccess", iampolicy.High},
		{"arn:aws:iam::aws:policy/job-function/SystemAdministrator", iampolicy.High},
		{"arn:aws:iam::111122223333:policy/AdministratorAccess", ""},
		{"arn:aws:iam::111122223333:policy/aws:policy/AdministratorAccess", ""},
		{"arn:aws:iam::aws:policy/job-function/AdministratorAccess", ""},
		{"arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", ""},
		{"arn:aws:iam::aws:policy/ReadOnlyAccess", ""},
		{"arn:aws:iam::aws:policy/AdministratorAccessX", ""},
		{"arn:aws:s3::aws:policy/AdministratorAccess", ""},
		{"AdministratorAccess", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got, ok := iampolicy.AdminPolicy(tt.arn)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("AdminPolicy(%q) = %q, %v, want %q", tt.arn, got, ok, tt.want)
		}
	}
}

// FuzzJudge holds that no document panics the judge, that what is not judged says why and is never called a risk or
// safe, and that what encoding/json calls a plain grant of everything is never missed.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		allow(`"*"`, `"*"`), allow(`["iam:*","s3:?*"]`, `"arn:aws:iam::*:*"`), "", "null", `"{}"`, "%7B%7D",
		`{"Statement":{"Effect":"Allow","NotAction":"iam:*","NotResource":"*","Condition":{"Bool":{"a":["b"]}}}}`,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"statement":[]}`,
		`{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"\u002a","Resource":"*"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		v := iampolicy.Judge(document)
		if v.Judged == (v.Reason != "") {
			t.Fatalf("judged %v with reason %q", v.Judged, v.Reason)
		}
		if !v.Judged && len(v.Risks) > 0 {
			t.Fatalf("not judged, yet %d risks", len(v.Risks))
		}
		for _, r := range v.Risks {
			if r.Code == "" || r.Severity == "" || r.Statement < 1 || r.Sentence == "" || len(r.Sentence) > 1000 {
				t.Fatalf("incomplete risk %+v", r)
			}
		}
		var plain struct {
			Statement []struct{ Effect, Action, Resource string }
		}
		if !v.Judged || json.Unmarshal(document, &plain) != nil || len(plain.Statement) != 1 {
			return
		}
		if s := plain.Statement[0]; s.Effect == "Allow" && s.Action == "*" && s.Resource == "*" {
			if worst, ok := v.Worst(); !ok || worst.Severity == iampolicy.Medium {
				t.Fatalf("a grant of everything is judged %+v", v)
			}
		}
	})
}
