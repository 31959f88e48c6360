// Package permissions holds which calls Riposte's functions make over the real wire, for the infrastructure's tests to hold
// against the policies that are deployed. It has tests only.
package permissions

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	gocmp "github.com/google/go-cmp/cmp"

	"riposte/events"
	"riposte/internal/testkit/calls"
	"riposte/internal/testkit/moto"
	"riposte/pkg/actions"
	"riposte/pkg/app/detector"
	"riposte/pkg/app/heartbeat"
	"riposte/pkg/app/notifier"
	"riposte/pkg/app/remediator"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/ledger/ledgertest"
	"riposte/pkg/remedy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The names that the functions' resources have in the infrastructure's tests too.
const (
	table     = "Riposte-Ledger"
	jobs      = "Riposte-Jobs.fifo"
	bus       = "riposte"
	topic     = "Riposte-Topic"
	secret    = "riposte/slack"
	responder = "Riposte-responder"
	member    = "444455556666"

	trustOpened = "iam/UpdateAssumeRolePolicy.other-account-added.json"
)

// A deployment is what the functions work with, in moto, and a wire in front of it.
type deployment struct {
	t       *testing.T
	server  *moto.Server
	wire    *calls.Wire
	now     time.Time
	key     string // an access key of eve's
	records []calls.Record
}

// TestFunctions lets every function do all that it does at some time, and writes down what it needs for that. What remedies
// call is left out: internal/simaws has that.
func TestFunctions(t *testing.T) {
	d := deploy(t)
	d.detect()
	key, trust := d.incident("IAM-002"), d.incident("IAM-010")
	d.remediate(key, trust)
	d.notify(key)
	d.heartbeat()
	o := d.office()
	o.tellBurst(key)
	o.answers(key)
	d.records = append(d.records, byAWS(t)...)
	got, err := calls.Lines(d.records)
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/functions.golden.jsonl"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("what the functions call differs; where that is meant, run with -update (-want +got):\n%s", diff)
	}
}

func deploy(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{t: t, server: moto.Start(t), now: time.Date(2026, 11, 20, 9, 17, 0, 0, time.UTC)}
	d.wire = calls.Tap(t, d.server.URL, moto.Account)
	cfg := d.server.Config()
	ledgertest.CreateTable(t, dynamodb.NewFromConfig(cfg), table)
	_, err := sqs.NewFromConfig(cfg).CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String(jobs), Attributes: map[string]string{"FifoQueue": "true"},
	})
	d.must(err)
	_, err = eventbridge.NewFromConfig(cfg).CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String(bus)})
	d.must(err)
	_, err = sns.NewFromConfig(cfg).CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String(topic)})
	d.must(err)
	api := iam.NewFromConfig(cfg)
	_, err = api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("eve")})
	d.must(err)
	key, err := api.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("eve")})
	d.must(err)
	d.key = *key.AccessKey.AccessKeyId
	var opened struct {
		Detail struct {
			RequestParameters struct{ PolicyDocument string }
		}
	}
	d.must(json.Unmarshal(d.event(trustOpened, "111122223333", moto.Account), &opened))
	_, err = api.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("web-server"), AssumeRolePolicyDocument: &opened.Detail.RequestParameters.PolicyDocument,
	})
	d.must(err)
	return d
}

func (d *deployment) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// getenv gives a function its environment.
func (d *deployment) getenv(more map[string]string) func(string) string {
	all := map[string]string{
		"RIPOSTE_TABLE": table, "RIPOSTE_BUS": bus, "RIPOSTE_ACCOUNT": moto.Account, "RIPOSTE_STACK": "Riposte",
		"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": d.wire.URL,
		"AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE", "AWS_SECRET_ACCESS_KEY": "test",
	}
	return func(name string) string { return cmp.Or(more[name], all[name]) }
}

func (d *deployment) clock() time.Time { return d.now }

// plumbing are the services that functions are made of.
func plumbing(c calls.Call) bool {
	switch c.Service {
	case "DynamoDB", "SQS", "EventBridge", "SNS", "Secrets Manager", "SecurityHub", "STS":
		return true
	}
	return false
}

// general leaves out of a record's key whose it is: its kind is what matters. Claims on work are a kind of deliveries.
func general(key string) string {
	kind, name, named := strings.Cut(key, "#")
	switch {
	case !named, kind == "slot": // each family of slots is a partition of its own
		return key
	case strings.HasPrefix(name, "work/"):
		return kind + "#work/name"
	case kind == "delivery" && strings.HasPrefix(name, "answer/"):
		return kind + "#answer/name"
	case kind == "delivery" && strings.HasPrefix(name, "tick/"):
		return kind + "#tick/name"
	case kind == "count":
		purpose, _, _ := strings.Cut(name, "/")
		return kind + "#" + purpose + "/name"
	case strings.HasPrefix(name, "inc-"):
		return kind + "#inc-name"
	}
	return kind + "#name"
}

// take writes down what a function has called since the last time.
func (d *deployment) take(function string) {
	d.t.Helper()
	for _, c := range d.wire.Take() {

		if !plumbing(c) {
			continue
		}
		needs, err := calls.Needs(c)
		if err != nil {
			d.t.Errorf("%s: %v", function, err)
		}
		for _, n := range needs {
			if key, ok := n.Context["dynamodb:LeadingKeys"]; ok {
				n.Context["dynamodb:LeadingKeys"] = general(key)
			}
			d.records = append(d.records, calls.Record{By: function, Need: n})
		}
	}
}

func (d *deployment) event(name string, replace ...string) json.RawMessage {
	d.t.Helper()
	raw, err := fs.ReadFile(events.Files(), name)
	d.must(err)
	return json.RawMessage(strings.NewReplacer(replace...).Replace(string(raw)))
}

// detect sees a change that is acted on, one that is counted, one that is remembered, and a heartbeat.
func (d *deployment) detect() {
	config := filepath.Join(d.t.TempDir(), "riposte.yaml")
	d.must(os.WriteFile(config, []byte("stance: enforce\n"), 0o600))
	f, err := detector.New(d.getenv(map[string]string{
		"RIPOSTE_QUEUE_URL": d.wire.URL + "/" + moto.Account + "/" + jobs, "RIPOSTE_CONFIG": config,
		"RIPOSTE_OWN_ROLES": "arn:aws:iam::" + moto.Account + ":role/Riposte-remediate",
	}), d.clock, slog.New(slog.DiscardHandler))
	d.must(err)
	deliver := func(raw json.RawMessage) {
		var envelope struct{ Time time.Time }
		d.must(json.Unmarshal(raw, &envelope))
		d.now = envelope.Time.Add(time.Minute)
		d.must(f.Handle(d.t.Context(), raw))
	}
	own := []string{"111122223333", moto.Account}
	deliver(d.event("iam/CreateAccessKey.other-user.json", append(own, "AKIABACKDOOR1EXAMPLE", d.key, "deploy-bot", "eve")...))
	for n := range 6 { // as often as the count needs
		deliver(d.event("access-analyzer/DeleteAnalyzer.denied.json", append(own, `"eventID": "`, fmt.Sprintf(`"eventID": "%d`, n))...))
	}
	for n := range ledger.MaxBaselines + 2 { // more states than are kept
		deliver(d.event("iam/UpdateAssumeRolePolicy.service.json", append(own,
			"ec2.amazonaws.com", fmt.Sprintf("service-%d.amazonaws.com", n), "T12:38:26Z", fmt.Sprintf("T12:%02d:26Z", n),
			`"eventID": "`, fmt.Sprintf(`"eventID": "%d`, n))...))
	}
	deliver(d.event(trustOpened, own...))
	deliver(d.event("events/TagResource.riposte-heartbeat.json", own...))
	d.take("detect")
}

// incident returns the incident of a rule, which is acted on.
func (d *deployment) incident(rule string) ledger.Incident {
	d.t.Helper()
	list, err := dynamo.New(dynamodb.NewFromConfig(d.server.Config()), table, d.clock).List(d.t.Context(), ledger.Query{Rule: rule})
	d.must(err)
	if len(list) != 1 || list[0].Action == "" {
		d.t.Fatalf("%d incidents of %s to act on, want one: %+v", len(list), rule, list)
	}
	return list[0]
}

// remediate reverses changes of its own account, for one of which it needs the last good state, and one of a member's, and
// looks whether anything is to be settled.
func (d *deployment) remediate(in, remembered ledger.Incident) {
	d.now = remembered.Times.Decided.Add(time.Minute)
	f, err := remediator.New(d.getenv(map[string]string{
		"RIPOSTE_MAX_RECEIVES": "5", "RIPOSTE_RESPONDER": responder, "RIPOSTE_EXTERNAL_ID": "an-external-id",
		"RIPOSTE_SILENCE_AFTER": "4h", "RIPOSTE_SILENCE": "keep",
	}), d.clock, slog.New(slog.DiscardHandler))
	d.must(err)
	store := dynamo.New(dynamodb.NewFromConfig(d.server.Config()), table, d.clock)
	there := in
	there.ID, there.Account, there.Finding.Event.Account = "inc-ofmember", member, member
	_, _, err = store.Open(d.t.Context(), there)
	d.must(err)
	again := in // what was reversed came back: who made it again is looked for in the ledger
	again.ID, again.State, again.Escalation, again.Times.Decided = "inc-again", ledger.Remediating, actions.QuarantineUser().ID, d.now
	again.Times.Acted = d.now
	again.Finding.Actor = detect.Actor{Kind: "IAMUser", ARN: "arn:aws:iam::" + moto.Account + ":user/eve"}
	again.Changes = []ledger.Change{{
		Change: remedy.Change{Action: in.Action}, State: ledger.Broken, Error: "it came back",
	}}
	_, _, err = store.Open(d.t.Context(), again)
	d.must(err)
	var batch lambdaevents.SQSEvent
	for n, body := range []string{
		`{"incident":"` + in.ID + `","group":"a"}`, `{"incident":"` + remembered.ID + `","group":"b"}`,
		`{"incident":"` + there.ID + `","group":"c"}`, `{"settle":true,"group":"d"}`, `{"incident":"` + again.ID + `","group":"e"}`,
	} {
		batch.Records = append(batch.Records, lambdaevents.SQSMessage{
			MessageId: fmt.Sprint(n), Body: body,
			Attributes: map[string]string{"MessageGroupId": fmt.Sprint(n), "ApproximateReceiveCount": "1"},
		})
	}
	d.whileBusy(f, store, in.Finding.Group(), batch)
	answer, err := f.Handle(d.t.Context(), batch)
	d.must(err)
	if len(answer.BatchItemFailures) > 0 {
		d.t.Errorf("jobs failed: %+v", answer.BatchItemFailures)
	}
	for _, id := range []string{in.ID, remembered.ID} {
		if done, err := store.Get(d.t.Context(), id); err != nil || done.State != ledger.Remediated {
			d.t.Errorf("the incident is %s (%s), %v: nothing was changed, and so not all calls were made", done.State, done.Error, err)
		}
	}
	d.take("remediate")
}

// whileBusy gives a job while somebody else works on the same, which the remediator waits for.
func (d *deployment) whileBusy(f *remediator.Function, other ledger.Store, group string, batch lambdaevents.SQSEvent) {
	_, err := other.Begin(d.t.Context(), "work/"+group, time.Minute)
	d.must(err)
	ctx, cancel := context.WithTimeout(d.t.Context(), 8*time.Second) // it stops five seconds before the end
	defer cancel()
	answer, err := f.Handle(ctx, lambdaevents.SQSEvent{Records: batch.Records[:1]})
	d.must(err)
	if len(answer.BatchItemFailures) != 1 {
		d.t.Error("a job was done while somebody else worked on the same")
	}
	d.must(other.Release(d.t.Context(), "work/"+group))
}

// notify tells a message both ways, and one that Slack does not take at first.
func (d *deployment) notify(in ledger.Incident) {
	deaf := true
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if deaf {
			w.WriteHeader(http.StatusForbidden)
		}
		deaf = false
	}))
	d.t.Cleanup(slack.Close)
	_, err := secretsmanager.NewFromConfig(d.server.Config()).CreateSecret(d.t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(secret), SecretString: aws.String(slack.URL + "/services/T000/B000/not-a-real-token"),
	})
	d.must(err)
	f, err := notifier.New(d.getenv(map[string]string{
		"RIPOSTE_SNS_TOPIC": "arn:aws:sns:us-east-1:" + moto.Account + ":" + topic, "RIPOSTE_SLACK_SECRET": secret,
	}), d.clock, slog.New(slog.DiscardHandler))
	d.must(err)
	detail, err := json.Marshal(map[string]any{"due": 1, "incident": in})
	d.must(err)
	message := []byte(`{"source":"riposte","detail-type":"Incident Opened","detail":` + string(detail) + `}`)
	if err := f.Handle(d.t.Context(), message); err == nil {
		d.t.Error("Slack took nothing, and no error: not all calls were made")
	}
	d.must(f.Handle(d.t.Context(), message))
	d.take("notify")
}

func (d *deployment) heartbeat() {
	f, err := heartbeat.New(d.getenv(map[string]string{"RIPOSTE_PLACES": "us-east-1"}), d.clock, slog.New(slog.DiscardHandler))
	d.must(err)
	d.must(f.Handle(d.t.Context(), json.RawMessage(`{}`)))
	d.take("heartbeat")
}

// byAWS is what AWS's services do with Riposte's roles: Lambda takes the jobs, keeps what failed, writes logs and traces, the
// scheduler makes its calls, and rules forward.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
// https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
func byAWS(t *testing.T) []calls.Record {
	t.Helper()
	var out []calls.Record
	add := func(by, service, operation string, input map[string]any) {
		needs, err := calls.Needs(calls.Call{Service: service, Operation: operation, Input: input})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range needs {
			out = append(out, calls.Record{By: by, Need: n})
		}
	}
	for _, operation := range []string{"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"} {
		add("remediate", "SQS", operation, map[string]any{"QueueUrl": jobs})
	}
	add("detect", "SQS", "SendMessage", map[string]any{"QueueUrl": "Riposte-FailedEvents"})
	add("notify", "SQS", "SendMessage", map[string]any{"QueueUrl": "Riposte-FailedMessages"})
	for _, function := range []string{"detect", "remediate", "notify", "heartbeat", "approve"} {
		for _, operation := range []string{"CreateLogStream", "PutLogEvents"} {
			add(function, "CloudWatch Logs", operation, map[string]any{
				"logGroupName": "Riposte-" + strings.ToUpper(function[:1]) + function[1:] + "Logs", "logStreamName": "2026/11/20/[$LATEST]0123456789abcdef",
			})
		}
		for _, operation := range []string{"PutTraceSegments", "PutTelemetryRecords"} {
			add(function, "XRay", operation, nil)
		}
	}
	add("beat", "EventBridge", "TagResource", map[string]any{
		"ResourceARN": "arn:${Partition}:events:${Region}:${Account}:rule/Riposte-heartbeat", "Tags": []any{map[string]any{"Key": "riposte:heartbeat"}},
	})
	add("heartbeat-check", "Lambda", "Invoke", map[string]any{"FunctionName": "Riposte-heartbeat"})
	add("notify", "SecurityHub", "BatchUpdateFindings", nil) // moto imports a finding with its workflow, so that none is left to be set
	add("tick", "Lambda", "Invoke", map[string]any{"FunctionName": "Riposte-notify"})
	add("settle", "SQS", "SendMessage", map[string]any{"QueueUrl": jobs})
	add("forward", "EventBridge", "PutEvents", map[string]any{"Entries": map[string]any{"EventBusName": "arn:${Partition}:events:${HomeRegion}:${HubAccount}:event-bus/riposte-intake"}})
	return out
}
