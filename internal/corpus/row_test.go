package corpus

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
)

const record = `{"eventVersion":"1.11","eventID":"...","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",` +
	`"eventType":"AwsConsoleSignIn","eventTime":"2026-11-01T12:00:00Z","awsRegion":"us-east-1","recipientAccountId":"111122223333",` +
	`"userIdentity":{"type":"Root","accountId":"111122223333"},"addendum":{"originalEventID":"..."}}`

func TestRead(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(Attacks, `{"id":"a-1","class":"x","also":["y"],"kind":"k","case":"c","why":"w","expected":true,"threshold":3,"record":{"a":1}}`+"\n")
	rows, err := Read(folder, Attacks)
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{{
		ID: "a-1", Class: "x", Also: []string{"y"}, Kind: "k", Case: "c", Why: "w", Expected: true, Threshold: 3, Record: []byte(`{"a":1}`),
	}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"x", "y"}, rows[0].Classes()); diff != "" {
		t.Errorf("classes: -want +got\n%s", diff)
	}

	write(Benign, "{\"id\":\"b-1\"}\n{\"id\":\n")
	if _, err := Read(folder, Benign); err == nil || !strings.Contains(err.Error(), Benign+" line 2") {
		t.Errorf("a broken line: %v, want one that names file and line", err)
	}
	if _, err := Read(folder, Context); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: %v, want fs.ErrNotExist", err)
	}
}

func TestEvent(t *testing.T) {
	ev, err := Row{ID: "a-1", Record: []byte(record)}.Event()
	if err != nil {
		t.Fatal(err)
	}
	want := &cloudtrail.Envelope{
		ID: "a-1", Source: "aws.signin", DetailType: "AWS Console Sign In via CloudTrail", Account: "111122223333", Region: "us-east-1", Time: ev.Time,
	}
	if diff := cmp.Diff(want, ev.Envelope); diff != "" {
		t.Errorf("envelope: -want +got\n%s", diff)
	}
	if ev.DedupeID() != "a-1" {
		t.Errorf("identifier %q, want the row's", ev.DedupeID())
	}
	if _, err := (Row{ID: "a-2", Record: []byte(`{}`)}).Event(); err == nil || !strings.Contains(err.Error(), "a-2") {
		t.Errorf("no record: %v, want an error that names the row", err)
	}
}
