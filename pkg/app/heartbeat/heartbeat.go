// Package heartbeat wires the heartbeat function: it looks whether every account and region that has to beat has done so
// lately. What it finds goes to the log and, as metrics, to an alarm, and so reaches people by a way that does not depend
// on Riposte.
package heartbeat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/app/awsenv"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/heartbeat"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
	"riposte/pkg/observe"
)

// DefaultAge is how long a place may be silent: two beats, each a quarter of an hour apart, may come late.
const DefaultAge = 45 * time.Minute

// A Function is the heartbeat function.
type Function struct {
	stack  string
	places []ledger.Beat // what has to beat from the beginning; only the places count
	age    time.Duration
	ledger ledger.Heartbeats
	now    func() time.Time
	log    *slog.Logger
}

// New makes the function from RIPOSTE_TABLE, RIPOSTE_ACCOUNT, RIPOSTE_PLACES, a list of ACCOUNT/REGION, the account of
// which may be left out, RIPOSTE_STACK and RIPOSTE_HEARTBEAT_AGE, how long a place may be silent. The last two may be
// left out.
func New(getenv func(string) string, now func() time.Time, log *slog.Logger) (*Function, error) {
	env, err := awsenv.Require(getenv, "RIPOSTE_TABLE", "RIPOSTE_ACCOUNT", "RIPOSTE_PLACES")
	if err != nil {
		return nil, err
	}
	cfg, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	f := &Function{
		stack: observe.StackName(getenv), age: DefaultAge, now: now, log: log,
		ledger: dynamo.New(dynamodb.NewFromConfig(cfg), env[0], now),
	}
	for _, text := range awsenv.List(env[2]) {
		place, err := placeOf(text, env[1])
		if err != nil {
			return nil, err
		}
		f.places = append(f.places, place)
	}
	if text := getenv("RIPOSTE_HEARTBEAT_AGE"); text != "" {
		if f.age, err = time.ParseDuration(text); err != nil || f.age <= 0 {
			return nil, fmt.Errorf("RIPOSTE_HEARTBEAT_AGE is %q: want a duration above 0, such as 45m", text)
		}
	}
	return f, nil
}

// placeOf reads ACCOUNT/REGION, or a region alone, which is one of the own account.
func placeOf(text, own string) (ledger.Beat, error) {
	account, region, named := strings.Cut(text, "/")
	if !named {
		account, region = "", text
	}
	if account == "" {
		account = own
	}
	if !cloudtrail.IsAccount(account) || region == "" || strings.Contains(region, "/") {
		return ledger.Beat{}, fmt.Errorf("RIPOSTE_PLACES has %q: want ACCOUNT/REGION or REGION, such as %s/us-east-1", text, own)
	}
	return ledger.Beat{Account: account, Region: region}, nil
}

// mostTold is how many silent places get a line of their own: more of them have one cause.
const mostTold = 50

// Handle compares who has to beat with who did. When the ledger cannot be read it is an error and nothing is counted, so
// that the alarm, for which missing data breaches, goes off.
func (f *Function) Handle(ctx context.Context, _ json.RawMessage) error {
	beats, err := f.ledger.Beats(ctx)
	if err != nil {
		return fmt.Errorf("read the heartbeats: %w", err)
	}
	now := f.now()
	all := expected(f.places, beats)
	silent := 0
	for _, p := range all {
		if p.heard() && now.Sub(p.At) <= f.age {
			continue
		}
		if silent++; silent <= mostTold {
			f.tell(ctx, p, now)
		}
	}
	told := []slog.Attr{slog.Int("places", len(all)), observe.Number(observe.HeartbeatsMissing, silent)}
	if oldest, slowest, ok := extremes(all); ok {
		told = append(told, observe.Age(observe.OldestHeartbeat, oldest, now), observe.Took(observe.SlowestHeartbeat, slowest))
	}
	if silent == len(all) && silent > 1 {
		told = append(told, slog.String("do", "nothing at all is heard: look at the detect function, its dead-letter queues and the default bus of the home region first"))
	}
	f.log.LogAttrs(ctx, slog.LevelInfo, "heartbeats compared", told...)
	return nil
}

// tell says that a place is silent, and where to look.
func (f *Function) tell(ctx context.Context, p place, now time.Time) {
	since := "never heard of"
	if p.heard() {
		since = fmt.Sprintf("%s, %s ago", p.At.UTC().Format(time.RFC3339), now.Sub(p.At).Round(time.Minute))
	}
	f.log.ErrorContext(ctx, "heartbeat missing", "account", p.Account, "region", p.Region, "since", since,
		"do", fmt.Sprintf("in this account and region look, in this order, whether the schedule and the rule %s are enabled and have their roles and targets; "+
			"whether CloudTrail logs and its selectors take management events that write; whether the rules forward to the hub's bus and its policy lets them; "+
			"whether the stack is still there. A place that is gone on purpose: riposte heartbeats --forget %s", heartbeat.RuleName(f.stack), p.Place()))
}
