package simulation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"riposte/events"
	"riposte/internal/testkit/moto"
	"riposte/pkg/app/detector"
	"riposte/pkg/app/notifier"
	"riposte/pkg/app/remediator"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/ledger/ledgertest"
	"riposte/pkg/notify"
	"riposte/pkg/observe"
)

// What must never be in a log, by where it comes from.
const (
	secretKey    = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	sessionToken = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
	webhookPath  = "/services/T000/B000/not-a-real-token"
	inUserAgent  = "hunter2-in-the-user-agent"
	inName       = "hunter2-in-a-name"
	inDocument   = "hunter2-in-a-document"
	inAnswer     = "hunter2-in-an-answer"
)

// functions are the three functions as Lambda would run them, with one log and what they returned.
type functions struct {
	t      *testing.T
	server *moto.Server
	slack  *httptest.Server
	env    map[string]string
	log    bytes.Buffer
	failed []string // the errors that were returned, which Lambda logs
	now    time.Time
}

// newFunctions makes what they need in moto, in the account of its credentials.
func newFunctions(t *testing.T) *functions {
	t.Helper()
	f := &functions{t: t, server: moto.Start(t), now: time.Date(2026, 11, 20, 9, 17, 0, 0, time.UTC)}
	f.slack = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	t.Cleanup(f.slack.Close)
	cfg := f.server.Config()
	ledgertest.CreateTable(t, dynamodb.NewFromConfig(cfg), "ledger")
	_, queueErr := sqs.NewFromConfig(cfg).CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String("jobs.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})
	_, busErr := eventbridge.NewFromConfig(cfg).CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("riposte")})
	topic, topicErr := sns.NewFromConfig(cfg).CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("incidents")})
	_, secretErr := secretsmanager.NewFromConfig(cfg).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("riposte/slack"), SecretString: aws.String(f.slack.URL + webhookPath),
	})
	for _, err := range []error{queueErr, busErr, topicErr, secretErr} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f.env = map[string]string{
		"RIPOSTE_TABLE": "ledger", "RIPOSTE_QUEUE_URL": f.server.URL + "/" + moto.Account + "/jobs.fifo", "RIPOSTE_BUS": "riposte",
		"RIPOSTE_ACCOUNT": moto.Account, "RIPOSTE_OWN_ROLES": "arn:aws:iam::" + moto.Account + ":role/Riposte-remediate",
		"RIPOSTE_MAX_RECEIVES": "5", "RIPOSTE_SNS_TOPIC": aws.ToString(topic.TopicArn), "RIPOSTE_SLACK_SECRET": "riposte/slack",
		"RIPOSTE_CONFIG": filepath.Join(t.TempDir(), "riposte.yaml"),
		"AWS_REGION":     "us-east-1", "AWS_ENDPOINT_URL": f.server.URL,
		"AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE", "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": sessionToken,
	}
	f.configure("stance: enforce\n")
	return f
}

func (f *functions) configure(text string) {
	f.t.Helper()
	if err := os.WriteFile(f.env["RIPOSTE_CONFIG"], []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// with returns the environment with some of it changed.
func (f *functions) with(changes map[string]string) func(string) string {
	env := maps.Clone(f.env)
	maps.Copy(env, changes)
	return func(name string) string { return env[name] }
}

func (f *functions) clock() time.Time { return f.now }

// run makes a function anew, as a cold start does, and gives it one event; what it returns is logged as Lambda does.
func (f *functions) run(changes map[string]string, start func(getenv func(string) string) (func(context.Context) error, error)) {
	f.t.Helper()
	handle, err := start(f.with(changes))
	if err != nil {
		f.t.Fatal(err)
	}
	if err := handle(f.t.Context()); err != nil {
		f.failed = append(f.failed, err.Error())
	}
}

func (f *functions) detect(event []byte, changes map[string]string) {
	f.t.Helper()
	f.run(changes, func(getenv func(string) string) (func(context.Context) error, error) {
		d, err := detector.New(getenv, f.clock, observe.NewLogger(&f.log, getenv))
		return func(ctx context.Context) error { return d.Handle(ctx, event) }, err
	})
}

func (f *functions) remediate(body, receives string, changes map[string]string) {
	f.t.Helper()
	f.run(changes, func(getenv func(string) string) (func(context.Context) error, error) {
		r, err := remediator.New(getenv, f.clock, observe.NewLogger(&f.log, getenv))
		return func(ctx context.Context) error {
			_, err := r.Handle(ctx, lambdaevents.SQSEvent{Records: []lambdaevents.SQSMessage{{
				MessageId: "m-1", Body: body, Attributes: map[string]string{"MessageGroupId": "g", "ApproximateReceiveCount": receives},
			}}})
			return err
		}, err
	})
}

func (f *functions) notify(in ledger.Incident, detailType string, due int64, changes map[string]string) {
	f.t.Helper()
	detail, err := json.Marshal(notify.Message{Due: due, Incident: in})
	if err != nil {
		f.t.Fatal(err)
	}
	event := fmt.Appendf(nil, `{"source":"riposte","detail-type":%q,"detail":%s}`, detailType, detail)
	f.run(changes, func(getenv func(string) string) (func(context.Context) error, error) {
		n, err := notifier.New(getenv, f.clock, observe.NewLogger(&f.log, getenv))
		return func(ctx context.Context) error { return n.Handle(ctx, event) }, err
	})
}

// keyCreated makes a user with a key in moto and returns the event of that, full of secrets.
func (f *functions) keyCreated(eventID string) []byte {
	f.t.Helper()
	api := iam.NewFromConfig(f.server.Config())
	user := aws.String(inName + eventID)
	if _, err := api.CreateUser(f.t.Context(), &iam.CreateUserInput{UserName: user}); err != nil {
		f.t.Fatal(err)
	}
	made, err := api.CreateAccessKey(f.t.Context(), &iam.CreateAccessKeyInput{UserName: user})
	if err != nil {
		f.t.Fatal(err)
	}
	raw, err := fs.ReadFile(events.Files(), "iam/CreateAccessKey.other-user.json")
	if err != nil {
		f.t.Fatal(err)
	}
	var sample struct{ Detail map[string]any }
	if err := json.Unmarshal(raw, &sample); err != nil {
		f.t.Fatal(err)
	}
	sample.Detail["userAgent"] = "curl/8.9 " + inUserAgent
	sample.Detail["eventID"] = eventID
	sample.Detail["requestParameters"] = map[string]any{"userName": *user, "note": inDocument}
	sample.Detail["responseElements"] = map[string]any{"accessKey": map[string]any{
		"userName": *user, "accessKeyId": *made.AccessKey.AccessKeyId, "status": "Active", "secretAccessKey": inAnswer,
	}}
	detail, err := json.Marshal(sample.Detail)
	if err != nil {
		f.t.Fatal(err)
	}
	event := fmt.Sprintf(`{"version":"0","id":%q,"detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":%q,
		"time":"2026-11-20T09:16:10Z","region":"us-east-1","detail":%s}`, eventID, moto.Account, detail)
	return []byte(strings.ReplaceAll(event, "111122223333", moto.Account))
}

func (f *functions) incidents() []ledger.Incident {
	f.t.Helper()
	list, err := dynamo.New(dynamodb.NewFromConfig(f.server.Config()), "ledger", f.clock).List(f.t.Context(), ledger.Query{})
	if err != nil {
		f.t.Fatal(err)
	}
	return list
}

// TestLogs runs the three functions through what they do and through what may fail, and holds that the log counts every
// outcome once, whatever comes twice, and holds no secret.
func TestLogs(t *testing.T) {
	f := newFunctions(t)
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"not in this test"}`)
	}))
	t.Cleanup(refusing.Close)
	nowhere := map[string]string{"AWS_ENDPOINT_URL": refusing.URL, "RIPOSTE_QUEUE_URL": refusing.URL + "/jobs"}

	reversed := f.keyCreated("8c1f2a3b-0000-4000-8000-00000000000a")
	f.detect(reversed, nowhere) // comes again
	for range 3 {
		f.detect(reversed, nil)
	}
	f.detect([]byte(`{"source":"aws.iam","detail":{"userAgent":"`+inUserAgent+`"`), nil)
	in := f.incidents()[0]
	if in.State != ledger.Open || in.Action == "" {
		t.Fatalf("the incident is %s with the action %q: this test proves nothing", in.State, in.Action)
	}
	job, err := json.Marshal(engine.Job{Incident: in.ID, Group: "g"})
	if err != nil {
		t.Fatal(err)
	}
	f.remediate(string(job), "1", nowhere)
	for range 2 {
		f.remediate(string(job), "1", nil)
	}
	f.remediate(`{"incident":"`+inDocument, "1", nil)
	remediated := f.incidents()[0]

	f.configure("stance: [" + inDocument)
	f.detect(f.keyCreated("8c1f2a3b-0000-4000-8000-00000000000b"), nil)
	f.configure("stance: enforce\n")
	f.detect(f.keyCreated("8c1f2a3b-0000-4000-8000-00000000000c"), nil)
	for _, other := range f.incidents() {
		if other.State == ledger.Open && other.Action != "" { // its user is not in the account that moto now knows
			stop(t, f, other)
			f.remediate(`{"incident":"`+other.ID+`","group":"g"}`, "5", nil)
		}
	}

	for range 2 {
		f.notify(remediated, notify.IncidentRemediated, 7, nil)
		f.notify(remediated, notify.IncidentUndone, 9, nil)
		f.notify(remediated, notify.IncidentKept, 8, nil)
	}
	f.notify(remediated, notify.IncidentOpened, 1, nowhere)
	f.slack.Close() // from here on Slack is out of reach, and the error of the client knows the address
	f.notify(remediated, notify.IncidentOpened, 2, nil)

	f.keepSecrets()
	want := map[string]int{
		observe.IncidentsOpened: 3, observe.Remediated: 1, observe.RemediationFailed: 1, observe.Undone: 1, observe.Kept: 1,
		observe.MessagesTold: 7, observe.MessagesFailed: 3, observe.EventToReceived: 3, observe.EventToVerified: 1,
	}
	for name, n := range f.counted() {
		if w, ok := want[name]; ok && w != n {
			t.Errorf("%s is in %d lines, want %d", name, n, w)
		}
		delete(want, name)
	}
	if len(want) != 0 {
		t.Errorf("no line carries %v", slices.Sorted(maps.Keys(want)))
	}
	if t.Failed() {
		t.Logf("the log:\n%s\nreturned:\n%s", f.log.String(), strings.Join(f.failed, "\n"))
	}
}

// stop turns acting off, so that the job of an incident is refused.
func stop(t *testing.T, f *functions, in ledger.Incident) {
	t.Helper()
	store := dynamo.New(dynamodb.NewFromConfig(f.server.Config()), "ledger", f.clock)
	if err := store.SetSwitch(t.Context(), ledger.Switch{Stopped: true, By: "ann", Reason: "a test of " + in.ID, At: f.now}); err != nil {
		t.Fatal(err)
	}
}

// keepSecrets holds that neither the log nor what was returned holds a secret.
func (f *functions) keepSecrets() {
	f.t.Helper()
	said := f.log.String() + strings.Join(f.failed, "\n")
	if len(f.failed) == 0 || !strings.Contains(said, "not in this test") {
		f.t.Error("nothing failed: this test proves nothing")
	}
	for _, secret := range []string{
		secretKey, sessionToken, webhookPath, strings.TrimPrefix(webhookPath, "/"), "not-a-real-token",
		inUserAgent, inName, inDocument, inAnswer, "AWS4-HMAC",
	} {
		if strings.Contains(said, secret) {
			f.t.Errorf("logged %q", secret)
		}
	}
}

// counted returns how many lines carry each metric, and holds that each line is one JSON object that says so to
// CloudWatch too.
func (f *functions) counted() map[string]int {
	f.t.Helper()
	out := map[string]int{}
	for line := range strings.Lines(f.log.String()) {
		var root map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &root); err != nil {
			f.t.Fatalf("%v in %s", err, line)
		}
		for _, m := range observe.Metrics() {
			if root[m.Name] == nil {
				continue
			}
			out[m.Name]++
			if !bytes.Contains(root["_aws"], fmt.Appendf(nil, "%q", m.Name)) {
				f.t.Errorf("%s is no metric to CloudWatch in %s", m.Name, line)
			}
		}
	}
	return out
}
