package notifier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/notify/gate"
	"riposte/pkg/observe"
)

func clock() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func TestNewNeeds(t *testing.T) {
	whole := map[string]string{
		"RIPOSTE_TABLE": "ledger", "RIPOSTE_BUS": "riposte", "AWS_REGION": "us-east-1",
		"RIPOSTE_SNS_TOPIC":    "arn:aws:sns:us-east-1:111122223333:riposte",
		"RIPOSTE_SLACK_SECRET": "riposte/slack",
	}
	for name, tt := range map[string]struct {
		without []string
		says    string // "" where it starts
	}{
		"everything": {nil, ""},
		"only Slack": {[]string{"RIPOSTE_SNS_TOPIC"}, ""},
		"only SNS":   {[]string{"RIPOSTE_SLACK_SECRET"}, ""},
		"nobody":     {[]string{"RIPOSTE_SNS_TOPIC", "RIPOSTE_SLACK_SECRET"}, "nobody to tell"},
		"no table":   {[]string{"RIPOSTE_TABLE"}, "RIPOSTE_TABLE"},
		"no bus":     {[]string{"RIPOSTE_BUS"}, "RIPOSTE_BUS"},
		"no region":  {[]string{"AWS_REGION"}, "AWS_REGION"},
	} {
		env := maps.Clone(whole)
		for _, variable := range tt.without {
			delete(env, variable)
		}
		f, err := New(func(name string) string { return env[name] }, clock, slog.New(slog.DiscardHandler))
		switch {
		case tt.says == "" && err == nil && f.engine.Flags != "--ledger dynamodb:ledger --bus riposte":
			t.Errorf("%s: the commands in messages get %q", name, f.engine.Flags)
		case tt.says == "" && (err != nil || len(f.engine.Notifiers) != 2-len(tt.without)):
			t.Errorf("%s: %v, %+v", name, err, f)
		case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)):
			t.Errorf("%s: error %v, want one that says %q", name, err, tt.says)
		}
	}
}

// pager keeps the keys of what it was told.
type pager struct {
	told []string
	err  error
}

func (p *pager) Name() string { return "pager" }

func (p *pager) Notify(_ context.Context, m notify.Message) error {
	if p.err == nil {
		p.told = append(p.told, m.Key())
	}
	return p.err
}

func TestHandle(t *testing.T) {
	p := &pager{}
	f := &Function{engine: &engine.Notifications{
		Notifiers: []notify.Notifier{p}, Store: memory.New(clock), Sleep: engine.RealSleep, Log: slog.New(slog.DiscardHandler),
	}}
	detail, err := json.Marshal(notify.Message{Due: 3, Incident: ledger.Incident{ID: "inc-1", State: ledger.Open}})
	if err != nil {
		t.Fatal(err)
	}
	event := `{"version":"0","source":"riposte","detail-type":"Incident Opened","detail":` + string(detail) + `}`

	p.err = errors.New("no line")
	if err := f.Handle(t.Context(), json.RawMessage(event)); err == nil || !strings.Contains(err.Error(), "no line") {
		t.Fatalf("error %v, want the cause, so that the delivery comes again", err)
	}
	p.err = nil
	for range 2 {
		if err := f.Handle(t.Context(), json.RawMessage(event)); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.told) != 1 || p.told[0] != "inc-1/Incident Opened/3" {
		t.Errorf("told %v, want the message once", p.told)
	}

	for name, wrong := range map[string]string{
		"another source":       strings.Replace(event, `"riposte"`, `"aws.iam"`, 1),
		"no source":            strings.Replace(event, `"source":"riposte",`, "", 1),
		"no detail type":       strings.Replace(event, `"Incident Opened"`, `""`, 1),
		"no incident":          `{"source":"riposte","detail-type":"Incident Opened","detail":{}}`,
		"null for a detail":    `{"source":"riposte","detail-type":"Incident Opened","detail":null}`,
		"no detail":            `{"source":"riposte","detail-type":"Incident Opened"}`,
		"a detail of no shape": `{"source":"riposte","detail-type":"Incident Opened","detail":"inc-1"}`,
		"no JSON":              `riposte`,
		"nothing":              ``,
	} {
		if wrong == event {
			t.Fatalf("%s: the event is as it should be", name)
		}
		if err := f.Handle(t.Context(), json.RawMessage(wrong)); err == nil {
			t.Errorf("%s: no error: the delivery would be lost", name)
		}
	}
	if len(p.told) != 1 {
		t.Errorf("told %v of what is no message", p.told[1:])
	}
}

// unreachable is a ledger that nobody can reach.
type unreachable struct{ ledger.Store }

func (unreachable) Begin(context.Context, string, time.Duration) (bool, error) {
	return false, errors.New("out of reach")
}

// TestTickThatFails holds that a tick which fails is counted, so that an alarm rings, and leaves no dead letter.
func TestTickThatFails(t *testing.T) {
	var log bytes.Buffer
	store := unreachable{memory.New(clock)}
	logger := observe.NewLogger(&log, func(string) string { return "" })
	f := &Function{log: logger, engine: &engine.Notifications{Store: store, Gate: &gate.Gate{Store: store, Now: clock}, Now: clock, Log: logger}}
	if err := f.Handle(t.Context(), json.RawMessage(`{"tick":true}`)); err != nil {
		t.Errorf("error %v: the tick would come again and again", err)
	}
	if line := log.String(); !strings.Contains(line, "out of reach") || !strings.Contains(line, `"`+observe.MessagesFailed+`":1`) {
		t.Errorf("the log says %s", line)
	}
	f.engine.Gate = nil
	if err := f.Handle(t.Context(), json.RawMessage(`{"tick":true}`)); err == nil || !strings.Contains(err.Error(), "RIPOSTE_TICK") {
		t.Errorf("a tick that nobody announced: %v", err)
	}
}
