package simulation_test

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"riposte/events"
	"riposte/internal/simaws"
	"riposte/pkg/app/local"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
)

// ownRule names an action for a change that Riposte's own rules see too, and that they are told to leave alone here.
const ownRule = `
title: Key made for the deployment's user
id: 4f2b7c1e-2a55-4d0e-9c53-6f0d7b1a9e21
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventSource: iam.amazonaws.com
    eventName: CreateAccessKey
    requestParameters.userName: deploy-bot
  condition: selection
level: high
riposte:
  actions: [deactivate-access-key]
  resource: { type: AccessKey, id: responseElements.accessKey.accessKeyId, parent: requestParameters.userName }
`

// TestOwnRuleActs takes an event through a Sigma rule of the operator's own to the change in the account, and back.
func TestOwnRuleActs(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"riposte.yaml": "stance: enforce\nrules: { IAM-002: { mode: off } }\nsigma: { folder: own }\n", "own/key.yml": ownRule,
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "riposte.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := catalog.Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 9, 17, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	aws := simaws.New(account, clock)
	aws.AddAccessKey("deploy-bot", "AKIABACKDOOR1EXAMPLE")
	pipeline := local.New(local.Parts{
		Index: rules.Index(cfg), Policy: decide.New(cfg, decide.Options{}), Breaker: engine.BreakerOf(cfg.Limits),
		Store: memory.New(clock), Remedies: remedies.All(access.HomeAccount(aws.Config(region), access.Known(account))), Now: clock,
		Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
		Log:   slog.New(slog.DiscardHandler), Tries: 3,
	})
	envelope, err := fs.ReadFile(events.Files(), "iam/CreateAccessKey.other-user.json")
	if err != nil {
		t.Fatal(err)
	}
	incidents, err := pipeline.Deliver(t.Context(), envelope)
	if err != nil || len(incidents) != 1 {
		t.Fatalf("%d incidents, %v; want that of the own rule", len(incidents), err)
	}
	in := incidents[0]
	if in.State != ledger.Remediated || in.Action != "deactivate-access-key" || len(in.Changes) != 1 || in.Changes[0].State != ledger.Verified {
		t.Errorf("incident %s %s %+v: %s", in.Rule, in.State, in.Changes, in.Reason)
	}
	if in, err = pipeline.Remediator.Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil || in.State != ledger.Undone {
		t.Errorf("undo: %s, %v", in.State, err)
	}
}
