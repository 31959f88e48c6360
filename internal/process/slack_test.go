package process_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/internal/testkit/loopback"
	"riposte/internal/testkit/moto"
	"riposte/internal/testkit/runtimeapi"
	"riposte/internal/testkit/slackstandin"
	_ "riposte/pkg/app/approver"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/notify"
	"riposte/pkg/notify/slack"
	"riposte/pkg/slackapp"
)

const (
	room      = "C0EXAMPLE1"
	appSecret = "riposte/slack-app"
)

// chat is an account whose people answer in Slack.
type chat struct {
	*account
	slack              *slackstandin.Server
	app                *slack.App // draws the cards
	detect, remediator *runtimeapi.Function
	approve            *runtimeapi.Function
}

func newChat(t *testing.T) *chat {
	c := &chat{account: newAccount(t), slack: slackstandin.Start(t, nil, room)}
	policy := "rules: { IAM-002: { mode: ask } }\nnotify: { slack: { app_secret: " + appSecret + ", channel: " + room + " } }\n" +
		"answers: { approvers: [{ slack: U0ANN01, name: Ann }, { slack: U0BOB01, name: Bob }] }\n"
	if err := os.WriteFile(c.config, []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	secrets := secretsmanager.NewFromConfig(c.cfg)
	_, err := secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(appSecret), SecretString: aws.String(c.slack.Secret()),
	})
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := slackapp.EndpointOf(c.slack.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := &slackapp.Client{
		Credentials: slackapp.FromSecret(secrets, appSecret, time.Now), HTTP: loopback.Client(), Sleep: engine.RealSleep, Slack: endpoint,
	}
	c.app = slack.NewApp(client, room, dynamo.New(dynamodb.NewFromConfig(c.cfg), c.table, time.Now), time.Now)
	c.detect, c.remediator, c.approve = c.with("detect"), c.with("remediate"), c.with("approve")
	return c
}

// with starts a function that finds Slack here.
func (c *chat) with(function string) *runtimeapi.Function {
	c.t.Helper()
	f, err := runtimeapi.Start(c.t.Context(), filepath.Join(*bootstraps, function), append(c.server.Environ(),
		"RIPOSTE_TABLE="+c.table, "RIPOSTE_QUEUE_URL="+c.queueURL, "RIPOSTE_BUS=riposte", "RIPOSTE_ACCOUNT="+moto.Account,
		"RIPOSTE_OWN_ROLES=arn:aws:iam::"+moto.Account+":role/Riposte-remediate", "RIPOSTE_CONFIG="+c.config,
		"RIPOSTE_MAX_RECEIVES=5", "RIPOSTE_SLACK_URL="+c.slack.URL))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(f.Kill)
	return f
}

// settle takes jobs to remediate and draws the cards of what is on the bus, until there is neither.
func (c *chat) settle() {
	c.t.Helper()
	for moved := true; moved; {
		moved = false
		if jobs := c.receive(c.queueURL); len(jobs) > 0 {
			moved = true
			var answer events.SQSEventResponse
			if err := json.Unmarshal(c.invoke(c.remediator, c.batch(jobs)), &answer); err != nil || len(answer.BatchItemFailures) > 0 {
				c.t.Fatalf("jobs have to come again: %+v, %v\n%s", answer, err, c.remediator.Log())
			}
		}
		for _, m := range c.receive(c.busURL) {
			moved = true
			var event struct {
				Kind   string         `json:"detail-type"`
				Detail notify.Message `json:"detail"`
			}
			if err := json.Unmarshal([]byte(m.body), &event); err != nil {
				c.t.Fatal(err)
			}
			event.Detail.DetailType = event.Kind
			if err := c.app.Notify(c.t.Context(), event.Detail); err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

// send hands a request to the approve function and returns the status of its answer.
func (c *chat) send(r slackstandin.Request) int {
	c.t.Helper()
	var answer events.LambdaFunctionURLResponse
	if err := json.Unmarshal(c.invoke(c.approve, r.FunctionURL(true)), &answer); err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode
}

// refused holds that a request was answered with a status, that whoever sent it was told, and that there is no job.
func (c *chat) refused(what string, r slackstandin.Request, status int, told string) {
	c.t.Helper()
	got := c.send(r)
	var said []string
	for _, e := range c.slack.Ephemerals() {
		said = append(said, e.Text)
	}
	if text := strings.Join(said, "\n"); got != status || !strings.Contains(text, told) {
		c.t.Errorf("%s: status %d, told %q; want %d, %q", what, got, text, status, told)
	}
	if jobs := c.receive(c.queueURL); len(jobs) > 0 {
		c.t.Errorf("%s became a job: %+v", what, jobs)
	}
}

// TestSlackApproval takes a click on Approve through the functions: the change is made, the card shows it, and whoever
// clicked is told. What may not be done is refused, and told too.
func TestSlackApproval(t *testing.T) {
	c := newChat(t)
	key := c.createAccessKey("bob")
	c.invoke(c.detect, c.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de111", "bob", key))
	c.settle()
	in := c.incident()
	card := c.slack.Channel(room)
	if in.State != ledger.Asked || len(card) != 1 || !strings.Contains(card[0].Shown(), "Waiting for approval.") {
		t.Fatalf("incident %s, %d cards", in.State, len(card))
	}
	approve := func(user string) slackstandin.Request { return c.slack.Click(user, room, in.ID, "Approve") }

	c.refused("a stranger", approve("U0EVE01"), http.StatusOK, "not among the people")
	c.refused("a forged payload", approve("U0EVE01").Forged("U0EVE01", "U0ANN01"), http.StatusUnauthorized, "")
	c.refused("an old request", approve("U0ANN01").At(time.Now().Add(-10*time.Minute)), http.StatusUnauthorized, "")
	if got := c.keyStatus("bob", key); got != types.StatusTypeActive {
		t.Fatalf("the key is %s before anybody approved", got)
	}

	stale := approve("U0BOB01")
	click := approve("U0ANN01")
	if status := c.send(click); status != http.StatusOK {
		t.Fatalf("status %d for an approver\n%s", status, c.approve.Log())
	}
	if status := c.send(approve("U0ANN01")); status != http.StatusOK || !strings.Contains(c.slack.Ephemerals()[0].Text, "on its way already") {
		t.Errorf("a double click: status %d", status)
	}
	c.settle()
	in = c.incident()
	if got := c.keyStatus("bob", key); got != types.StatusTypeInactive || in.State != ledger.Remediated || in.Notes[0].By != "Ann (Slack U0ANN01)" {
		t.Errorf("the key is %s and the incident %s with %+v\n%s", got, in.State, in.Notes, c.remediator.Log())
	}
	if told := c.slack.Ephemerals(); len(told) != 1 || told[0].User != "U0ANN01" || !strings.Contains(told[0].Text, "made and verified") {
		t.Errorf("told %+v", told)
	}
	after := c.slack.Channel(room)
	if len(after) != 1 || after[0].TS != card[0].TS || !strings.Contains(after[0].Shown(), "Reversed and verified.") || !strings.Contains(after[0].Shown(), "[Undo]") {
		t.Errorf("the channel shows %+v", after)
	}
	c.refused("a replay", click, http.StatusOK, "taken before")
	c.refused("a stale button", stale, http.StatusOK, "out of date")

	if status := c.send(c.slack.Click("U0BOB01", room, in.ID, "Undo")); status != http.StatusOK {
		t.Errorf("status %d for an undo", status)
	}
	c.settle()
	if got := c.keyStatus("bob", key); got != types.StatusTypeActive || c.incident().State != ledger.Undone {
		t.Errorf("the key is %s and the incident %s after the undo", got, c.incident().State)
	}
	for _, f := range []*runtimeapi.Function{c.detect, c.remediator, c.approve} {
		if strings.Contains(f.Log(), "not-a-real") {
			t.Errorf("a secret is in a log:\n%s", f.Log())
		}
	}
}
