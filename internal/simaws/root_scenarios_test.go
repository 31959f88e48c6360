package simaws_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/simaws"
	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/remedies/access"
)

// member is an account of the organization that the simulated account manages.
const member = "444455556666"

// ways are those of an organization's hub: its own account, and members' roots.
func ways(cfg aws.Config) access.Accounts {
	return access.Organization{
		Home: access.Known(account), Responder: "Riposte-responder", ExternalID: "an-external-id", RootTasks: true, Now: clock,
	}.Accounts(cfg)
}

// byRole are the scenarios whose actions call under one of Riposte's roles.
func byRole() []scenario {
	return slices.DeleteFunc(scenarios(), func(sc scenario) bool { return sc.action == actions.DeleteRootAccessKey().ID })
}

const noRoots = "moto has no AssumeRoot and keeps no keys of root users"

func rootGenerators() []generator {
	return []generator{{
		action: actions.DeleteRootAccessKey().ID, simulated: noRoots,
		make: func(g *gen) *episode {
			const of = "999988887777"
			if g.coin() {
				createRootKey(g.world, of) // which stays
			}
			return &episode{change: func() detect.Finding { return createRootKey(g.world, of) }}
		},
	}}
}

// createRootKey has the root user of a member make itself a key, and returns what a rule finds.
func createRootKey(w *world, account string) detect.Finding {
	cfg := w.cfg.Copy()
	cfg.Credentials = simaws.RootOf(account)
	key := must(iam.NewFromConfig(cfg).CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{}))(w)
	f := w.finding(detect.Resource{Type: detect.AccessKey, ID: *key.AccessKey.AccessKeyId, Parent: "Root"}, "CreateAccessKey", nil)
	f.Event.Account, f.Actor = account, detect.Actor{Kind: "Root", ARN: "arn:aws:iam::" + account + ":root"}
	return f
}

func rootScenarios() []scenario {
	return []scenario{{
		name: "root key", action: actions.DeleteRootAccessKey().ID, irreversible: true,
		simulated: noRoots,
		seed: func(w *world, _ string) detect.Finding {
			createRootKey(w, member) // which stays
			return createRootKey(w, member)
		},
	}}
}

// rootKeys are the keys of a member's root user.
func rootKeys(t *testing.T, sim *simaws.Account) []string {
	t.Helper()
	cfg := sim.Config(region)
	cfg.Credentials = simaws.RootOf(member)
	out, err := iam.NewFromConfig(cfg).ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range out.AccessKeyMetadata {
		ids = append(ids, *k.AccessKeyId)
	}
	return ids
}

// TestRootKeyAlone holds that the event's key is deleted and root's other key stays.
func TestRootKeyAlone(t *testing.T) {
	tr := newTrial(t, rootScenarios()[0].plot(t))
	before := rootKeys(t, tr.sim)
	if in, err := tr.remediator().Handle(t.Context(), engine.Job{Incident: tr.incident}, false); err != nil || in.State != ledger.Remediated {
		t.Fatalf("%s: %v", in.State, err)
	}
	after := rootKeys(t, tr.sim)
	if len(before) != 2 || len(after) != 1 || after[0] != before[0] {
		t.Errorf("root's keys %v became %v", before, after)
	}
}

// TestRootSessionIsOurs lets the calls of a session as root come back through CloudTrail: the AssumeRoot in the hub's account
// and what root then did in the member's. The journal explains them, with or without a mark in the record that the session
// was assumed, and nothing else that root does, or that anybody else does with our role, at the same time.
func TestRootSessionIsOurs(t *testing.T) {
	const remediate = "arn:aws:iam::" + account + ":role/Riposte-remediate"
	tr := newTrial(t, rootScenarios()[0].plot(t))
	var session string
	tr.sim.OnCall(func(c simaws.Call, _ simaws.Moment) error {
		if c.Signer != "" {
			session = c.Signer
		}
		return nil
	})
	if in, err := tr.remediator().Handle(t.Context(), engine.Job{Incident: tr.incident}, false); err != nil || in.State != ledger.Remediated {
		t.Fatalf("%s: %v", in.State, err)
	}
	tr.sim.OnCall(nil)
	in, err := tr.store.Get(t.Context(), tr.incident)
	if err != nil || !strings.HasPrefix(session, "ASIA") {
		t.Fatalf("session %q, %v", session, err)
	}
	root := func(key string, more map[string]any) map[string]any {
		id := map[string]any{"type": "Root", "accountId": member, "principalId": member, "arn": "arn:aws:iam::" + member + ":root", "accessKeyId": key}
		maps.Copy(id, more)
		return id
	}
	role := func(arn string) map[string]any {
		return map[string]any{
			"type": "AssumedRole", "accountId": account, "arn": strings.Replace(strings.Replace(arn, ":iam:", ":sts:", 1), ":role/", ":assumed-role/", 1) + "/x",
			"accessKeyId":    "ASIAI44QH8DHBEXAMPLE",
			"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": arn}},
		}
	}
	assumed := map[string]any{"sessionContext": map[string]any{"assumedRoot": "true"}}
	deletes := map[string]any{"accessKeyId": in.Finding.Resource.ID}
	assumes := func(of, task string) map[string]any {
		return map[string]any{
			"targetPrincipal": of, "durationSeconds": 900, "taskPolicyArn": map[string]any{"arn": "arn:aws:iam::aws:policy/root-task/" + task},
		}
	}
	const task = "IAMDeleteRootUserCredentials"
	for name, tt := range map[string]struct {
		account, source, call string
		identity              map[string]any
		params                map[string]any
		later                 time.Duration
		ours                  bool
	}{
		"the key is deleted":                {member, "iam", "DeleteAccessKey", root(session, assumed), deletes, 0, true},
		"the key is deleted, without mark":  {member, "iam", "DeleteAccessKey", root(session, nil), deletes, 0, true},
		"root is taken on":                  {account, "sts", "AssumeRoot", role(remediate), assumes(member, task), 0, true},
		"another session of root":           {member, "iam", "DeleteAccessKey", root("ASIAASSUMEROOEXAMPLE", assumed), deletes, 0, false},
		"root itself":                       {member, "iam", "DeleteAccessKey", root("", nil), deletes, 0, false},
		"root with a key":                   {member, "iam", "DeleteAccessKey", root("AKIAROOTKEY01EXAMPLE", nil), deletes, 0, false},
		"our session deletes another key":   {member, "iam", "DeleteAccessKey", root(session, nil), map[string]any{"accessKeyId": "AKIAROOTNEW01EXAMPLE"}, 0, false},
		"our session does something else":   {member, "iam", "DeactivateMFADevice", root(session, assumed), map[string]any{"serialNumber": "x"}, 0, false},
		"our session in another account":    {"999988887777", "iam", "DeleteAccessKey", root(session, assumed), deletes, 0, false},
		"our session long after":            {member, "iam", "DeleteAccessKey", root(session, assumed), deletes, time.Hour, false},
		"another root is taken on":          {account, "sts", "AssumeRoot", role(remediate), assumes("999988887777", task), 0, false},
		"root is taken on for more":         {account, "sts", "AssumeRoot", role(remediate), assumes(member, "IAMCreateRootUserPassword"), 0, false},
		"root is taken on by somebody else": {account, "sts", "AssumeRoot", role("arn:aws:iam::" + account + ":role/Admin"), assumes(member, task), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			at := tr.now.Add(tt.later)
			raw, err := json.Marshal(map[string]any{
				"id": "e-1", "source": "aws." + tt.source, "detail-type": "AWS API Call via CloudTrail", "account": tt.account, "region": region,
				"detail": map[string]any{
					"eventVersion": "1.11", "eventID": "own-" + name, "eventSource": tt.source + ".amazonaws.com", "eventName": tt.call,
					"eventTime": at.UTC().Format(time.RFC3339), "awsRegion": region, "recipientAccountId": tt.account, "eventType": "AwsApiCall",
					"readOnly": false, "sourceIPAddress": "192.0.2.10", "requestParameters": tt.params, "userIdentity": tt.identity,
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			roles := []string{remediate, "arn:aws:iam::*:role/Riposte-responder"}
			l := &listener{}
			d := &engine.Detector{
				Index: catalog.Index(config.Default(), roles...), Policy: decide.New(config.Default(), decide.Options{OwnRoles: roles}),
				Store: tr.store, Queue: l, Bus: l, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
			}
			incidents, err := d.Handle(t.Context(), raw)
			if err != nil || len(incidents) == 0 {
				t.Fatalf("%d incidents, %v: no rule sees the call", len(incidents), err)
			}
			alarms := 0
			for _, i := range incidents {
				if i.State != ledger.Suppressed {
					alarms++
				}
				if tt.ours && (i.State != ledger.Suppressed || !strings.Contains(i.Reason, tr.incident)) {
					t.Errorf("%s on %s is %s: %s", i.Rule, i.Resource, i.State, i.Reason)
				}
			}
			if !tt.ours && alarms == 0 {
				t.Errorf("nothing alarms: %s", fmt.Sprint(incidents[0].Reason))
			}
		})
	}
}
