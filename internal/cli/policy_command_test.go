package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/iampolicy"
)

// runPolicy runs "riposte policy …" and returns what it wrote and the exit status.
func runPolicy(t *testing.T, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Run(t.Context(), Process{
		Args: append([]string{"policy"}, args...), Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs,
		Getenv: func(string) string { return "" },
	})
	return out.String(), errs.String(), status
}

func policyFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPolicyReport(t *testing.T) {
	path := policyFile(t, `
{
	"Version": "2012-10-17",
	"Statement": [
		{"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
		{
			"Sid": "Open",
			"Effect": "Allow",
			"Principal": {"AWS": ["111122223333", "*"]},
			"Action": "sts:AssumeRole"
		}
	]
}
`)
	stdout, stderr, status := runPolicy(t, "", "--account", "111122223333", path)
	if status != exitDone || stderr != "" {
		t.Fatalf("status %d, standard error %q", status, stderr)
	}
	about, ok := iampolicy.About(iampolicy.Public)
	if !ok {
		t.Fatal("public is no subject")
	}
	for _, want := range []string{
		path + ": trust policy, 1 risk in 2 statements\n\n" + path + ":9:42\n",
		"    9 |    \"Principal\": {\"AWS\": [\"111122223333\", \"*\"]},\n      |                                          ^^^\n",
		"\n  CRITICAL public: Statement 2 (Open) ",
		"\n    Why:    " + about.Why + "\n    Narrow: " + about.Narrow + "\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

func TestPolicyReportMarksLines(t *testing.T) {
	text := "{\n  \"Effect\": \"Allow\",\n\t\"Action\": \"*\"\n}"
	var b strings.Builder
	r := report{}
	r.excerpt(&b, text, iampolicy.Span{Start: 0, End: int32(len(text))}, 3)
	want := "    3 > {\n    4 >   \"Effect\": \"Allow\",\n    5 >  \"Action\": \"*\"\n    6 > }\n"
	if b.String() != want {
		t.Errorf("(-want +got)\n%s", cmp.Diff(want, b.String()))
	}
}

func TestPolicyReportOfOthers(t *testing.T) {
	trust := policyFile(t, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}}`)
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		want, not   string
	}{
		{"a trust policy is told by its looks", "", []string{trust}, exitDone, "trust policy", "identity"},
		{"a stranger", "", []string{trust}, exitDone, "external-account", ""},
		{"a trusted account", "", []string{"--account", "111122223333", "--trusted", "444455556666", trust}, exitDone, "no risks", "external-account"},
		{"a resource policy", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}}`, nil, exitDone, "public", ""},
		{"a boundary", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, []string{"--type", "boundary", "-"}, exitDone, "the boundary bounds nothing", ""},
		{"a document on one long line", `{"Statement":[` + strings.Repeat(`{"Effect":"Allow","Action":"ec2:DescribeVpcs","Resource":"*"},`, 100) + `{"Effect":"Allow","Action":"*","Resource":"*"}]}`, nil, exitDone, "…", strings.Repeat(`"ec2:DescribeVpcs"`, 1) + strings.Repeat(" ", 200)},
		{"URL encoding", `%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D`, nil, exitDone, "full-admin", ""},
		{"no escape reaches the terminal", `{"Statement":{"Sid":"\u001b[2J","Effect":"Allow","Action":"*","Resource":"*"}}`, nil, exitDone, "full-admin", "\x1b"},
		{"a key that stands twice", `{"Statement":{"Effect":"Allow","Action":"*","Action":"s3:GetObject","Resource":"*"}}`, nil, exitDone, "note: Action stands twice", ""},
		{"no JSON", `{"Statement":`, nil, exitFailed, "is not judged", ""},
		{"a missing file", "", []string{"/nowhere/policy.json"}, exitFailed, "/nowhere/policy.json", ""},
		{"one of two", "", []string{"/nowhere/policy.json", trust}, exitFailed, "trust policy", ""},
		{"the wrong type", "", []string{"--type", "group", trust}, exitUsage, "identity, trust, resource, boundary or scp", ""},
		{"the wrong account", "", []string{"--account", "1111", trust}, exitUsage, "twelve digits", ""},
		{"an identity policy said to be one of trust", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, []string{"--type", "trust"}, exitFailed, "is not judged", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, status := runPolicy(t, c.stdin, c.args...)
			if all := stdout + stderr; status != c.status || !strings.Contains(all, c.want) || c.not != "" && strings.Contains(all, c.not) {
				t.Errorf("status %d, want %d and %q without %q:\n%s%s", status, c.status, c.want, c.not, stdout, stderr)
			}
		})
	}
}

func TestPolicyLines(t *testing.T) {
	const admin = `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	quoted, err := json.Marshal(admin)
	if err != nil {
		t.Fatal(err)
	}
	lines := []struct{ line, want string }{
		{`{"id":"a","type":"identity","document":` + admin + `,"account":"111122223333"}`, `{"id":"a","judged":true} full-admin/critical/1`},
		{`{"id":"b","type":"identity","document":` + string(quoted) + `}`, `{"id":"b","judged":true} full-admin/critical/1`},
		{`{"id":7,"type":"identity","document":{"Statement":[]}}`, `{"id":7,"judged":true}`},
		{`{"id":"c","document":` + admin + `}`, `{"id":"c","judged":true} full-admin/critical/1`},
		{`{"id":"d","type":"group","document":` + admin + `}`, `{"id":"d","judged":false} the type "group" is not identity, trust, resource, boundary or scp`},
		{`{"id":"e","type":"identity"}`, `{"id":"e","judged":false} the line has no document`},
		{`{"id":"f","type":"identity","document":null}`, `{"id":"f","judged":false} the line has no document`},
		{`{"id":"g","type":"identity","document":{"Statement":[{"Effect":"Allow"}]}}`, `{"id":"g","judged":false} statement 1 has no Action or NotAction (line 1, column 15)`},
		{`{"id":"h","type":"identity","account":"x","document":` + admin + `}`, `{"id":"h","judged":false} "x" is no account id: twelve digits are expected`},
		{`{"id":"i"`, `{"id":null,"judged":false} the line cannot be read: unexpected end of JSON input`},
		{``, `{"id":null,"judged":false} the line is empty`},
		{`{"id":"` + strings.Repeat("x", maxPolicyLine) + `"}`, `{"id":null,"judged":false} the line has more than 4194304 bytes`},
		{`{"id":"j","type":"TRUST","account":"111122223333","trusted":["444455556666"],"document":{"Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}}}`, `{"id":"j","judged":true}`},
		{`{"id":"l","type":"trust-statement","account":111122223333,"document":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`, `{"id":"l","judged":true}`},
		{`{"id":"m","type":"identity_policy","document":"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D"}`, `{"id":"m","judged":true} full-admin/critical/1`},
		{`{"id":"n","type":"any","document":` + admin + `}`, `{"id":"n","judged":true} full-admin/critical/1`},
		{`{"id":"o","type":"permissions-boundary","document":` + admin + `}`, `{"id":"o","judged":true} full-admin/high/1`},
		{`{"id":"p","type":"Service-Control-Policy","document":` + admin + `}`, `{"id":"p","judged":true}`},
		{`[1]`, `{"id":null,"judged":false} the line cannot be read: json: cannot unmarshal array into Go value of type cli.documentLine`},
		{`{"id":"k","type":"identity","document":{"Statement":{"Effect":"Allow","Action":"s3:GetObject","action":"*","Resource":"*"}}}`, `{"id":"k","judged":true} full-admin/critical/1`},
	}
	var in, want []string
	for _, l := range lines {
		in, want = append(in, l.line), append(want, l.want)
	}
	stdout, stderr, status := runPolicy(t, strings.Join(in, "\n"), "--jsonl")
	if status != exitDone || stderr != "" {
		t.Fatalf("status %d, standard error %q", status, stderr)
	}
	var got []string
	for line := range strings.Lines(stdout) {
		var v struct {
			ID     json.RawMessage
			Judged bool
			Reason string
			Risks  []struct {
				Code, Severity, Detail string
				Statement              json.Number
			}
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if v.Risks == nil {
			t.Errorf("risks are not a list: %s", line)
		}
		head, err := json.Marshal(struct {
			ID     json.RawMessage `json:"id"`
			Judged bool            `json:"judged"`
		}{v.ID, v.Judged})
		if err != nil {
			t.Fatal(err)
		}
		text := string(head)
		if v.Reason != "" {
			text += " " + v.Reason
		}
		for _, r := range v.Risks {
			if r.Detail == "" {
				t.Errorf("a risk without a sentence: %s", line)
			}
			if r.Code == iampolicy.FullAdmin {
				text += " " + r.Code + "/" + r.Severity + "/" + r.Statement.String()
			}
		}
		got = append(got, text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, _, status := runPolicy(t, strings.Join(in, "\n"), "--jsonl", "--strict"); status != exitFailed {
		t.Errorf("--strict: status %d", status)
	}
}

func TestPolicyEvaluate(t *testing.T) {
	const allow, deny = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	request := func(more string) string {
		return `"request":{"principal":"arn:aws:iam::111122223333:user/alice","action":"s3:GetObject","resource":"arn:aws:s3:::a/b"` + more + `}`
	}
	lines := []struct{ line, want string }{
		{`{"id":"a",` + request("") + `,"identity":[` + allow + `]}`, "Allowed"},
		{`{"id":2,` + request("") + `,"identity":["` + strings.ReplaceAll(allow, `"`, `\"`) + `"]}`, "Allowed"},
		{`{"id":"c",` + request("") + `,"identity":` + allow + `,"resource_policy":null,"boundary":null,"session":[],"scps":[],"rcps":[]}`, "Allowed"},
		{`{"id":"d",` + request("") + `}`, "ImplicitlyDenied"},
		{`{"id":"e",` + request("") + `,"identity":[` + allow + `,` + deny + `]}`, "ExplicitlyDenied"},
		{`{"id":"f",` + request("") + `,"identity":[` + allow + `],"scps":[[` + allow + `],[]]}`, "ImplicitlyDenied"},
		{`{"id":"g",` + request("") + `,"identity":[` + allow + `],"scps":[[` + allow + `],[` + deny + `]]}`, "ExplicitlyDenied"},
		{`{"id":"h",` + request(`,"management_account":"111122223333"`) + `,"identity":[` + allow + `],"scps":[[` + deny + `]]}`, "Allowed"},
		{`{"id":"i",` + request(`,"resource_account":"444455556666"`) + `,"identity":[` + allow + `]}`, "ImplicitlyDenied"},
		{`{"id":"j",` + request(`,"context":{"aws:SecureTransport":true,"aws:TagKeys":["a","b"],"s3:max-keys":10,"x:y":null}`) + `,"identity":[
			{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},
			"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]},"NumericLessThan":{"s3:max-keys":"11"},"Null":{"x:y":"true"}}}}]}`, "Allowed"},
		{`{"id":"k","request":{"principal":{"Service":"ec2.amazonaws.com"},"action":"sts:AssumeRole","resource":"arn:aws:iam::111122223333:role/r"},
			"resource_policy":{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}}`, "Allowed"},
		{`{"id":"l",` + request("") + `,"identity":[` + allow + `],"boundary":[{"Statement":"x"}]}`, "ImplicitlyDenied"},
		{`{"id":"m",` + request(`,"resourceAccount":"444455556666"`) + `,"identity":[` + allow + `]}`, "ImplicitlyDenied error"},
		{`{"id":"n",` + request(`,"context":{"a:b":{"c":"d"}}`) + `,"identity":[` + allow + `]}`, "ImplicitlyDenied error"},
		{`{"id":"o","identity":[` + allow + `]}`, "ImplicitlyDenied error"},
		{`nonsense`, "ImplicitlyDenied error"},
		{``, "ImplicitlyDenied error"},
	}
	var in, want []string
	for _, l := range lines {
		in, want = append(in, strings.Join(strings.Fields(l.line), " ")), append(want, l.want)
	}
	stdout, stderr, status := runPolicy(t, strings.Join(in, "\n")+"\n", "evaluate", "--jsonl")
	if status != exitDone || stderr != "" {
		t.Fatalf("status %d, standard error %q", status, stderr)
	}
	var got []string
	for line := range strings.Lines(stdout) {
		var d struct {
			ID                  json.RawMessage
			Decision, By, Error string
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil || d.By == "" {
			t.Fatalf("%v: %s", err, line)
		}
		if d.Error != "" {
			d.Decision += " error"
		}
		got = append(got, d.Decision)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s\n%s", diff, stdout)
	}
	if !strings.HasPrefix(stdout, `{"id":"a","decision":"Allowed","by":"the identity policy, statement 1 allows it"}`+"\n"+`{"id":2,`) {
		t.Errorf("standard output:\n%s", stdout)
	}
	note := `{"id":"a","note":"x","scp":[],` + request("") + "}\n"
	if _, stderr, status := runPolicy(t, note+note, "evaluate", "--jsonl"); status != exitDone || stderr != "riposte: the unknown key \"note\" is ignored\nriposte: the unknown key \"scp\" is ignored\n" {
		t.Errorf("unknown keys: status %d, standard error %q", status, stderr)
	}
	if _, _, status := runPolicy(t, "nonsense", "evaluate", "--jsonl", "--strict"); status != exitFailed {
		t.Errorf("--strict: status %d", status)
	}
	if _, _, status := runPolicy(t, "", "evaluate"); status != exitUsage {
		t.Errorf("without --jsonl: status %d", status)
	}
	if _, _, status := runPolicy(t, "", "evaluate", "--jsonl", "/nowhere"); status != exitFailed {
		t.Errorf("a missing file: status %d", status)
	}
}
