package sharing

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// remembered is what the ledger knows, by aspect and by the part of the resource.
func remembered(states map[string]string) remedy.Known {
	return func(_ context.Context, aspect string, t remedy.Target) (json.RawMessage, bool, error) {
		state, ok := states[strings.TrimSuffix(aspect+" "+t.Params[detect.ParamPart], " ")]
		return json.RawMessage(state), ok, nil
	}
}

// TestFormerPolicyComesBack holds that a policy which an event replaced as a whole comes back to the byte, that undo puts the
// event's back to the byte, and that what others added meanwhile survives both.
func TestFormerPolicyComesBack(t *testing.T) {
	const (
		own   = `{"Sid":"own","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sqs:*","Resource":"*"}`
		open  = `{"Sid":"x","Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}`
		other = `{"Sid":"app","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":"sqs:SendMessage","Resource":"*"}`
	)
	document := func(statements ...string) string {
		return `{ "Id":"mine","Statement":[` + strings.Join(statements, " , ") + `] }`
	}
	sim, accounts := newAccount()
	api := sqs.NewFromConfig(sim.Config("us-east-1"))
	made, err := api.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("orders")})
	if err != nil {
		t.Fatal(err)
	}
	put := func(policy string) {
		t.Helper()
		in := &sqs.SetQueueAttributesInput{QueueUrl: made.QueueUrl, Attributes: map[string]string{"Policy": policy}}
		if _, err := api.SetQueueAttributes(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	live := func() string {
		t.Helper()
		out, err := api.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: made.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"Policy"}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes["Policy"]
	}
	former, event := document(own, denyStatement), document(open, denyStatement, open)
	f := finding(detect.Queue, *made.QueueUrl, "SetQueueAttributes", map[string]string{
		detect.ParamStatements: detect.StatementHash([]byte(open)), detect.ParamDocumentHash: detect.DocumentHash([]byte(event)),
	})
	good, err := json.Marshal(map[string]any{"statements": []string{}, "document": former})
	if err != nil {
		t.Fatal(err)
	}
	r := RemoveQueuePolicyStatements(accounts)
	plan := func(known remedy.Known) remedy.Change {
		t.Helper()
		c, nothing, err := r.Plan(t.Context(), f, known)
		if err != nil || c == nil {
			t.Fatalf("planned %v, %q, %v", c, nothing, err)
		}
		return *c
	}
	put(event)
	c := plan(remembered(map[string]string{"resource-policy": string(good)}))
	for _, step := range []struct {
		do   func(context.Context, remedy.Change) error
		want string
	}{{r.Apply, former}, {r.Undo, event}, {r.Apply, former}} {
		if err := step.do(t.Context(), c); err != nil || live() != step.want {
			t.Fatalf("%v: the policy is\n%s; want\n%s", err, live(), step.want)
		}
	}
	if !strings.Contains(c.Summary, "statement 1 (own) put back") {
		t.Errorf("summary: %s", c.Summary)
	}
	put(document(own, denyStatement, other))
	if err := r.Undo(t.Context(), c); err != nil || !strings.Contains(live(), `"app"`) || !strings.Contains(live(), `"x"`) || strings.Contains(live(), `"own"`) {
		t.Errorf("undo beside another statement: %v\n%s", err, live())
	}
	put(document(open, other)) // no longer the event's policy: only its statement goes
	c = plan(remembered(map[string]string{"resource-policy": string(good)}))
	if err := r.Apply(t.Context(), c); err != nil || strings.Contains(live(), `"own"`) || strings.Contains(live(), `"x"`) {
		t.Errorf("over another policy: %v\n%s", err, live())
	}
	// One of the event's statements was there before: it stays, whether the policy still is the event's or not.
	all := strings.Replace(open, `"x"`, `"y"`, 1)
	f.Params[detect.ParamStatements] += "," + detect.StatementHash([]byte(all))
	former, event = document(own, open), document(own, open, all)
	f.Params[detect.ParamDocumentHash] = detect.DocumentHash([]byte(event))
	if good, err = json.Marshal(map[string]any{"statements": []string{}, "document": former}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ is, want string }{{event, former}, {document(own, open, all, other), `{ "Id":"mine","Statement":[` + strings.Join([]string{own, open, other}, ",") + `] }`}} {
		put(tt.is)
		c = plan(remembered(map[string]string{"resource-policy": string(good)}))
		for _, step := range []struct {
			do   func(context.Context, remedy.Change) error
			want string
		}{{r.Apply, tt.want}, {r.Apply, tt.want}, {r.Undo, tt.is}, {r.Undo, tt.is}} {
			if err := step.do(t.Context(), c); err != nil || live() != step.want {
				t.Fatalf("one was there before: %v: the policy is\n%s; want\n%s", err, live(), step.want)
			}
		}
	}
	kept, err := json.Marshal(map[string]any{"statements": []string{}, "document": event})
	if err != nil {
		t.Fatal(err)
	}
	put(event)
	if c, nothing, err := r.Plan(t.Context(), f, remembered(map[string]string{"resource-policy": string(kept)})); c != nil || nothing == "" || err != nil {
		t.Errorf("what was there before the event: %v, %q, %v", c, nothing, err)
	}
}

// TestDriftOfAPolicy holds that people read which statement differs, and how.
func TestDriftOfAPolicy(t *testing.T) {
	p, err := partOf(`{"Statement":[`+denyStatement+`,{"Sid":"open","Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sqs:*","Resource":"*"}]}`, hashOf(openStatement))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(differ(&part{Statements: []placed{{0, json.RawMessage(openStatement)}}}, &p), "; ")
	if want := `statement 2 (open): Principal: expected "*", found {"AWS":"444455556666"}`; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	p, err = partOf(`{"Statement":[`+openStatement+`]}`, hashOf(openStatement))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(differ(&part{Statements: []placed{}}, &p), "; "); got != "found statement 1 (open), expected nothing" {
		t.Errorf("%s", got)
	}
}

// TestSharedBefore holds that those who had a permission before the event keep it where that is known.
func TestSharedBefore(t *testing.T) {
	sim, accounts := newAccount()
	api := ec2.NewFromConfig(sim.Config("us-east-1"))
	made, err := api.CreateSnapshot(t.Context(), &ec2.CreateSnapshotInput{VolumeId: aws.String("vol-1")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.ModifySnapshotAttribute(t.Context(), &ec2.ModifySnapshotAttributeInput{
		SnapshotId: made.SnapshotId, Attribute: types.SnapshotAttributeNameCreateVolumePermission, OperationType: types.OperationTypeAdd,
		UserIds: []string{"444455556666", "999988887777"},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := finding(detect.Snapshot, *made.SnapshotId, "ModifySnapshotAttribute", map[string]string{detect.ParamGrantees: `["444455556666","999988887777"]`})
	for name, tt := range map[string]struct {
		known map[string]string
		after string
	}{
		"nothing":           {nil, `[]`},
		"one":               {map[string]string{"share 444455556666": "true"}, `["444455556666"]`},
		"one, and no more":  {map[string]string{"share-list": `["444455556666","999988887777"]`, "share 999988887777": "false"}, `["444455556666"]`},
		"somebody else":     {map[string]string{"share-list": `["555566667777"]`}, `[]`},
		"what is no answer": {map[string]string{"share-list": `7`, "share 444455556666": `"yes"`}, `[]`},
	} {
		c, _, err := UnshareEBSSnapshot(accounts).Plan(t.Context(), f, remembered(tt.known))
		if err != nil || c == nil || string(c.After) != tt.after {
			t.Errorf("%s: planned %+v, %v; want %s", name, c, err, tt.after)
		}
	}
	all := map[string]string{"share-list": `["444455556666","999988887777"]`}
	if c, nothing, err := UnshareEBSSnapshot(accounts).Plan(t.Context(), f, remembered(all)); c != nil || nothing == "" || err != nil {
		t.Errorf("all were there before: %+v, %q, %v", c, nothing, err)
	}
	whole, err := UnshareEBSSnapshot(accounts).Read(t.Context(), remedy.Target{Account: account, Region: "us-east-1", Partition: "aws", Type: "Snapshot", ID: *made.SnapshotId})
	if err != nil || !strings.Contains(string(whole), "444455556666") || !strings.Contains(string(whole), "999988887777") {
		t.Errorf("a baseline of all: %s, %v", whole, err)
	}
}
