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
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/answer"
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
	answers     *engine.Answers
	silence     engine.Silence
	maxReceives int
	log         *slog.Logger
}

// New makes the function from RIPOSTE_TABLE, RIPOSTE_BUS, RIPOSTE_ACCOUNT and RIPOSTE_MAX_RECEIVES, the number of times
// that the queue delivers a message before it goes to the dead-letter queue; for an organization also RIPOSTE_RESPONDER,
// RIPOSTE_EXTERNAL_ID and RIPOSTE_ROOT_TASKS; and, where containments do not wait for ever, from RIPOSTE_SILENCE_AFTER and
// RIPOSTE_SILENCE. RIPOSTE_CONFIG, the path of riposte.yaml, says who may answer from Slack; without it nobody may.
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
	silence, err := silenceOf(getenv)
	if err != nil {
		return nil, err
	}
	cfg, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	accounts, err := accountsOf(getenv, cfg, account, now)
	if err != nil {
		return nil, err
	}
	f := &Function{silence: silence, maxReceives: receives, log: log, engine: &engine.Remediator{
		Remedies: remedy.ByAction(remedies.All(accounts)),
		Store:    dynamo.New(dynamodb.NewFromConfig(cfg), table, now),
		Bus:      awsbus.New(cfg, bus),
		Now:      now,
		Sleep:    engine.RealSleep,
		Log:      log,
	}}
	if f.answers, err = answersOf(getenv, f.engine, log); err != nil {
		return nil, err
	}
	return f, nil
}

// accountsOf returns the way into the accounts that may be changed: the own one and, where there is a responder, those of
// the organization's members.
func accountsOf(getenv func(string) string, cfg aws.Config, account string, now func() time.Time) (access.Accounts, error) {
	root, err := awsenv.Flag(getenv, "RIPOSTE_ROOT_TASKS")
	if err != nil {
		return nil, err
	}
	o := access.Organization{
		Home: access.Known(account), Responder: getenv("RIPOSTE_RESPONDER"), ExternalID: getenv("RIPOSTE_EXTERNAL_ID"),
		RootTasks: root, Now: now,
	}
	if err := o.Check(); err != nil {
		return nil, fmt.Errorf("RIPOSTE_RESPONDER, RIPOSTE_EXTERNAL_ID and RIPOSTE_ROOT_TASKS do not fit together: %w", err)
	}
	if o.Responder == "" {
		return access.HomeAccount(cfg, o.Home), nil
	}
	return o.Accounts(cfg), nil
}

// silenceOf returns what becomes of containments about which nobody decides.
func silenceOf(getenv func(string) string) (engine.Silence, error) {
	var s engine.Silence
	switch value := getenv("RIPOSTE_SILENCE"); value {
	case "", "keep":
	case "undo":
		s.Undo = true
	default:
		return s, fmt.Errorf("RIPOSTE_SILENCE is %q: want keep or undo", value)
	}
	after := getenv("RIPOSTE_SILENCE_AFTER")
	if after == "" {
		if s.Undo {
			return s, errors.New("RIPOSTE_SILENCE is undo and RIPOSTE_SILENCE_AFTER does not say after what time")
		}
		return s, nil
	}
	var err error
	if s.After, err = time.ParseDuration(after); err != nil || s.After <= 0 {
		return s, fmt.Errorf("RIPOSTE_SILENCE_AFTER is %q: want a duration above 0 such as 4h0m0s", after)
	}
	return s, nil
}

// Handle works on a batch of jobs and returns those that have to come again. After a job that failed, the later jobs of
// its group come again too, so that the order within a group holds.
// See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
func (f *Function) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	if end, bounded := ctx.Deadline(); bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-toAnswer))
		defer cancel()
	}
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
			f.log.ErrorContext(ctx, "job has to come again", "message_id", m.MessageId, "err", engine.Loggable(err),
				"do", "it is tried again; one that fails every time waits in the dead-letter queue: mend the cause, then riposte redrive")
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
	var job struct {
		engine.Job
		Settle bool           `json:"settle"` // a schedule's message, which is about no incident in particular
		Answer *answer.Answer `json:"answer"` // what a person answered in Slack
	}
	received, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	err = json.Unmarshal([]byte(m.Body), &job)
	if err == nil && job.Answer != nil && job.Incident == "" && !job.Settle {
		return f.answers.Handle(ctx, *job.Answer, received >= f.maxReceives)
	}
	if err != nil || job.Answer != nil || (job.Incident == "") != job.Settle {
		return fmt.Errorf("message %s is no remediation job: %w", m.MessageId, errors.Join(err, errors.New("want {\"incident\":…}, {\"answer\":…} or {\"settle\":true}")))
	}
	if job.Settle {
		return f.settle(ctx)
	}
	in, err := f.engine.Handle(ctx, job.Job, received >= f.maxReceives)
	if err != nil {
		return fmt.Errorf("incident %s: %w", job.Incident, err)
	}
	f.log.DebugContext(ctx, "job done", "incident", in.ID, "action", in.Action, "state", string(in.State), "account", in.Account)
	return nil
}

// toAnswer is how long before the end of an invocation work stops, so that what it holds is given up and the answer still
// gets to the queue.
const toAnswer = 5 * time.Second

// settle ends the containments about which nobody has decided. What it has not come to within the time of the invocation
// is left for the message to come again.
func (f *Function) settle(ctx context.Context) error {
	settled, err := f.engine.Settle(ctx, f.silence)
	for _, in := range settled {
		f.log.InfoContext(ctx, "settled", "incident", in.ID, "state", string(in.State), "account", in.Account)
	}
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	return nil
}
