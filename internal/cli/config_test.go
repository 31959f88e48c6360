package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/config"
)

const accessKeyRecord = `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice",
"accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"alice"},"eventTime":"2026-11-20T11:59:00Z","eventSource":"iam.amazonaws.com",
"eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.31","requestParameters":{"userName":"bob"},
"responseElements":{"accessKey":{"userName":"bob","accessKeyId":"AKIAI44QH8DHBEXAMPLE","status":"Active","createDate":"Nov 20, 2026 11:59:00 AM"}},
"requestID":"6d4c6d2f-0000-4000-8000-000000000001","eventID":"6d4c6d2f-0000-4000-8000-000000000002","readOnly":false,"eventType":"AwsApiCall",
"managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`

// runConfig runs "riposte config …" in a folder of its own and returns what it wrote.
func runConfig(t *testing.T, files map[string]string, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(".", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	cmd := newConfig(&Process{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" },
		Now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
	})
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

func TestConfigValidate(t *testing.T) {
	const good = `stance: guard
rules: { IAM-002: { mode: ask } }
exceptions:
  - { rule: IAM-002, account: "111122223333", owner: ann, reason: r, expires: 2026-11-19 }
  - { rule: IAM-002, account: "111122223333", owner: bob, reason: r, expires: 2026-11-20 }
`
	stdout, stderr, err := runConfig(t, map[string]string{"riposte.yaml": good}, "", "validate")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`riposte.yaml: valid
stance guard; rules with a mode of their own: 1; accounts with settings of their own: 0
exceptions that hold: 1 of 2; break-glass principals: 0; irreversible actions that may act: 0
acts on at most 50 incidents an hour, 20 in one account, 10 of one rule there; on no event older than 1h0m0s
`, stdout); diff != "" {
		t.Error(diff)
	}
	if want := "riposte.yaml:4:5: warning: exceptions[0] expired on 2026-11-20T00:00:00Z"; !strings.HasPrefix(stderr, want) {
		t.Errorf("standard error: %q, want %q", stderr, want)
	}
}

func TestConfigValidateRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"syntax":  {"stance: [", "x.yaml:1:1: no valid YAML"},
		"values":  {"stanc: guard\nlimits: { total: x }", "x.yaml:1:1: unknown key \"stanc\": did you mean stance?; known here: stance, rules, accounts, exceptions, break_glass, irreversible, limits, contain, notify, answers, organization, trusted_accounts, regions, sigma\nx.yaml:2:18: limits.total: want a whole number, found text\n"},
		"unknown": {"rules: { access-key-create: { mode: act } }", "x.yaml:1:10: rules: no rule or class \"access-key-create\" in this version: did you mean access-key-created?"},
	} {
		stdout, stderr, err := runConfig(t, map[string]string{"x.yaml": c.text}, "", "validate", "x.yaml")
		if err != errFailed || stdout != "" || !strings.HasPrefix(stderr, c.want) { //nolint:errorlint // it is returned as it is
			t.Errorf("%s: error %v, standard output %q, standard error\n%s\nwant\n%s", name, err, stdout, stderr, c.want)
		}
	}
	if _, _, err := runConfig(t, nil, "", "validate"); err == nil || !strings.Contains(err.Error(), "riposte.yaml") {
		t.Errorf("no file: %v", err)
	}
}

func TestConfigExplain(t *testing.T) {
	files := map[string]string{"riposte.yaml": "rules: { IAM-002: { mode: act } }\n"}
	stdout, stderr, err := runConfig(t, files, accessKeyRecord+"\n"+strings.Replace(accessKeyRecord, "CreateAccessKey", "ListAccessKeys", 1), "explain", "-")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rule, Mode, Reason, Action string
		Guards                     []struct {
			Guard   string
			Decided bool
			Note    string
		}
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	if got.Rule != "IAM-002" || got.Mode != "act" || got.Action != "deactivate-access-key" ||
		got.Reason != "The configuration says act (rules.IAM-002.mode): deactivate-access-key is done at once." {
		t.Errorf("got %+v", got)
	}
	if n := len(got.Guards); n < 10 || !got.Guards[n-1].Decided || got.Guards[n-1].Guard != "mode" || got.Guards[0].Guard != "configuration" {
		t.Errorf("guards %+v", got.Guards)
	}
	if stderr != "no rule finds anything in 1 of 2 events\n" {
		t.Errorf("standard error: %q", stderr)
	}

	stdout, _, err = runConfig(t, nil, accessKeyRecord, "explain", "--stance", "guard", "-")
	if err != nil || !strings.Contains(stdout, `"mode":"contain"`) {
		t.Errorf("stance guard: %v\n%s", err, stdout)
	}
	if _, stderr, err := runConfig(t, nil, "no record", "explain", "-"); err == nil || stderr == "" {
		t.Errorf("unreadable event: error %v, standard error %q", err, stderr)
	}
	if _, _, err := runConfig(t, nil, "", "explain"); err == nil {
		t.Error("explain without an event")
	}
}

func TestConfigSchema(t *testing.T) {
	stdout, _, err := runConfig(t, nil, "", "schema")
	if err != nil || stdout != string(config.Schema()) {
		t.Errorf("error %v; wrote %d bytes of %d", err, len(stdout), len(config.Schema()))
	}
}
