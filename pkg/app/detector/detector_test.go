package detector

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"riposte/events"
	"riposte/internal/testkit/moto"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/ledger/ledgertest"
)

// clock is shortly after the sample event happened.
func clock() time.Time { return time.Date(2026, 11, 20, 9, 17, 0, 0, time.UTC) }

// environment is what infra gives the function, with the endpoint at url.
func environment(url string) map[string]string {
	return map[string]string{
		"RIPOSTE_TABLE": "ledger", "RIPOSTE_QUEUE_URL": url + "/" + moto.Account + "/jobs.fifo", "RIPOSTE_BUS": "riposte",
		"RIPOSTE_ACCOUNT": "111122223333", "RIPOSTE_OWN_ROLES": "arn:aws:iam::111122223333:role/Riposte-remediate",
		"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url,
		"AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE", "AWS_SECRET_ACCESS_KEY": "test",
	}
}

// start makes the function in an environment.
func start(env map[string]string) (*Function, string, error) {
	var log bytes.Buffer
	f, err := New(func(name string) string { return env[name] }, clock, slog.New(slog.NewTextHandler(&log, nil)))
	return f, log.String(), err
}

func TestNewNeeds(t *testing.T) {
	const nowhere = "http://127.0.0.1:1"
	for _, name := range []string{
		"RIPOSTE_TABLE", "RIPOSTE_QUEUE_URL", "RIPOSTE_BUS", "RIPOSTE_ACCOUNT", "RIPOSTE_OWN_ROLES", "AWS_REGION",
	} {
		env := environment(nowhere)
		delete(env, name)
		if _, _, err := start(env); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: error %v, want one that names it", name, err)
		}
	}
	if _, _, err := start(environment(nowhere)); err != nil {
		t.Errorf("with everything, and no configuration: %v", err)
	}
}

// TestHandle takes one event over the real wire under several configurations. Only one that can be read acts.
func TestHandle(t *testing.T) {
	server := moto.Start(t)
	for name, tt := range map[string]struct {
		config string // the text of riposte.yaml; "" for none
		path   string // its path where it is not there
		env    map[string]string
		jobs   int
		says   string // in the reason
		logs   string
	}{
		"none":      {says: "Stance observe"},
		"enforce":   {config: "stance: enforce", jobs: 1, says: "Stance enforce"},
		"broken":    {config: "stance: [", says: "configuration", logs: "configuration unreadable"},
		"unknown":   {config: "stance: enforce\nrules: { IAM-222: { mode: act } }", says: "IAM-222", logs: "configuration unreadable"},
		"not there": {path: "/nowhere/riposte.yaml", says: "/nowhere/riposte.yaml", logs: "configuration unreadable"},
		"another account": {
			config: "stance: enforce", env: map[string]string{"RIPOSTE_ACCOUNT": "999988887777"}, says: "not one that this deployment watches",
		},
		"a member of the organization": {
			config: "stance: enforce", env: map[string]string{"RIPOSTE_ACCOUNT": "999988887777", "RIPOSTE_SCOPE": "organization"},
			jobs: 1, says: "Stance enforce",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server.Reset(t)
			deploy(t, server)
			env := environment(server.URL)
			env["RIPOSTE_CONFIG"] = tt.path
			if tt.config != "" {
				env["RIPOSTE_CONFIG"] = filepath.Join(t.TempDir(), "riposte.yaml")
				if err := os.WriteFile(env["RIPOSTE_CONFIG"], []byte(tt.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			maps.Copy(env, tt.env)
			f, log, err := start(env)
			if err != nil || !strings.Contains(log, tt.logs) {
				t.Fatalf("error %v, logged %q, want %q in it", err, log, tt.logs)
			}
			for range 2 { // the same delivery again changes nothing
				if err := f.Handle(t.Context(), accessKeyCreated(t)); err != nil {
					t.Fatal(err)
				}
			}
			in := theIncident(t, server)
			if in.State != ledger.Open || !strings.Contains(in.Reason, tt.says) {
				t.Errorf("incident is %s in mode %s: %s, want open and %q", in.State, in.Mode, in.Reason, tt.says)
			}
			if len(in.Outbox) != 0 {
				t.Errorf("outbox %v: the bus took everything", in.Outbox)
			}
			jobs := received(t, server)
			if len(jobs) != tt.jobs {
				t.Fatalf("%d jobs, want %d", len(jobs), tt.jobs)
			}
			for _, job := range jobs {
				if job.Incident != in.ID || job.Group != in.Finding.Group() {
					t.Errorf("job %+v, want one for %s", job, in.ID)
				}
			}
		})
	}
}

// TestHandleLosesNothing holds that a delivery comes again while anything that it needs is out of reach.
func TestHandleLosesNothing(t *testing.T) {
	server := moto.Start(t)
	ledgertest.CreateTable(t, dynamodb.NewFromConfig(server.Config()), "ledger")
	env := environment(server.URL) // no queue
	env["RIPOSTE_CONFIG"] = filepath.Join(t.TempDir(), "riposte.yaml")
	if err := os.WriteFile(env["RIPOSTE_CONFIG"], []byte("stance: enforce"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, _, err := start(env)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Handle(t.Context(), accessKeyCreated(t)); err == nil {
		t.Error("no queue, and no error: the delivery is lost")
	}
	if err := f.Handle(t.Context(), json.RawMessage(`{"source":"aws.iam","detail":`)); err == nil {
		t.Error("half an envelope, and no error")
	}
	if err := f.Handle(t.Context(), json.RawMessage(`{"source":"aws.iam","detail":{"eventSource":"iam.amazonaws.com","eventName":"ListUsers"}}`)); err != nil {
		t.Errorf("an event that no rule wants: %v", err)
	}
}

func accessKeyCreated(t *testing.T) json.RawMessage {
	t.Helper()
	raw, err := fs.ReadFile(events.Files(), "iam/CreateAccessKey.other-user.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// deploy makes what the function needs.
func deploy(t *testing.T, server *moto.Server) {
	t.Helper()
	cfg := server.Config()
	ledgertest.CreateTable(t, dynamodb.NewFromConfig(cfg), "ledger")
	_, err := sqs.NewFromConfig(cfg).CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String("jobs.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = eventbridge.NewFromConfig(cfg).CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("riposte")})
	if err != nil {
		t.Fatal(err)
	}
}

func theIncident(t *testing.T, server *moto.Server) ledger.Incident {
	t.Helper()
	list, err := dynamo.New(dynamodb.NewFromConfig(server.Config()), "ledger", clock).List(t.Context(), ledger.Query{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d incidents, want 1: %v", len(list), err)
	}
	return list[0]
}

func received(t *testing.T, server *moto.Server) []engine.Job {
	t.Helper()
	out, err := sqs.NewFromConfig(server.Config()).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(environment(server.URL)["RIPOSTE_QUEUE_URL"]), MaxNumberOfMessages: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	var jobs []engine.Job
	for _, m := range out.Messages {
		var job engine.Job
		if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &job); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, job)
	}
	return jobs
}
