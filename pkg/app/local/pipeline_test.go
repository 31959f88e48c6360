package local

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/events"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// stage is a key in an account, a pager, and a pipeline around them that tries a job three times.
type stage struct {
	now      time.Time
	slept    []time.Duration
	onSleep  func(context.Context) error
	store    ledger.Store
	status   string // of the key
	writeErr []error
	told     []string
	tellErr  error
}

func newStage() *stage {
	s := &stage{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), status: "Active"}
	s.store = memory.New(s.clock)
	return s
}

func (s *stage) clock() time.Time { return s.now }

func (s *stage) sleep(ctx context.Context, d time.Duration) error {
	s.now = s.now.Add(d)
	if d > 0 {
		s.slept = append(s.slept, d)
	}
	if s.onSleep != nil {
		return s.onSleep(ctx)
	}
	return ctx.Err()
}

// Name returns "pager".
func (s *stage) Name() string { return "pager" }

// Notify keeps what it is told.
func (s *stage) Notify(_ context.Context, m notify.Message) error {
	if s.tellErr == nil {
		s.told = append(s.told, m.DetailType)
	}
	return s.tellErr
}

func (s *stage) pipeline(t *testing.T) *Pipeline {
	t.Helper()
	action, ok := actions.ByID("deactivate-access-key")
	if !ok {
		t.Fatal("no such action")
	}
	cfg := config.Default()
	cfg.OverrideStance(config.Enforce)
	return New(Parts{
		Index: detect.NewIndex(catalog.Rules()), Policy: decide.New(cfg, decide.Options{MaxEventAge: new(time.Duration)}),
		Breaker: engine.BreakerOf(cfg.Limits), Store: s.store, Notifiers: []notify.Notifier{s},
		Now: s.clock, Sleep: s.sleep, Log: slog.New(slog.DiscardHandler), Tries: 3,
		Remedies: []remedy.Remedy{remedy.Bind(remedy.Spec[*stage, string]{
			Action: action,
			Lens: remedy.Lens[*stage, string]{
				Client: func(context.Context, remedy.Target) (*stage, error) { return s, nil },
				Read:   func(context.Context, *stage, remedy.Target) (string, error) { return s.status, nil },
				Write: func(_ context.Context, s *stage, _ remedy.Target, _, to string) error {
					if len(s.writeErr) > 0 {
						err := s.writeErr[0]
						s.writeErr = s.writeErr[1:]
						return err
					}
					s.status = to
					return nil
				},
			},
			Find: func(f detect.Finding) (remedy.Target, error) {
				return remedy.Target{Account: f.Event.Account, Type: "AccessKey", ID: f.Resource.ID}, nil
			},
			Want: func(context.Context, *stage, detect.Finding, remedy.Target, string) (string, error) {
				return "Inactive", nil
			},
			Summary: func(remedy.Target, string, string) string { return "deactivated" },
			Nothing: func(remedy.Target, string) string { return "inactive already" },
		})},
	})
}

func deliver(t *testing.T, p *Pipeline) (ledger.Incident, error) {
	t.Helper()
	envelope, err := fs.ReadFile(events.Files(), "iam/CreateAccessKey.other-user.json")
	if err != nil {
		t.Fatal(err)
	}
	incidents, err := p.Deliver(t.Context(), envelope)
	if len(incidents) != 1 {
		t.Fatalf("%d incidents, want 1: %v", len(incidents), err)
	}
	return incidents[0], err
}

func TestTries(t *testing.T) {
	throttled := errors.New("throttled")
	for name, tt := range map[string]struct {
		writeErr []error
		state    ledger.State
		waits    []time.Duration
		told     string
	}{
		"at once":       {nil, ledger.Remediated, nil, notify.IncidentRemediated},
		"the third try": {[]error{throttled, throttled}, ledger.Remediated, []time.Duration{time.Second, 2 * time.Second}, notify.IncidentRemediated},
		"no try": {
			slices.Repeat([]error{throttled}, 3), ledger.Failed, []time.Duration{time.Second, 2 * time.Second}, notify.RemediationFailed,
		},
		"a refusal": {[]error{remedy.Refuse("not this one")}, ledger.Failed, nil, notify.RemediationFailed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage()
			s.writeErr = tt.writeErr
			in, err := deliver(t, s.pipeline(t))
			if err != nil || in.State != tt.state {
				t.Errorf("incident is %s (%s), %v, want %s", in.State, in.Error, err, tt.state)
			}
			if diff := cmp.Diff(tt.waits, s.slept); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{notify.IncidentOpened, tt.told}, s.told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInterrupted holds that an interrupted pipeline says both what it was waiting for and why, and goes on the next time.
func TestInterrupted(t *testing.T) {
	s := newStage()
	s.writeErr = []error{errors.New("throttled")}
	s.onSleep = func(context.Context) error {
		if len(s.slept) > 0 {
			return context.Canceled
		}
		return nil
	}
	p := s.pipeline(t)
	in, err := deliver(t, p)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "throttled") || in.State != ledger.Remediating {
		t.Errorf("incident is %s, error %v, want remediating with both causes", in.State, err)
	}
	s.onSleep = nil
	if in, err = deliver(t, p); err != nil || in.State != ledger.Remediated || s.status != "Inactive" {
		t.Errorf("incident is %s, key is %s, %v: want what was begun finished", in.State, s.status, err)
	}
}

// TestNobodyCanBeTold holds that people who cannot be told keep no change from being reversed, and are told later.
func TestNobodyCanBeTold(t *testing.T) {
	s := newStage()
	s.tellErr = errors.New("no line")
	p := s.pipeline(t)
	in, err := deliver(t, p)
	if err == nil || !strings.Contains(err.Error(), "no line") || in.State != ledger.Remediated || s.status != "Inactive" {
		t.Errorf("incident is %s, key is %s, %v: want it reversed and an error", in.State, s.status, err)
	}
	s.tellErr = nil
	if in, err = deliver(t, p); err != nil || len(in.Outbox) != 0 {
		t.Errorf("outbox %v, %v", in.Outbox, err)
	}
	if diff := cmp.Diff([]string{notify.IncidentOpened, notify.IncidentRemediated}, s.told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// TestTellWaits holds that a message which another process has claimed is told once that claim has ended.
func TestTellWaits(t *testing.T) {
	s := newStage()
	m := notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: ledger.Incident{ID: "inc-1"}}
	bus := Tell(&engine.Notifications{
		Notifiers: []notify.Notifier{s}, Store: s.store, Sleep: s.sleep, Log: slog.New(slog.DiscardHandler),
	})
	if _, err := s.store.Begin(t.Context(), m.Key()+"/pager", engine.NotifyLease); err != nil {
		t.Fatal(err)
	}
	if err := bus.Publish(t.Context(), m); err != nil || len(s.told) != 1 {
		t.Errorf("told %v, %v, want the message once", s.told, err)
	}
	if waited := time.Duration(len(s.slept)) * time.Second; waited > engine.NotifyLease+time.Second {
		t.Errorf("waited for %s, longer than a claim lasts", waited)
	}

	m.Due = 2
	if _, err := s.store.Begin(t.Context(), m.Key()+"/pager", time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := bus.Publish(t.Context(), m); !errors.Is(err, ledger.ErrBusy) || len(s.told) != 1 {
		t.Errorf("told %v, %v, want %v and no second message", s.told, err, ledger.ErrBusy)
	}
}
