package simulation_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"riposte/internal/simaws"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
)

const ownRole = "arn:aws:iam::" + account + ":role/Riposte-remediate"

// TestOwnCallsAreExplained lets every call by which Riposte reverses and undoes come back through CloudTrail. Whatever rule
// sees it, the journal explains it: no reversal may raise an alarm about itself.
func TestOwnCallsAreExplained(t *testing.T) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)))
	for len(w.events)+len(w.jobs)+len(w.bus) > 0 { // without delay, as CloudTrail dates a call when it is made
		w.deliver()
	}
	seen := len(w.list())
	w.comeBack(w.account.Writes())
	w.account.ForgetCalls()
	for _, in := range w.list() {
		if in.State != ledger.Remediated {
			continue
		}
		by := engine.Person{Name: "ann", Principal: "arn:aws:iam::" + account + ":user/ann"}
		if _, err := w.remediator().Undo(t.Context(), in.ID, by); err != nil {
			t.Fatal(err)
		}
	}
	w.comeBack(w.account.Writes())
	found := w.list()
	if len(found) == seen {
		t.Error("no rule sees any of the calls: the test proves nothing")
	}
	for _, in := range found {
		if in.Finding.Actor.Role == ownRole && in.State != ledger.Suppressed {
			t.Errorf("%s on %s for our own %s is %s: %s", in.Rule, in.Resource, in.Finding.Event.Name, in.State, in.Reason)
		}
	}
}

// TestOwnRoleMisused holds that the journal explains nothing that no incident did: another policy on the same user, and
// another call on a resource that an incident has touched.
func TestOwnRoleMisused(t *testing.T) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)))
	for len(w.events)+len(w.jobs)+len(w.bus) > 0 {
		w.deliver()
	}
	before := len(w.list())
	w.comeBack([]simaws.Call{
		{Service: "IAM", Operation: "AttachUserPolicy", Input: map[string]string{
			"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/IAMFullAccess",
		}},
		{Service: "IAM", Operation: "PutUserPolicy", Input: map[string]string{
			"userName": "bob", "policyName": "another", "policyDocument": allowAll,
		}},
		{Service: "CloudTrail", Operation: "DeleteTrail", Input: map[string]string{"name": "management-events"}},
	})
	alarms := 0
	for _, in := range w.list() {
		if in.Finding.Actor.Role == ownRole && in.State == ledger.Open && strings.Contains(in.Reason, "no journal entry explains it") {
			alarms++
		}
	}
	if alarms < 3 {
		t.Errorf("%d alarms about three calls that nothing explains, %d incidents before", alarms, before)
	}
}

func (w *world) list() []ledger.Incident {
	w.t.Helper()
	list, err := w.store.List(w.t.Context(), ledger.Query{Limit: 1000})
	w.must(err)
	return list
}

// comeBack hands calls to the detector as CloudTrail records of Riposte's own role.
func (w *world) comeBack(calls []simaws.Call) {
	w.t.Helper()
	if len(calls) == 0 {
		w.t.Fatal("no calls")
	}
	for n, c := range calls {
		w.now = w.now.Add(time.Millisecond)
		raw := ownRecord(w.t, c, fmt.Sprintf("own-%d-%d", w.now.UnixNano(), n), w.now)
		if _, err := w.detector().Handle(w.t.Context(), raw); err != nil {
			w.t.Fatalf("%s: %v", raw, err)
		}
	}
}

func ownRecord(t *testing.T, c simaws.Call, id string, at time.Time) []byte {
	t.Helper()
	service := strings.ToLower(c.Service)
	detail := map[string]any{
		"eventVersion": "1.11", "eventID": id, "eventSource": service + ".amazonaws.com", "eventName": c.Operation,
		"eventTime": at.UTC().Format(time.RFC3339), "awsRegion": region, "recipientAccountId": account, "eventType": "AwsApiCall",
		"readOnly": false, "sourceIPAddress": "192.0.2.10", "requestParameters": c.Input,
		"userIdentity": map[string]any{
			"type": "AssumedRole", "accountId": account, "arn": "arn:aws:sts::" + account + ":assumed-role/Riposte-remediate/r",
			"sessionContext": map[string]any{"sessionIssuer": map[string]any{"type": "Role", "arn": ownRole, "userName": "Riposte-remediate"}},
		},
	}
	raw, err := json.Marshal(map[string]any{
		"id": "e-" + id, "source": "aws." + service, "detail-type": "AWS API Call via CloudTrail", "account": account,
		"region": region, "detail": detail,
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
