// Package process_test runs the functions as Lambda does: each bootstrap as its own process under a Runtime API, against
// moto over the real wire.
package process_test

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	_ "riposte/internal/cli" // what TestMain builds: a change there makes these tests run again
	"riposte/internal/testkit/moto"
	"riposte/internal/testkit/runtimeapi"
	_ "riposte/pkg/app/detector"
	_ "riposte/pkg/app/notifier"
	_ "riposte/pkg/app/remediator"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/dynamo"
)

const (
	table  = "riposte-ledger"
	secret = "riposte/slack"
)

var update = flag.Bool("update", false, "rewrite what was counted")

// bootstraps is the folder into which TestMain builds the functions.
var bootstraps = flag.String("bootstraps", "", "a folder with bootstraps named after their functions, instead of building them")

// TestMain builds the functions once, as the Makefile does but for this machine.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		if *bootstraps == "" {
			dir, err := os.MkdirTemp("", "riposte-process")
			if err != nil {
				log.Print(err)
				return 1
			}
			defer os.RemoveAll(dir)
			*bootstraps = dir
			cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
				"-ldflags", "-s -w -buildid=", "-o", dir, "riposte/functions/...", "riposte/cmd/riposte")
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := cmd.CombinedOutput(); err != nil {
				log.Printf("build the functions: %v\n%s", err, out)
				return 1
			}
		}
		return m.Run()
	}())
}

// TestAccessKeyCreated takes one event through the three functions: the key ends inactive, and people are told by SNS
// and by Slack. The same event a second time changes nothing and says nothing.
func TestAccessKeyCreated(t *testing.T) {
	a := newAccount(t)
	key := a.createAccessKey("bob")
	detect, remediate, notify := a.start("detect"), a.start("remediate"), a.start("notify")
	envelope := a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de111", "bob", key)

	a.invoke(detect, envelope)
	a.pump(remediate, notify)
	if got := a.keyStatus("bob", key); got != types.StatusTypeInactive {
		t.Errorf("key is %s, want Inactive\nremediate said:\n%s", got, remediate.Log())
	}
	in := a.incident()
	if in.State != ledger.Remediated || len(in.Changes) != 1 || in.Changes[0].State != ledger.Verified {
		t.Errorf("incident is %s with changes %+v, want remediated with one verified", in.State, in.Changes)
	}
	mails, chats := a.mails(), a.slack.take()
	if len(mails) != 2 || len(chats) != 2 {
		t.Fatalf("%d SNS and %d Slack messages, want one for opened and one for remediated each\nnotify said:\n%s",
			len(mails), len(chats), notify.Log())
	}
	for _, said := range []string{mails[1], chats[1]} {
		if !strings.Contains(said, key) || !strings.Contains(said, in.ID) {
			t.Errorf("the message names neither the key nor the incident:\n%s", said)
		}
	}

	a.invoke(detect, envelope)
	a.pump(remediate, notify)
	if mails, chats := a.mails(), a.slack.take(); len(mails)+len(chats) != 0 {
		t.Errorf("the same event told %d SNS and %d Slack messages more", len(mails), len(chats))
	}
	if again := a.incident(); again.State != in.State || len(again.Changes) != 1 {
		t.Errorf("the same event left the incident %s with %d changes", again.State, len(again.Changes))
	}
	for _, f := range []*runtimeapi.Function{detect, remediate, notify} {
		if strings.Contains(f.Log(), a.slack.secretPath) {
			t.Errorf("the webhook's URL is in a log:\n%s", f.Log())
		}
	}
}

// TestPoisonedBatch holds that a job that can never work does not take others with it.
func TestPoisonedBatch(t *testing.T) {
	a := newAccount(t)
	f := a.start("remediate")
	r := f.Invoke(a.batch([]message{{id: "m1", body: "not json"}, {id: "m2", body: `{"incident":"inc-unknown"}`}}))
	var answer events.SQSEventResponse
	if err := json.Unmarshal(r.Payload, &answer); err != nil || r.Failed {
		t.Fatalf("answer %s: %v", r.Payload, err)
	}
	if len(answer.BatchItemFailures) != 2 {
		t.Errorf("answer %s, want both jobs back", r.Payload)
	}
}

// account is a simulated AWS account with what infra deploys.
type account struct {
	t        *testing.T
	server   *moto.Server
	cfg      aws.Config
	config   string // path of riposte.yaml
	table    string
	queueURL string
	topicARN string
	mailURL  string // a queue that is subscribed to the topic
	busURL   string // a queue that gets what is published on the bus
	slack    *slackServer
	endpoint string // where functions find AWS, instead of the server itself; empty for that
}

func (a *account) start(function string) *runtimeapi.Function {
	a.t.Helper()
	f, err := runtimeapi.Start(a.t.Context(), filepath.Join(*bootstraps, function), append(append(a.server.Environ(),
		"RIPOSTE_TABLE="+a.table, "RIPOSTE_QUEUE_URL="+a.queueURL, "RIPOSTE_BUS=riposte", "RIPOSTE_ACCOUNT="+moto.Account,
		"RIPOSTE_OWN_ROLES=arn:aws:iam::"+moto.Account+":role/Riposte-remediate", "RIPOSTE_CONFIG="+a.config,
		"RIPOSTE_MAX_RECEIVES=5", "RIPOSTE_SNS_TOPIC="+a.topicARN, "RIPOSTE_SLACK_SECRET="+secret),
		a.through()...))
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(f.Kill)
	return f
}

// through returns the setting that sends a function's calls elsewhere.
func (a *account) through() []string {
	if a.endpoint == "" {
		return nil
	}
	return []string{"AWS_ENDPOINT_URL=" + a.endpoint}
}

func (a *account) invoke(f *runtimeapi.Function, event []byte) []byte {
	a.t.Helper()
	r := f.Invoke(event)
	if r.Failed {
		a.t.Fatalf("the function failed: %s\nit said:\n%s", r.Payload, f.Log())
	}
	return r.Payload
}

// pump plays SQS and EventBridge: it takes jobs to remediate and messages to notify until there are none.
func (a *account) pump(remediate, notify *runtimeapi.Function) {
	a.t.Helper()
	for {
		moved := false
		if remediate != nil {
			if jobs := a.receive(a.queueURL); len(jobs) > 0 {
				moved = true
				var answer events.SQSEventResponse
				if err := json.Unmarshal(a.invoke(remediate, a.batch(jobs)), &answer); err != nil || len(answer.BatchItemFailures) > 0 {
					a.t.Fatalf("jobs have to come again: %+v, %v\n%s", answer, err, remediate.Log())
				}
			}
		}
		for _, m := range a.receive(a.busURL) {
			moved = true
			a.invoke(notify, []byte(m.body))
		}
		if !moved {
			return
		}
	}
}

func (a *account) batch(jobs []message) []byte {
	a.t.Helper()
	var batch events.SQSEvent
	for _, m := range jobs {
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: m.id, Body: m.body, EventSource: "aws:sqs",
			Attributes: map[string]string{"ApproximateReceiveCount": "1", "MessageGroupId": m.group},
		})
	}
	raw, err := json.Marshal(batch)
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

// incident returns the one incident of the ledger.
func (a *account) incident() ledger.Incident {
	a.t.Helper()
	store := dynamo.New(dynamodb.NewFromConfig(a.cfg), a.table, time.Now)
	list, err := store.List(a.t.Context(), ledger.Query{})
	if err != nil || len(list) != 1 {
		a.t.Fatalf("the ledger has %d incidents, want 1: %v", len(list), err)
	}
	return list[0]
}

func (a *account) createAccessKey(user string) string {
	a.t.Helper()
	api := iam.NewFromConfig(a.cfg)
	if _, err := api.CreateUser(a.t.Context(), &iam.CreateUserInput{UserName: aws.String(user)}); err != nil {
		a.t.Fatal(err)
	}
	out, err := api.CreateAccessKey(a.t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String(user)})
	if err != nil {
		a.t.Fatal(err)
	}
	return aws.ToString(out.AccessKey.AccessKeyId)
}

func (a *account) keyStatus(user, key string) types.StatusType {
	a.t.Helper()
	out, err := iam.NewFromConfig(a.cfg).ListAccessKeys(a.t.Context(), &iam.ListAccessKeysInput{UserName: aws.String(user)})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, k := range out.AccessKeyMetadata {
		if aws.ToString(k.AccessKeyId) == key {
			return k.Status
		}
	}
	a.t.Fatalf("user %s has no key %s", user, key)
	return ""
}

// envelope is what EventBridge delivers when mallory creates an access key for somebody else.
func (a *account) envelope(id, user, key string) []byte {
	a.t.Helper()
	now := time.Now().UTC().Format(time.RFC3339)
	raw, err := json.Marshal(map[string]any{
		"version": "0", "id": "1" + id[1:], "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
		"account": moto.Account, "time": now, "region": "us-east-1", "resources": []string{},
		"detail": map[string]any{
			"eventVersion": "1.11", "eventID": id, "requestID": "2" + id[1:], "eventSource": "iam.amazonaws.com",
			"eventName": "CreateAccessKey", "eventTime": now, "awsRegion": "us-east-1", "recipientAccountId": moto.Account,
			"sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2.31.0", "eventType": "AwsApiCall", "readOnly": false,
			"managementEvent": true, "eventCategory": "Management",
			"userIdentity": map[string]any{
				"type": "IAMUser", "userName": "mallory", "principalId": "AIDACKCEVSQ6C2EXAMPLE",
				"arn": "arn:aws:iam::" + moto.Account + ":user/mallory", "accountId": moto.Account,
			},
			"requestParameters": map[string]any{"userName": user},
			"responseElements": map[string]any{"accessKey": map[string]any{
				"accessKeyId": key, "userName": user, "status": "Active", "createDate": "Nov 24, 2026 9:53:13 PM",
			}},
		},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return raw
}

// slackServer keeps what is posted to it.
type slackServer struct {
	*httptest.Server
	secretPath string
	mu         sync.Mutex
	posts      []string
}

func newSlack(t *testing.T) *slackServer {
	s := &slackServer{secretPath: "/services/T000/B000/not-a-real-token"}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != s.secretPath {
			http.NotFound(w, r)
			return
		}
		s.mu.Lock()
		s.posts = append(s.posts, string(body))
		s.mu.Unlock()
		_, _ = w.Write([]byte("ok"))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *slackServer) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	posts := s.posts
	s.posts = nil
	return posts
}
