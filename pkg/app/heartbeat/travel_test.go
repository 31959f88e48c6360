package heartbeat

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/events"
	"riposte/internal/testkit/moto"
	"riposte/pkg/app/detector"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/ledger/ledgertest"
	"riposte/pkg/observe"
)

// TestTravel sends the event of a schedule's call through the real detect function into a ledger in DynamoDB, where the
// real heartbeat function finds it; then the trail stops, and nothing comes any more.
func TestTravel(t *testing.T) {
	server := moto.Start(t)
	ledgertest.CreateTable(t, dynamodb.NewFromConfig(server.Config()), "ledger")
	env := environment()
	maps.Copy(env, map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "RIPOSTE_PLACES": "eu-west-1", "RIPOSTE_OWN_ROLES": "arn:aws:iam::111122223333:role/Riposte-remediate",
		"RIPOSTE_QUEUE_URL": server.URL + "/jobs", "RIPOSTE_BUS": "riposte",
	})
	getenv := func(name string) string { return env[name] }
	now := time.Date(2026, 11, 25, 2, 22, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	detect, err := detector.New(getenv, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	look, err := New(getenv, clock, observe.NewLogger(&log, getenv))
	if err != nil {
		t.Fatal(err)
	}
	missing := func(want int) {
		t.Helper()
		log.Reset()
		if err := look.Handle(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		var last line
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
			t.Fatal(err)
		}
		if last.HeartbeatsMissing == nil || *last.HeartbeatsMissing != want || len(lines) != want+1 || last.AWS == nil {
			t.Errorf("at %s %s\nwant %d missing", now, log.String(), want)
		}
	}
	send := func(at time.Time) {
		t.Helper()
		raw, err := fs.ReadFile(events.Files(), "events/TagResource.riposte-heartbeat.json")
		if err != nil {
			t.Fatal(err)
		}
		when := json.RawMessage(raw)
		var sample struct{ Time string }
		if err := json.Unmarshal(raw, &sample); err != nil {
			t.Fatal(err)
		}
		when = bytes.ReplaceAll(when, []byte(sample.Time), []byte(at.Format(time.RFC3339)))
		if err := detect.Handle(t.Context(), when); err != nil {
			t.Fatal(err)
		}
	}

	missing(1) // it was never heard of
	first := now.Add(-time.Minute)
	send(first)
	missing(0)
	now = now.Add(40 * time.Minute)
	missing(0)
	send(first) // the same delivery once more is no new beat
	now = now.Add(5 * time.Minute)
	missing(1)
	send(now.Add(-10 * time.Minute)) // late, and it counts from when it was made
	missing(0)
	now = now.Add(35 * time.Minute)
	missing(0)
	now = now.Add(time.Second)
	missing(1)

	list, err := dynamo.New(dynamodb.NewFromConfig(server.Config()), "ledger", clock).List(t.Context(), ledger.Query{})
	if err != nil || len(list) != 0 {
		t.Errorf("beats opened the incidents %v: %v", list, err)
	}
}
