package simulation_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/simaws"
	"riposte/pkg/app/local"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
)

const (
	ownTrust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/ci"},"Action":"sts:AssumeRole"}]}`
	openTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

// TestTrustIsRestored takes a role through a harmless change of its trust policy, which is remembered, and a risky one that
// leaves nothing of it: the former document comes back, and undo gives the risky one back.
func TestTrustIsRestored(t *testing.T) {
	cfg, err := config.Parse("f", []byte("stance: enforce"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	sim := simaws.New(account, clock)
	sim.AddRole("/", "app")
	api := iam.NewFromConfig(sim.Config(region))
	pipeline := local.New(local.Parts{
		Index: catalog.Index(cfg), Policy: decide.New(cfg, decide.Options{}), Breaker: engine.BreakerOf(cfg.Limits),
		Store: memory.New(clock), Remedies: remedies.All(access.HomeAccount(sim.Config(region), access.Known(account))), Now: clock,
		Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
		Log:   slog.New(slog.DiscardHandler), Tries: 3,
	})
	change := func(id, document string) []ledger.Incident {
		t.Helper()
		_, err := api.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("app"), PolicyDocument: aws.String(document)})
		if err != nil {
			t.Fatal(err)
		}
		record, err := json.Marshal(map[string]any{
			"eventVersion": "1.11", "eventID": id, "eventSource": "iam.amazonaws.com", "eventName": "UpdateAssumeRolePolicy",
			"eventTime": now.Format(time.RFC3339), "awsRegion": region, "recipientAccountId": account,
			"userIdentity":      map[string]any{"type": "IAMUser", "userName": "mallory", "arn": "arn:aws:iam::" + account + ":user/mallory", "accountId": account},
			"requestParameters": map[string]any{"roleName": "app", "policyDocument": document},
		})
		if err != nil {
			t.Fatal(err)
		}
		ev, err := cloudtrail.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		incidents, err := pipeline.Run(t.Context(), ev)
		if err != nil {
			t.Fatal(err)
		}
		return incidents
	}
	live := func() string {
		t.Helper()
		out, err := api.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("app")})
		if err != nil {
			t.Fatal(err)
		}
		return string(cloudtrail.DecodeDocument(*out.Role.AssumeRolePolicyDocument))
	}
	if incidents := change("e-1", ownTrust); len(incidents) > 0 {
		t.Fatalf("the harmless change: %+v", incidents[0].Summary)
	}
	incidents := change("e-2", openTrust)
	if len(incidents) != 1 || incidents[0].State != ledger.Remediated {
		t.Fatalf("the risky change: %+v", incidents)
	}
	if detect.DocumentHash([]byte(live())) != detect.DocumentHash([]byte(ownTrust)) {
		t.Errorf("the trust policy is %s, want the former one", live())
	}
	if _, err := pipeline.Remediator.Undo(t.Context(), incidents[0].ID, engine.Person{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	if detect.DocumentHash([]byte(live())) != detect.DocumentHash([]byte(openTrust)) {
		t.Errorf("after undo the trust policy is %s", live())
	}
}
