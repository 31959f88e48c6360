package permissions

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"riposte/internal/testkit/moto"
	"riposte/internal/testkit/slackstandin"
	"riposte/pkg/answer"
	"riposte/pkg/app/approver"
	"riposte/pkg/app/notifier"
	"riposte/pkg/app/remediator"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/notify"
)

const (
	room        = "C0EXAMPLE1"
	appSecret   = "riposte/slack-app"
	pagerSecret = "riposte/pagerduty"
)

// An office is where people are told in every way, and answer.
type office struct {
	*deployment
	slack *slackstandin.Server
	env   map[string]string
}

func (d *deployment) office() *office {
	d.t.Helper()
	o := &office{deployment: d, slack: slackstandin.Start(d.t, d.clock, room)}
	pager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	d.t.Cleanup(pager.Close)
	for name, value := range map[string]string{
		appSecret:   o.slack.Secret(),
		pagerSecret: fmt.Sprintf(`{"routing_key": "0123456789abcdef0123456789abcdef", "url": %q}`, pager.URL),
	} {
		_, err := secretsmanager.NewFromConfig(d.server.Config()).CreateSecret(d.t.Context(), &secretsmanager.CreateSecretInput{
			Name: aws.String(name), SecretString: aws.String(value),
		})
		d.must(err)
	}
	_, err := securityhub.NewFromConfig(d.server.Config()).EnableSecurityHub(d.t.Context(), &securityhub.EnableSecurityHubInput{})
	d.must(err)
	config := filepath.Join(d.t.TempDir(), "riposte.yaml")
	d.must(os.WriteFile(config, []byte(`
stance: enforce
contain: { after: 4h, on_silence: undo }
notify:
  sns: { topic: "arn:aws:sns:us-east-1:`+moto.Account+`:`+topic+`" }
  slack: { app_secret: `+appSecret+`, channel: `+room+` }
  receivers:
    operations: { security_hub: true, pagerduty: { key_secret: `+pagerSecret+` } }
  routes: [{ severity: low, to: [default, operations] }]
answers:
  approvers: [{ slack: U0ANN01, name: Ann }, { slack: U0BOB01, name: Bob }]
  two_people: ["`+moto.Account+`"]
`), 0o600))
	o.env = map[string]string{
		"RIPOSTE_CONFIG": config, "RIPOSTE_TICK": "true", "RIPOSTE_SLACK_URL": o.slack.URL, "RIPOSTE_MAX_RECEIVES": "5",
		"RIPOSTE_QUEUE_URL": d.wire.URL + "/" + moto.Account + "/" + jobs,
	}
	return o
}

// tellBurst tells more messages that are alike than are told singly, one of which cannot be told at first, and then what was
// held back; and of an incident about which nobody has to do anything any more.
func (o *office) tellBurst(in ledger.Incident) {
	f, err := notifier.New(o.getenv(o.env), o.clock, slog.New(slog.DiscardHandler))
	o.must(err)
	store := dynamo.New(dynamodb.NewFromConfig(o.server.Config()), table, o.clock)
	message := func(kind string, in ledger.Incident) []byte {
		detail, err := json.Marshal(map[string]any{"due": 1, "incident": in})
		o.must(err)
		return []byte(`{"source":"riposte","detail-type":"` + kind + `","detail":` + string(detail) + `}`)
	}
	contained := in
	contained.ID, contained.State, contained.Mode, contained.Times.Verified = "inc-contained", ledger.Remediated, "contain", o.now
	contained.PartOf = ""
	_, _, err = store.Open(o.t.Context(), contained)
	o.must(err)
	_ = f.Handle(o.t.Context(), message(notify.IncidentRemediated, contained)) // moto cannot set a finding's workflow
	contained.State = ledger.Kept
	_ = f.Handle(o.t.Context(), message(notify.IncidentKept, contained)) // the same
	o.slack.Break("chat.postMessage", http.StatusForbidden, "")
	for n := range 14 {
		like := in
		like.ID, like.PartOf = fmt.Sprintf("inc-like%d", n), in.ID
		like.Severity, like.Finding.Severity = in.Severity-1, in.Finding.Severity-1 // a burst of critical ones is told for longer
		_, _, err := store.Open(o.t.Context(), like)
		o.must(err)
		raw := message(notify.IncidentOpened, like)
		if f.Handle(o.t.Context(), raw) != nil {
			o.must(f.Handle(o.t.Context(), raw))
		}
	}
	o.now = o.now.Add(10 * time.Minute)
	o.must(f.Handle(o.t.Context(), []byte(`{"tick":true}`)))
	o.take("notify")
}

// answers clicks, and carries answers out: one of two approvals of an undo and the other, an exception, and one that has to
// come again.
func (o *office) answers(in ledger.Incident) {
	a, err := approver.New(o.getenv(o.env), o.clock, slog.New(slog.DiscardHandler))
	o.must(err)
	store := dynamo.New(dynamodb.NewFromConfig(o.server.Config()), table, o.clock)
	in, err = store.Get(o.t.Context(), in.ID)
	o.must(err)
	click := o.slack.Press("U0ANN01", room, "1.0", "buttons", slackstandin.Element{
		Type: "button", ActionID: "riposte:" + string(answer.Undo), Value: answer.OfferOf(in).String(),
	})
	for _, r := range []slackstandin.Request{click, click} { // the second is a replay, for which the first is looked up
		var req lambdaevents.LambdaFunctionURLRequest
		o.must(json.Unmarshal(r.FunctionURL(false), &req))
		resp, err := a.Handle(o.t.Context(), req)
		o.must(err)
		if resp.StatusCode != http.StatusOK {
			o.t.Errorf("a click: %d %s", resp.StatusCode, resp.Body)
		}
	}
	o.take("approve")

	f, err := remediator.New(o.getenv(o.env), o.clock, slog.New(slog.DiscardHandler))
	o.must(err)
	give := func(ctx context.Context, a answer.Answer) bool {
		a.Incident, a.Seen, a.ID = in.ID, in.State, answer.Key(answer.Offer{Incident: in.ID}, a.Verb, a.Slack)
		body, err := json.Marshal(map[string]any{"answer": a})
		o.must(err)
		response, err := f.Handle(ctx, lambdaevents.SQSEvent{Records: []lambdaevents.SQSMessage{{
			MessageId: a.ID, Body: string(body), Attributes: map[string]string{"MessageGroupId": "a", "ApproximateReceiveCount": "1"},
		}}})
		o.must(err)
		in, err = store.Get(context.WithoutCancel(ctx), in.ID)
		o.must(err)
		return len(response.BatchItemFailures) == 0
	}
	except := answer.Answer{Verb: answer.Except, Slack: "U0ANN01", Name: "Ann", Reason: "a migration"}
	for range 2 { // a second delivery looks the first up
		if !give(o.t.Context(), except) {
			o.t.Error("an exception was not made")
		}
	}
	if !give(o.t.Context(), answer.Answer{Verb: answer.Undo, Slack: "U0ANN01", Name: "Ann"}) || in.State != ledger.Remediated {
		o.t.Errorf("after one of two approvals the incident is %s", in.State)
	}
	_, err = store.Begin(o.t.Context(), "work/"+in.Finding.Group(), time.Second)
	o.must(err)
	second := answer.Answer{Verb: answer.Undo, Slack: "U0BOB01", Name: "Bob"}
	short, cancel := context.WithTimeout(o.t.Context(), 8*time.Second) // it stops five seconds before the end
	defer cancel()
	if give(short, second) {
		o.t.Error("an undo was made while somebody else worked on the resource")
	}
	o.must(store.Release(o.t.Context(), "work/"+in.Finding.Group()))
	if !give(o.t.Context(), second) || in.State != ledger.Undone {
		o.t.Errorf("after both approvals the incident is %s: %s", in.State, in.Error)
	}
	o.take("remediate")
}
