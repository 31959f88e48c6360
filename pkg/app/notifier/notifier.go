// Package notifier wires the notify function: incidents on Riposte's bus are told to people.
package notifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/app/awsenv"
	"riposte/pkg/app/tell"
	"riposte/pkg/engine"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/notify"
)

// A Function is the notify function.
type Function struct {
	engine *engine.Notifications
}

// New makes the function from RIPOSTE_TABLE, RIPOSTE_BUS, and at least one of RIPOSTE_SNS_TOPIC, an ARN, and
// RIPOSTE_SLACK_SECRET, the name or ARN of the Secrets Manager secret that holds the webhook URL. The table and the bus
// also stand in the commands of the messages.
func New(getenv func(string) string, now func() time.Time, log *slog.Logger) (*Function, error) {
	env, err := awsenv.Require(getenv, "RIPOSTE_TABLE", "RIPOSTE_BUS")
	if err != nil {
		return nil, err
	}
	cfg, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	routes := tell.Routes{Topic: getenv("RIPOSTE_SNS_TOPIC"), SlackSecret: getenv("RIPOSTE_SLACK_SECRET")}
	notifiers := tell.Notifiers(cfg, routes, &http.Client{Timeout: 10 * time.Second}, now)
	if len(notifiers) == 0 {
		return nil, errors.New("nobody to tell: set RIPOSTE_SNS_TOPIC or RIPOSTE_SLACK_SECRET")
	}
	return &Function{engine: &engine.Notifications{
		Notifiers: notifiers, Store: dynamo.New(dynamodb.NewFromConfig(cfg), env[0], now),
		Flags: "--ledger dynamodb:" + env[0] + " --bus " + env[1], Sleep: engine.RealSleep, Log: log,
	}}, nil
}

// Handle takes one event of Riposte's bus. It returns an error, so that the delivery is tried again, until everybody
// was told.
func (f *Function) Handle(ctx context.Context, event json.RawMessage) error {
	var envelope struct {
		Source     string          `json:"source"`
		DetailType string          `json:"detail-type"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(event, &envelope); err != nil {
		return fmt.Errorf("bus event: %w", err)
	}
	if envelope.Source != notify.Source {
		return fmt.Errorf("bus event from %q: only %q tells incidents", envelope.Source, notify.Source)
	}
	m := notify.Message{DetailType: envelope.DetailType}
	if err := json.Unmarshal(envelope.Detail, &m); err != nil {
		return fmt.Errorf("bus event %q: %w", envelope.DetailType, err)
	}
	return f.engine.Handle(ctx, m)
}
