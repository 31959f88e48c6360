// Package notifier wires the notify function: incidents on Riposte's bus are told to people.
package notifier

import (
	"cmp"
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
	"riposte/pkg/config"
	"riposte/pkg/engine"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/notify"
	"riposte/pkg/notify/gate"
	"riposte/pkg/notify/route"
	"riposte/pkg/observe"
	"riposte/pkg/slackapp"
)

// A Function is the notify function.
type Function struct {
	engine *engine.Notifications
	log    *slog.Logger
}

// New makes the function from RIPOSTE_TABLE and RIPOSTE_BUS, which also stand in the commands of the messages, and from who is
// to be told: RIPOSTE_CONFIG, the path of riposte.yaml; RIPOSTE_SNS_TOPIC, an ARN, and RIPOSTE_SLACK_SECRET, the name or ARN
// of the Secrets Manager secret that holds a webhook's URL, both for the default receiver where the configuration gives it
// none. A configuration that cannot be read tells the default receiver everything.
//
// RIPOSTE_TICK is "true" where a schedule sends {"tick":true} every few minutes. Only then is anything held back to be told
// together. RIPOSTE_ACCOUNT is needed where Security Hub is told.
func New(getenv func(string) string, now func() time.Time, log *slog.Logger) (*Function, error) {
	env, err := awsenv.Require(getenv, "RIPOSTE_TABLE", "RIPOSTE_BUS")
	if err != nil {
		return nil, err
	}
	aws, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	ticks, err := awsenv.Flag(getenv, "RIPOSTE_TICK")
	if err != nil {
		return nil, err
	}
	endpoint, err := slackapp.EndpointOf(getenv("RIPOSTE_SLACK_URL"))
	if err != nil {
		return nil, err
	}
	cfg := configuration(getenv, log)
	if tell.Nobody(cfg) {
		return nil, errors.New("nobody to tell: set RIPOSTE_SNS_TOPIC or RIPOSTE_SLACK_SECRET, or name a receiver in riposte.yaml")
	}
	if account := getenv("RIPOSTE_ACCOUNT"); account == "" && tell.NeedsAccount(cfg) {
		return nil, errors.New("RIPOSTE_ACCOUNT is not set, and Security Hub needs it")
	}
	store := dynamo.New(dynamodb.NewFromConfig(aws), env[0], now)
	people := tell.Kit{
		AWS: aws, Account: getenv("RIPOSTE_ACCOUNT"), HTTP: &http.Client{Timeout: 10 * time.Second}, Slack: endpoint, Store: store, Now: now,
	}.People(cfg)
	f := &Function{log: log, engine: &engine.Notifications{
		Notifiers: people.Default, Receivers: people.Receivers, Route: people.Route, Store: store,
		Silence: engine.Silence{After: cfg.Silence.After, Undo: cfg.Silence.Undo},
		Flags:   "--ledger dynamodb:" + env[0] + " --bus " + env[1], Now: now, Sleep: engine.RealSleep, Log: log,
	}}
	if ticks {
		f.engine.Gate = &gate.Gate{
			Store: store, Quiet: cfg.Notify.Quiet, Digest: cfg.Notify.Digest, Silenced: route.New(cfg).Silenced, Now: now,
		}
	}
	return f, nil
}

// configuration reads riposte.yaml, and gives its default receiver what the environment names.
func configuration(getenv func(string) string, log *slog.Logger) *config.Config {
	cfg := config.Default()
	if path := getenv("RIPOSTE_CONFIG"); path != "" {
		read, err := config.Load(path)
		if err == nil {
			cfg = read
		} else {
			log.Error("configuration unreadable: the default receiver is told everything", "err", err,
				"do", "correct it until riposte config validate takes it, and deploy again")
		}
	}
	r := &cfg.Notify.Receiver
	r.SNS.Topic = cmp.Or(r.SNS.Topic, getenv("RIPOSTE_SNS_TOPIC"))
	if r.Slack == (config.Slack{}) {
		r.Slack.WebhookSecret = getenv("RIPOSTE_SLACK_SECRET")
	}
	return cfg
}

// Handle takes one event of Riposte's bus, or {"tick":true} from the schedule. Of an event it returns an error, so that the
// delivery is tried again, until everybody was told; a tick that fails is left to the next.
func (f *Function) Handle(ctx context.Context, event json.RawMessage) error {
	var envelope struct {
		Tick       bool            `json:"tick"`
		Source     string          `json:"source"`
		DetailType string          `json:"detail-type"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(event, &envelope); err != nil {
		return fmt.Errorf("bus event: %w", err)
	}
	if envelope.Tick {
		if f.engine.Gate == nil {
			return errors.New("a tick came, and RIPOSTE_TICK does not say that ticks come: set it to true, so that bursts are told together")
		}
		if err := f.engine.Tick(ctx); err != nil {
			// It counts as a message that was not told, which rings. The next tick does what this one did not: a dead letter
			// would only say that it is time, long after.
			f.log.LogAttrs(ctx, slog.LevelError, "tick failed", slog.String("err", err.Error()),
				slog.String("do", "the next tick tries again; where every one fails, mend the cause"), observe.One(observe.MessagesFailed))
		}
		return nil
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
