package remediator

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

func clock() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func awake(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func environment() map[string]string {
	return map[string]string{
		"RIPOSTE_TABLE": "ledger", "RIPOSTE_BUS": "riposte", "RIPOSTE_ACCOUNT": "111122223333", "RIPOSTE_MAX_RECEIVES": "5",
		"AWS_REGION": "us-east-1",
	}
}

func TestNewNeeds(t *testing.T) {
	start := func(env map[string]string) error {
		_, err := New(func(name string) string { return env[name] }, clock, slog.New(slog.DiscardHandler))
		return err
	}
	if err := start(environment()); err != nil {
		t.Fatalf("with everything: %v", err)
	}
	for name := range environment() {
		env := environment()
		delete(env, name)
		if err := start(env); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: error %v, want one that names it", name, err)
		}
	}
	for _, wrong := range []string{"0", "-1", "five", "5.5"} {
		env := environment()
		env["RIPOSTE_MAX_RECEIVES"] = wrong
		if err := start(env); err == nil || !strings.Contains(err.Error(), "RIPOSTE_MAX_RECEIVES") {
			t.Errorf("%q receives: error %v", wrong, err)
		}
	}
}

// lamps are an account: the lamp of each name is to be off. Reading one that is "broken" fails, and "cursed" panics.
type lamps struct {
	live map[string]string
	bus  []string // incident and detail type of what was published
}

func (l *lamps) Publish(_ context.Context, m notify.Message) error {
	l.bus = append(l.bus, m.Incident.ID+" "+m.DetailType)
	return nil
}

func (l *lamps) remedy() remedy.Remedy {
	return remedy.Bind(remedy.Spec[*lamps, string]{
		Action: actions.Action{ID: "switch-off", Reversible: true},
		Lens: remedy.Lens[*lamps, string]{
			Client: func(context.Context, remedy.Target) (*lamps, error) { return l, nil },
			Read: func(_ context.Context, l *lamps, t remedy.Target) (string, error) {
				switch live := l.live[t.ID]; live {
				case "broken":
					return "", errors.New("throttled")
				case "cursed":
					panic("cursed")
				default:
					return live, nil
				}
			},
			Write: func(_ context.Context, l *lamps, t remedy.Target, _, to string) error {
				l.live[t.ID] = to
				return nil
			},
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return remedy.Target{Account: f.Event.Account, Type: "Lamp", ID: f.Resource.ID}, nil
		},
		Want: func(context.Context, *lamps, detect.Finding, remedy.Target, string) (string, error) {
			return "off", nil
		},
		Summary: func(t remedy.Target, _, _ string) string { return t.ID + " off" },
		Nothing: func(t remedy.Target, _ string) string { return t.ID + " is off" },
	})
}

// function wires the function around the lamps, with an incident for each, named after it.
func (l *lamps) function(t *testing.T) (*Function, ledger.Store, *strings.Builder) {
	t.Helper()
	store := memory.New(clock)
	for name := range l.live {
		in := ledger.Incident{
			ID: name, State: ledger.Open, Mode: "act", Rule: "LAMP-001", Account: "111122223333", Resource: "Lamp/" + name,
			Action: "switch-off", Changes: []ledger.Change{}, Times: ledger.Times{Received: clock(), Decided: clock()},
			Finding: detect.Finding{
				Rule: "LAMP-001", Resource: detect.Resource{Type: "Lamp", ID: name},
				Event: detect.EventRef{ID: name, Account: "111122223333", Region: "us-east-1", Time: clock().Add(-time.Hour)},
			},
		}
		if _, _, err := store.Open(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	return &Function{maxReceives: 3, log: logger, engine: &engine.Remediator{
		Remedies: remedy.ByAction([]remedy.Remedy{l.remedy()}), Store: store, Bus: l, Now: clock, Sleep: awake, Log: logger,
	}}, store, &log
}

func job(id, group, body, receives string) events.SQSMessage {
	return events.SQSMessage{
		MessageId: id, Body: body, Attributes: map[string]string{"MessageGroupId": group, "ApproximateReceiveCount": receives},
	}
}

func failed(t *testing.T, f *Function, batch ...events.SQSMessage) []string {
	t.Helper()
	answer, err := f.Handle(t.Context(), events.SQSEvent{Records: batch})
	if err != nil {
		t.Fatal(err)
	}
	if answer.BatchItemFailures == nil {
		t.Error("the list of failures is null: Lambda takes a batch for failed whose answer it cannot read")
	}
	ids := []string{}
	for _, item := range answer.BatchItemFailures {
		ids = append(ids, item.ItemIdentifier)
	}
	return ids
}

// TestBatch holds which jobs of a batch come again: those that failed, and those behind them in their group.
func TestBatch(t *testing.T) {
	for name, tt := range map[string]struct {
		batch []events.SQSMessage
		again []string
		off   []string // lamps that are off afterwards
	}{
		"all well": {
			[]events.SQSMessage{job("1", "a", `{"incident":"hall"}`, "1"), job("2", "a", `{"incident":"attic"}`, "1")},
			[]string{},
			[]string{"attic", "hall"},
		},
		"nothing": {nil, []string{}, nil},
		"the group stops behind a failure, others go on": {
			[]events.SQSMessage{
				job("1", "a", `{"incident":"porch"}`, "1"), job("2", "b", `{"incident":"attic"}`, "1"), job("3", "a", `{"incident":"hall"}`, "1"),
			},
			[]string{"1", "3"},
			[]string{"attic"},
		},
		"what came before a failure stays done": {
			[]events.SQSMessage{job("1", "a", `{"incident":"hall"}`, "1"), job("2", "a", `{"incident":"porch"}`, "1")},
			[]string{"2"},
			[]string{"hall"},
		},
		"poison": {
			[]events.SQSMessage{
				job("1", "a", `no JSON`, "1"), job("2", "b", `{}`, "1"), job("3", "c", `{"incident":"inc-unknown"}`, "1"),
				job("4", "d", `{"incident":"crypt"}`, "1"), job("5", "e", `{"incident":"hall"}`, "1"),
			},
			[]string{"1", "2", "3", "4"},
			[]string{"hall"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lamps{live: map[string]string{"hall": "on", "attic": "on", "porch": "broken", "crypt": "cursed"}}
			f, _, log := l.function(t)
			if diff := cmp.Diff(tt.again, failed(t, f, tt.batch...)); diff != "" {
				t.Errorf("jobs that come again (-want +got):\n%s\n%s", diff, log)
			}
			var off []string
			for name, live := range l.live {
				if live == "off" {
					off = append(off, name)
				}
			}
			slices.Sort(off)
			if diff := cmp.Diff(tt.off, off); diff != "" {
				t.Errorf("lamps that are off (-want +got):\n%s", diff)
			}
			if got := strings.Count(log.String(), "job has to come again"); got != len(tt.again) {
				t.Errorf("%d failures logged, want %d:\n%s", got, len(tt.again), log)
			}
		})
	}
}

// TestLastReceive holds that a job fails, and people are told, at the delivery after which the queue gives up, no sooner.
func TestLastReceive(t *testing.T) {
	l := &lamps{live: map[string]string{"porch": "broken"}}
	f, store, _ := l.function(t)
	for _, receives := range []string{"1", "2", ""} {
		if again := failed(t, f, job("1", "a", `{"incident":"porch"}`, receives)); len(again) != 1 || len(l.bus) != 0 {
			t.Fatalf("receive %q: %v come again, told %v, want the job again and nobody told", receives, again, l.bus)
		}
	}
	if again := failed(t, f, job("1", "a", `{"incident":"porch"}`, "3")); len(again) != 0 {
		t.Errorf("after the last receive %v come again", again)
	}
	in, err := store.Get(t.Context(), "porch")
	if err != nil || in.State != ledger.Failed || !strings.Contains(in.Error, "throttled") {
		t.Errorf("incident is %s (%s), %v, want failed with the cause", in.State, in.Error, err)
	}
	if diff := cmp.Diff([]string{"porch " + notify.RemediationFailed}, l.bus); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
