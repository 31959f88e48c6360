package approver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/internal/testkit/loopback"
	"riposte/internal/testkit/slackstandin"
	"riposte/pkg/answer"
	"riposte/pkg/config"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/slackapp"
)

const room, ann, bob, eve = "C0EXAMPLE1", "U0ANN", "U0BOB", "U0EVE"

// An office is a function with a ledger, a workspace of Slack's and a queue that only remembers.
type office struct {
	t     *testing.T
	clock time.Time
	slack *slackstandin.Server
	store ledger.Store
	f     *Function
	log   strings.Builder
	jobs  []answer.Answer
	err   error // of the queue
}

func (o *office) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options),
) (*secretsmanager.GetSecretValueOutput, error) {
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(o.slack.Secret())}, nil
}

func (o *office) Answer(_ context.Context, a answer.Answer, _ string) error {
	if o.err == nil {
		o.jobs = append(o.jobs, a)
	}
	return o.err
}

func newOffice(t *testing.T) *office {
	o := &office{t: t, clock: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)}
	now := func() time.Time { return o.clock }
	o.slack, o.store = slackstandin.Start(t, now, room), memory.New(now)
	endpoint, err := slackapp.EndpointOf(o.slack.URL)
	if err != nil {
		t.Fatal(err)
	}
	credentials := slackapp.FromSecret(o, "riposte/slack-app", now)
	o.f = &Function{
		apps: []*slackapp.Client{{
			Credentials: credentials, HTTP: loopback.Client(), Slack: endpoint,
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		}},
		who: config.Answers{Approvers: []config.Approver{
			{Slack: ann, Name: "Ann"}, {Slack: bob, Name: "Bob", Accounts: []string{"999988887777"}},
		}},
		store: o.store, queue: o, replier: slackapp.Replier{HTTP: loopback.Client(), Slack: endpoint}, now: now,
		log: slog.New(slog.NewTextHandler(&o.log, nil)),
	}
	return o
}

// asked puts an incident that waits for approval into the ledger.
func (o *office) asked() ledger.Incident {
	in := notifytest.InlinePolicy()
	in.State, in.Mode, in.Changes = ledger.Asked, "ask", []ledger.Change{}
	stored, _, err := o.store.Open(o.t.Context(), in)
	if err != nil {
		o.t.Fatal(err)
	}
	return stored
}

func (o *office) press(user string, in ledger.Incident, v answer.Verb) slackstandin.Request {
	return o.slack.Press(user, room, "1.2", "answers-0", slackstandin.Element{
		Type: "button", Text: "x", ActionID: slackapp.ActionPrefix + string(v), Value: answer.OfferOf(in).String(),
	})
}

func (o *office) send(r slackstandin.Request, encoded bool) events.LambdaFunctionURLResponse {
	o.t.Helper()
	var req events.LambdaFunctionURLRequest
	if err := json.Unmarshal(r.FunctionURL(encoded), &req); err != nil {
		o.t.Fatal(err)
	}
	resp, err := o.f.Handle(o.t.Context(), req)
	if err != nil {
		o.t.Fatal(err)
	}
	return resp
}

// told returns what one person was told, alone.
func (o *office) told() string {
	var all []string
	for _, e := range o.slack.Ephemerals() {
		all = append(all, e.User+": "+e.Text)
	}
	return strings.Join(all, "\n")
}

func TestApprove(t *testing.T) {
	for _, encoded := range []bool{false, true} {
		o := newOffice(t)
		in := o.asked()
		if resp := o.send(o.press(ann, in, answer.Approve), encoded); resp.StatusCode != http.StatusOK || len(o.jobs) != 1 {
			t.Fatalf("status %d, %d jobs", resp.StatusCode, len(o.jobs))
		}
		a := o.jobs[0]
		if a.Incident != in.ID || a.Verb != answer.Approve || a.Seen != ledger.Asked || a.Slack != ann || a.Name != "Ann" || a.ReplyTo == "" || a.Check() != nil {
			t.Errorf("job %+v", a)
		}
		if strings.Contains(o.log.String(), "not-a-real") {
			t.Errorf("a secret is in the log:\n%s", o.log.String())
		}
	}
}

// TestRefused holds that what may not be done is not done, and that whoever asked is told.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		do     func(*office, ledger.Incident) slackstandin.Request
		status int
		told   string // in a reply; empty where nobody can be replied to
	}{
		{"a stranger", func(o *office, in ledger.Incident) slackstandin.Request { return o.press(eve, in, answer.Approve) }, 200, "U0EVE: You are not among"},
		{"another account", func(o *office, in ledger.Incident) slackstandin.Request { return o.press(bob, in, answer.Approve) }, 200, "U0BOB: riposte.yaml does not let you answer about account 111122223333"},
		{"a stale button", func(o *office, in ledger.Incident) slackstandin.Request {
			in.State = ledger.Failed
			return o.press(ann, in, answer.Approve)
		}, 200, "out of date"},
		{"not offered", func(o *office, in ledger.Incident) slackstandin.Request { return o.press(ann, in, answer.Undo) }, 200, "leaves nothing to undo"},
		{"an unknown verb", func(o *office, in ledger.Incident) slackstandin.Request { return o.press(ann, in, "delete") }, 200, "leaves nothing to delete"},
		{"an unknown incident", func(o *office, in ledger.Incident) slackstandin.Request {
			in.ID = "inc-unknown"
			return o.press(ann, in, answer.Approve)
		}, 200, "There is no incident inc-unknown"},
		{"an odd button", func(o *office, in ledger.Incident) slackstandin.Request {
			in.State = "nowhere"
			return o.press(ann, in, answer.Approve)
		}, 200, "does not know that button"},
		{"a forged body", func(o *office, in ledger.Incident) slackstandin.Request {
			return o.press(eve, in, answer.Approve).Forged(eve, ann)
		}, 401, ""},
		{"another secret", func(o *office, in ledger.Incident) slackstandin.Request {
			return o.press(ann, in, answer.Approve).By("another secret of some length")
		}, 401, ""},
		{"too old", func(o *office, in ledger.Incident) slackstandin.Request {
			return o.press(ann, in, answer.Approve).At(o.clock.Add(-301 * time.Second))
		}, 401, ""},
		{"not a payload", func(o *office, _ ledger.Incident) slackstandin.Request { return o.slack.Payload("text") }, 400, ""},
		{"another app's", func(o *office, _ ledger.Incident) slackstandin.Request {
			return o.slack.Payload(map[string]any{"type": "shortcut", "user": map[string]any{"id": ann}})
		}, 200, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := newOffice(t)
			resp := o.send(tc.do(o, o.asked()), false)
			told := o.told()
			if resp.StatusCode != tc.status || len(o.jobs) != 0 || !strings.Contains(told, tc.told) || tc.told == "" && told != "" {
				t.Errorf("status %d, %d jobs, told %q", resp.StatusCode, len(o.jobs), told)
			}
		})
	}
}

func TestReplayAndDoubleClick(t *testing.T) {
	o := newOffice(t)
	in := o.asked()
	r := o.press(ann, in, answer.Approve)
	o.send(r, false)
	if resp := o.send(r, false); resp.StatusCode != http.StatusOK || len(o.jobs) != 1 || !strings.Contains(o.told(), "taken before") {
		t.Errorf("the replay: status %d, %d jobs", resp.StatusCode, len(o.jobs))
	}
	o.clock = o.clock.Add(time.Second)
	if o.send(o.press(ann, in, answer.Approve), false); len(o.jobs) != 1 || !strings.Contains(o.told(), "on its way already") {
		t.Errorf("the double click: %d jobs", len(o.jobs))
	}
	o.clock = o.clock.Add(2 * doubleClick)
	if o.send(o.press(ann, in, answer.Approve), false); len(o.jobs) != 2 || o.jobs[0].ID == o.jobs[1].ID {
		t.Errorf("a second try, later: %d jobs", len(o.jobs))
	}
}

// TestNotTaken holds that nothing is acknowledged before the queue has it, and that the click may then be repeated.
func TestNotTaken(t *testing.T) {
	o := newOffice(t)
	in := o.asked()
	o.err = errors.New("out of reach")
	if resp := o.send(o.press(ann, in, answer.Approve), false); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d while the queue is out of reach", resp.StatusCode)
	}
	o.err = nil
	o.clock = o.clock.Add(time.Second)
	if o.send(o.press(ann, in, answer.Approve), false); len(o.jobs) != 1 {
		t.Errorf("%d jobs after the second click", len(o.jobs))
	}
}

func TestExcept(t *testing.T) {
	o := newOffice(t)
	in := o.asked()
	o.send(o.press(ann, in, answer.Except), false)
	views := o.slack.Views()
	if len(views) != 1 || len(o.jobs) != 0 || !strings.Contains(views[0].Text, "arn:aws:iam::111122223333:user/erin") {
		t.Fatalf("%d jobs, views %+v", len(o.jobs), views)
	}
	if resp := o.send(o.slack.Submit(views[0], "  "), false); !strings.Contains(resp.Body, "Say why") || len(o.jobs) != 0 {
		t.Errorf("without a reason: %s", resp.Body)
	}
	stranger := views[0]
	stranger.User = eve
	if resp := o.send(o.slack.Submit(stranger, "a reason"), false); !strings.Contains(resp.Body, "not among") || len(o.jobs) != 0 {
		t.Errorf("a stranger: %s", resp.Body)
	}
	if resp := o.send(o.slack.Submit(views[0], "migration"), false); resp.Body != "" || len(o.jobs) != 1 {
		t.Fatalf("with a reason: %s, %d jobs", resp.Body, len(o.jobs))
	}
	if a := o.jobs[0]; a.Verb != answer.Except || a.Reason != "migration" || a.For != "24h0m0s" || a.ReplyTo == "" || a.Check() != nil {
		t.Errorf("job %+v", a)
	}
}

func TestRotatedSigningSecret(t *testing.T) {
	o := newOffice(t)
	in := o.asked()
	o.send(o.press(ann, in, answer.Dismiss), false)
	o.slack.Rotate()
	o.clock = o.clock.Add(time.Minute)
	if resp := o.send(o.press(ann, in, answer.Approve), false); resp.StatusCode != http.StatusOK || len(o.jobs) != 2 {
		t.Errorf("status %d, %d jobs", resp.StatusCode, len(o.jobs))
	}
}
