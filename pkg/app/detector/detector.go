// Package detector wires the detect function: CloudTrail events from EventBridge become incidents. It links no service
// that could change an account.
package detector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/app/awsenv"
	"riposte/pkg/app/awsqueue"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/observe"
)

// A Function is the detect function.
type Function struct {
	engine *engine.Detector
	beats  beats
}

// New makes the function from RIPOSTE_TABLE, RIPOSTE_QUEUE_URL, RIPOSTE_BUS, RIPOSTE_ACCOUNT, RIPOSTE_OWN_ROLES and
// RIPOSTE_CONFIG, the path of riposte.yaml; for an organization also RIPOSTE_SCOPE and RIPOSTE_ROOT_TASKS.
// RIPOSTE_STACK may be left out for Riposte. A configuration that cannot be read is not an error: every finding then
// alerts and says so.
func New(getenv func(string) string, now func() time.Time, log *slog.Logger) (*Function, error) {
	env, err := awsenv.Require(getenv, "RIPOSTE_TABLE", "RIPOSTE_QUEUE_URL", "RIPOSTE_BUS", "RIPOSTE_ACCOUNT", "RIPOSTE_OWN_ROLES")
	if err != nil {
		return nil, err
	}
	table, queue, bus, account, roles := env[0], env[1], env[2], env[3], env[4]
	watched, rootOf, err := scope(getenv, account)
	if err != nil {
		return nil, err
	}
	aws, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	cfg, rules, configErr := policy(getenv("RIPOSTE_CONFIG"))
	if configErr != nil {
		log.Error("configuration unreadable: every finding alerts and nothing is changed", "err", configErr,
			"do", "correct it until riposte config validate takes it, and deploy again")
	}
	rules.Stack = observe.StackName(getenv)
	f := &Function{engine: &engine.Detector{
		Index:       rules.Index(cfg, awsenv.List(roles)...),
		Policy:      decide.New(cfg, decide.Options{OwnRoles: awsenv.List(roles), RootOf: rootOf}),
		ConfigError: configErr,
		Breaker:     engine.BreakerOf(cfg.Limits),
		Accounts:    watched,
		Store:       dynamo.New(dynamodb.NewFromConfig(aws), table, now),
		Queue:       awsqueue.New(aws, queue),
		Bus:         awsbus.New(aws, bus),
		Now:         now,
		Log:         log,
	}}
	f.beats = beats{stack: rules.Stack, accounts: watched, ledger: f.engine.Store, now: now}
	return f, nil
}

// scope returns the accounts that are watched, none for every account whose events the bus lets in, and whose root users
// the remediator may take on: those of members, but not of the account that it runs in.
func scope(getenv func(string) string, account string) (watched []string, rootOf func(string) bool, err error) {
	root, err := awsenv.Flag(getenv, "RIPOSTE_ROOT_TASKS")
	if err != nil {
		return nil, nil, err
	}
	switch scope := getenv("RIPOSTE_SCOPE"); {
	case scope == "organization" && root:
		return nil, func(of string) bool { return of != account }, nil
	case scope == "organization":
		return nil, nil, nil
	case scope != "" && scope != "account":
		return nil, nil, fmt.Errorf("RIPOSTE_SCOPE is %q: want account or organization", scope)
	case root:
		return nil, nil, errors.New("RIPOSTE_ROOT_TASKS is true and RIPOSTE_SCOPE is not organization: one account alone has no members whose root could be taken on")
	}
	return []string{account}, nil, nil
}

// Handle takes one EventBridge envelope. It returns an error, so that the delivery is tried again, when anything is
// not durable yet.
func (f *Function) Handle(ctx context.Context, envelope json.RawMessage) error {
	if taken, err := f.beats.take(ctx, envelope); taken || err != nil {
		return err
	}
	_, err := f.engine.Handle(ctx, envelope)
	return err
}

// policy reads riposte.yaml and the rules that it puts to use. Without a path the defaults hold: everything alerts.
func policy(path string) (*config.Config, *catalog.Set, error) {
	cfg, err := config.Default(), error(nil)
	var rules *catalog.Set
	if path != "" {
		cfg, err = config.Load(path)
	}
	if err == nil {
		rules, err = catalog.Load(cfg)
	}
	if err != nil {
		cfg = config.Default()
		return cfg, &catalog.Set{Rules: catalog.InUse(cfg)}, fmt.Errorf("read the configuration: %w", err)
	}
	return cfg, rules, nil
}
