package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// TestCompletion holds that each shell gets a script, and that bash takes its own.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		stdout, stderr, status := parse(t, "riposte completion "+shell).run(t)
		if status != exitDone || stderr != "" || !strings.Contains(stdout, "riposte") {
			t.Errorf("%s: exit status %d, %d bytes, standard error %q", shell, status, len(stdout), stderr)
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	script, _, _ := parse(t, "riposte completion bash").run(t)
	cmd := exec.CommandContext(t.Context(), bash, "-n")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("bash refuses the script: %v\n%s", err, out)
	}
}

// TestComplete asks what the script of a shell asks when a person presses the tab key.
func TestComplete(t *testing.T) {
	for line, want := range map[string]string{
		"riposte __complete res":                "respond\tRun the whole pipeline on events, here and now\nresume\t",
		"riposte __complete rules IAM-00":       "IAM-001\tRoot user signed in to the console\nIAM-002\t",
		"riposte __complete actions deact":      "deactivate-access-key\t",
		"riposte __complete detect --stance ''": "observe\nguard\nenforce\n",
	} {
		if stdout, _, status := parse(t, line).run(t); status != exitDone || !strings.HasPrefix(stdout, want) {
			t.Errorf("%s: exit status %d, wrote\n%s\nwant\n%s", line, status, stdout, want)
		}
	}
}

func TestVersion(t *testing.T) {
	stdout, _, status := parse(t, "riposte version").run(t)
	if fields := strings.Fields(stdout); status != exitDone || len(fields) != 2 || fields[0] != "riposte" {
		t.Errorf("exit status %d, wrote %q, want riposte and a version", status, stdout)
	}
}

// TestSchema holds that the published schema is what the command writes.
func TestSchema(t *testing.T) {
	published, err := os.ReadFile("../../docs/riposte.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	stdout, _, status := parse(t, "riposte config schema").run(t)
	if diff := cmp.Diff(string(published), stdout); status != exitDone || diff != "" {
		t.Errorf("exit status %d (-docs +command):\n%s", status, diff)
	}
}

// TestInterrupted holds that a command that is interrupted says so by its exit status and does not pass for done.
func TestInterrupted(t *testing.T) {
	enter(t, nil)
	fakeAWS(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{
		{"detect", "events"},
		{"respond", "--ledger", "l.db", "events"},
		{"incidents", "--ledger", "l.db"},
		{"demo"},
	} {
		var out, errs bytes.Buffer
		status := Run(ctx, Process{
			Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
			Getenv: func(string) string { return "" }, Now: clock, Sleep: awake,
		})
		if status != exitFailed || !strings.Contains(errs.String(), context.Canceled.Error()) {
			t.Errorf("%v: exit status %d, standard error %q", args, status, errs.String())
		}
	}
}

// TestCutOff holds that a compressed file that ends too soon is named, and what it held before is told.
func TestCutOff(t *testing.T) {
	enter(t, nil)
	record := strings.ReplaceAll(accessKeyRecord, "\n", "")
	whole := zipped(t, []byte(strings.Repeat(record+"\n", 2)))
	if err := os.WriteFile("cut.json.gz", whole[:len(whole)-6], 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := parse(t, "riposte detect --strict cut.json.gz").run(t)
	if status != exitFailed || strings.Count(stdout, "\n") != 2 || !strings.Contains(stderr, "cut.json.gz") {
		t.Errorf("exit status %d, wrote\n%s\nand %q", status, stdout, stderr)
	}
}

// TestLinkedFolder holds that a folder which is named by a link is searched.
func TestLinkedFolder(t *testing.T) {
	enter(t, nil)
	if err := os.Symlink("events", "link"); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if direct, linked := run(t, "riposte detect events"), run(t, "riposte detect link"); len(linked) != len(direct) {
		t.Errorf("%d findings by the link, %d by the folder", len(linked), len(direct))
	}
}

func TestIncidentTable(t *testing.T) {
	var out bytes.Buffer
	err := incidentTable(&Process{Stdout: &out}, []ledger.Incident{
		{
			ID: "inc-1", State: ledger.Open, Mode: "alert", Rule: "IAM-002", Severity: detect.High, Account: "111122223333",
			Resource: "AccessKey/\x1b[2Jx\u202ey", Times: ledger.Times{Received: clock()},
		},
		{
			ID: "inc-22", State: ledger.Remediated, Mode: "act", Rule: "LOG-001", Severity: detect.Critical, Account: "111122223333",
			Resource: "Trail/main", Times: ledger.Times{Received: clock().In(time.FixedZone("", 3600))},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `ID      RECEIVED              SEVERITY  RULE     STATE       MODE   ACCOUNT       RESOURCE
inc-1   2026-11-20T12:00:00Z  HIGH      IAM-002  open        alert  111122223333  AccessKey/�[2Jx�y
inc-22  2026-11-20T12:00:00Z  CRITICAL  LOG-001  remediated  act    111122223333  Trail/main
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// TestHostileNames holds that names which an attacker chose reach no terminal as control characters, be it in an error.
func TestHostileNames(t *testing.T) {
	enter(t, nil)
	fakeAWS(t)
	for _, line := range []string{
		"riposte respond --stance enforce --ledger l.db events/iam/CreateAccessKey.hostile-name.json",
		"riposte rules '\x1b[2J'", "riposte undo '\x1b[2J' --ledger l.db", "riposte detect '\x1b[2J'", "riposte '\x1b[2J'",
	} {
		stdout, stderr, _ := parse(t, line).run(t)
		if stderr == "" || strings.ContainsAny(stdout+stderr, "\x1b\u202e\u0007") {
			t.Errorf("%q wrote %q and %q", line, stdout, stderr)
		}
	}
}
