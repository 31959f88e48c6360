package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRedriveFromAnotherAccount holds that a member's queue is read with the member's credentials, and the hub's function
// invoked with those of the environment.
func TestRedriveFromAnotherAccount(t *testing.T) {
	letters := fakeAWS(t)
	profiles := filepath.Join(t.TempDir(), "config")
	text := "[profile member]\nregion = us-east-1\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = test\n"
	if err := os.WriteFile(profiles, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", profiles)
	c := parse(t, "riposte redrive events --queue-profile member --queue https://sqs.us-east-1.amazonaws.com/444455556666/Riposte-FailedEvents")
	if stdout, stderr, status := c.run(t); status != exitDone {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	for call, want := range map[string]string{
		"AmazonSQS.ReceiveMessage":                         "AKIAI44QH8DHBEXAMPLE",
		"AmazonSQS.DeleteMessage":                          "AKIAI44QH8DHBEXAMPLE",
		"/2015-03-31/functions/Riposte-detect/invocations": "AKIAIOSFODNN7EXAMPLE",
	} {
		if got := letters.signed[call]; got != want {
			t.Errorf("%s was signed with %q, want %q", call, got, want)
		}
	}
	c = parse(t, "riposte redrive events --queue-profile nobody --queue https://sqs.us-east-1.amazonaws.com/444455556666/Riposte-FailedEvents")
	if _, stderr, status := c.run(t); status != exitFailed || stderr == "" {
		t.Errorf("a profile that is not there: status %d, %q", status, stderr)
	}
}
