// Package approver wires the approve function: what people click in Slack becomes durable jobs on the remediation queue.
//
// Everybody on the Internet can call it. Nothing is read from a request before its signature has been verified; the
// function has no right to change an account or an incident; and it says that it has taken an answer only once the queue
// has it.
package approver

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/pkg/answer"
	"riposte/pkg/app/awsenv"
	"riposte/pkg/app/awsqueue"
	"riposte/pkg/config"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/slackapp"
)

// toAnswer is how long a request may take: Slack shows an error after three seconds.
const toAnswer = 2500 * time.Millisecond

// A Store is the part of the ledger that the function reads incidents from and remembers requests in.
type Store interface {
	Get(ctx context.Context, id string) (ledger.Incident, error)
	Slot(ctx context.Context, family, key string) (ledger.Slot, error)
	PutSlot(ctx context.Context, family string, s ledger.Slot) (ledger.Slot, error)
}

// A Queue takes answers to the remediator.
type Queue interface {
	Answer(ctx context.Context, a answer.Answer, group string) error
}

// A Function is the approve function.
type Function struct {
	apps    []*slackapp.Client // of every app that the configuration names
	who     config.Answers
	store   Store
	queue   Queue
	replier slackapp.Replier
	now     func() time.Time
	log     *slog.Logger
}

// New makes the function from RIPOSTE_TABLE, RIPOSTE_QUEUE_URL and RIPOSTE_CONFIG, the path of riposte.yaml, which names
// the secret of the Slack app and who may answer. RIPOSTE_SLACK_URL is for tests on this machine.
func New(getenv func(string) string, now func() time.Time, log *slog.Logger) (*Function, error) {
	env, err := awsenv.Require(getenv, "RIPOSTE_TABLE", "RIPOSTE_QUEUE_URL", "RIPOSTE_CONFIG")
	if err != nil {
		return nil, err
	}
	aws, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(env[2])
	if err != nil {
		return nil, fmt.Errorf("nobody can answer while the configuration cannot be read: %w", err)
	}
	slack, err := slackapp.EndpointOf(getenv("RIPOSTE_SLACK_URL"))
	if err != nil {
		return nil, fmt.Errorf("RIPOSTE_SLACK_URL: %w", err)
	}
	client := &http.Client{Timeout: toAnswer}
	f := &Function{
		who: cfg.Answers, store: dynamo.New(dynamodb.NewFromConfig(aws), env[0], now), queue: awsqueue.New(aws, env[1]),
		replier: slackapp.Replier{HTTP: client, Slack: slack}, now: now, log: log,
	}
	for _, secret := range secretsOf(cfg) {
		credentials := slackapp.FromSecret(secretsmanager.NewFromConfig(aws), secret, now)
		f.apps = append(f.apps, &slackapp.Client{Credentials: credentials, HTTP: client, Sleep: engine.RealSleep, Slack: slack})
	}
	if len(f.apps) == 0 {
		return nil, errors.New("nobody can answer: riposte.yaml names no notify.slack.app_secret")
	}
	return f, nil
}

// secretsOf returns the secrets of every app that a configuration names, once each.
func secretsOf(cfg *config.Config) []string {
	all := []string{cfg.Notify.Slack.AppSecret}
	for _, r := range cfg.Notify.Receivers {
		all = append(all, r.Slack.AppSecret)
	}
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// Handle takes one request. It answers with 200 only what was taken, or was refused and needs no second try; Slack then
// shows whoever clicked that it worked, and they are told in words what came of it.
func (f *Function) Handle(ctx context.Context, req events.LambdaFunctionURLRequest) (resp events.LambdaFunctionURLResponse, err error) {
	defer func() {
		if p := recover(); p != nil { // one poisoned request must not take the process with it
			f.log.ErrorContext(ctx, "request panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			resp, err = said(http.StatusInternalServerError, "Riposte could not handle the request."), nil
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, toAnswer)
	defer cancel()
	signed, err := signedOf(req)
	if err != nil {
		f.log.WarnContext(ctx, "request refused", "why", err.Error(), "from", req.RequestContext.HTTP.SourceIP)
		return said(http.StatusBadRequest, "This is not a request of Slack's."), nil
	}
	app, err := f.verified(ctx, signed)
	switch {
	case errors.Is(err, slackapp.ErrUnsigned), errors.Is(err, slackapp.ErrTooOld):
		f.log.WarnContext(ctx, "request refused", "why", err.Error(), "from", req.RequestContext.HTTP.SourceIP)
		return said(http.StatusUnauthorized, err.Error()), nil
	case err != nil:
		return f.unable(ctx, err), nil
	}
	i, err := slackapp.Parse(signed.Body)
	switch {
	case errors.Is(err, slackapp.ErrNotOurs):
		return said(http.StatusOK, ""), nil
	case err != nil:
		f.log.ErrorContext(ctx, "a request of Slack's that this version cannot read", "err", err.Error())
		return said(http.StatusBadRequest, "Riposte cannot read this request."), nil
	}
	return f.interact(ctx, app, signed, req.RequestContext.RequestID, i), nil
}

// unable answers where something is out of reach: nothing was taken, and Slack says so to whoever clicked.
func (f *Function) unable(ctx context.Context, err error) events.LambdaFunctionURLResponse {
	f.log.ErrorContext(ctx, "answer not taken", "err", err.Error(), "do", "whoever clicked can click again, or use the command line")
	return said(http.StatusServiceUnavailable, "Riposte could not take the answer. Try again, or use the command line.")
}

func said(status int, text string) events.LambdaFunctionURLResponse {
	return events.LambdaFunctionURLResponse{
		StatusCode: status, Body: text, Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"},
	}
}

// verified returns the app whose signing secret has signed a request.
func (f *Function) verified(ctx context.Context, signed slackapp.Signed) (*slackapp.Client, error) {
	unsigned, broken := error(nil), error(nil)
	for _, app := range f.apps {
		err := app.Credentials.Verify(ctx, signed)
		switch {
		case err == nil:
			return app, nil
		case errors.Is(err, slackapp.ErrTooOld): // signed, but not now
			return nil, err
		case errors.Is(err, slackapp.ErrUnsigned):
			unsigned = err
		default:
			broken = errors.Join(broken, err)
		}
	}
	if broken != nil {
		return nil, broken
	}
	return nil, unsigned
}

// signedOf returns the request as it was signed.
func signedOf(req events.LambdaFunctionURLRequest) (slackapp.Signed, error) {
	var s slackapp.Signed
	if req.RequestContext.HTTP.Method != http.MethodPost {
		return s, fmt.Errorf("method %.10q", req.RequestContext.HTTP.Method)
	}
	if len(req.Body) > slackapp.MaxBody*4/3+4 {
		return s, fmt.Errorf("a body of %d bytes", len(req.Body))
	}
	s.Body = []byte(req.Body)
	if req.IsBase64Encoded {
		var err error
		if s.Body, err = base64.StdEncoding.DecodeString(req.Body); err != nil {
			return s, errors.New("a body that is no base64")
		}
	}
	if len(s.Body) > slackapp.MaxBody {
		return s, fmt.Errorf("a body of %d bytes", len(s.Body))
	}
	for name, value := range req.Headers {
		switch {
		case strings.EqualFold(name, "X-Slack-Request-Timestamp"):
			s.Timestamp = value
		case strings.EqualFold(name, "X-Slack-Signature"):
			s.Signature = value
		}
	}
	return s, nil
}
