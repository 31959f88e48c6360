// Package remediator wires the remediate function: jobs from the queue become journalled, verified changes.
package remediator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/app/awsenv"
	"riposte/pkg/engine"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A Function is the remediate function.
type Function struct {
	engine      *engine.Remediator
	maxReceives int
	log         *slog.Logger
}

// New makes the function from RIPOSTE_TABLE, RIPOSTE_BUS, RIPOSTE_ACCOUNT and RIPOSTE_MAX_RECEIVES, the number of times
// that the queue delivers a message before it goes to the dead-letter queue.
func New(getenv func(string) string, now func() time.Time, log *slog.Logger) (*Function, error) {
	env, err := awsenv.Require(getenv, "RIPOSTE_TABLE", "RIPOSTE_BUS", "RIPOSTE_ACCOUNT", "RIPOSTE_MAX_RECEIVES")
	if err != nil {
		return nil, err
	}
	table, bus, account := env[0], env[1], env[2]
	receives, err := strconv.Atoi(env[3])
	if err != nil || receives < 1 {
		return nil, fmt.Errorf("RIPOSTE_MAX_RECEIVES is %q: want a number above 0", env[3])
	}
	cfg, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	return &Function{maxReceives: receives, log: log, engine: &engine.Remediator{
		Remedies: remedy.ByAction(remedies.All(access.HomeAccount(cfg, access.Known(account)))),
		Store:    dynamo.New(dynamodb.NewFromConfig(cfg), table, now),
		Bus:      awsbus.New(cfg, bus),
		Now:      now,
		Sleep:    engine.RealSleep,
		Log:      log,
	}}, nil
}

// Handle works on a batch of jobs and returns those that have to come again. After a job that failed, the later jobs of
// its group come again too, so that the order within a group holds.
// See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
func (f *Function) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	blocked := map[string]bool{}
	for _, m := range batch.Records {
		group := m.Attributes["MessageGroupId"]
		err := errors.New("an earlier job of the group has to come again first")
		if !blocked[group] {
			err = f.handle(ctx, m)
		}
		if err != nil {
			blocked[group] = true
			f.log.ErrorContext(ctx, "job has to come again", "message_id", m.MessageId, "err", err)
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return response, nil
}

func (f *Function) handle(ctx context.Context, m events.SQSMessage) (err error) {
	defer func() {
		if p := recover(); p != nil { // one poisoned job must not take the others of the batch with it
			err = fmt.Errorf("job panicked: %v\n%s", p, debug.Stack())
		}
	}()
	var job engine.Job
	if err := json.Unmarshal([]byte(m.Body), &job); err != nil || job.Incident == "" {
		return fmt.Errorf("message %s is no remediation job: %w", m.MessageId, errors.Join(err, errors.New("want {\"incident\":…}")))
	}
	received, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	in, err := f.engine.Handle(ctx, job, received >= f.maxReceives)
	if err != nil {
		return fmt.Errorf("incident %s: %w", job.Incident, err)
	}
	f.log.InfoContext(ctx, "job done", "incident", in.ID, "action", in.Action, "state", string(in.State), "account", in.Account)
	return nil
}
