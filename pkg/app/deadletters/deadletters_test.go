package deadletters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	gocmp "github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/moto"
	"riposte/pkg/redrive"
)

func deploy(t *testing.T, cfg aws.Config, region, stack, template string) {
	t.Helper()
	body, err := os.ReadFile("testdata/" + template)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Region = region
	_, err = cloudformation.NewFromConfig(cfg).CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String(stack), TemplateBody: aws.String(string(body)),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func names(places []Place) []string {
	var out []string
	for _, p := range places {
		out = append(out, fmt.Sprintf("%s %s in %s", p.Kind, p.Name, p.Region))
	}
	return out
}

// TestStack holds which queues and functions the outputs of the stacks name, over all regions or some.
func TestStack(t *testing.T) {
	server := moto.Start(t)
	cfg := server.Config()
	deploy(t, cfg, "us-east-1", "Riposte", "home.json")
	deploy(t, cfg, "eu-west-1", "Riposte", "regional.json")
	deploy(t, cfg, "eu-north-1", "Riposte-eu-north-1", "regional.json") // under a name of its own
	s, err := ReadStack(t.Context(), cfg, "Riposte", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"events LostForwards in eu-north-1", "events LostForwards in eu-west-1", "events FailedEvents in us-east-1",
		"events LostEvents in us-east-1", "jobs LostJobs in us-east-1", "messages LostMessages in us-east-1",
	}
	if diff := gocmp.Diff(want, names(s.Places)); diff != "" {
		t.Errorf("queues (-want +got):\n%s", diff)
	}
	if s.Functions[redrive.Events] != "Riposte-detect" || s.Functions[redrive.Messages] != "Riposte-notify" || !strings.Contains(s.Jobs, "Jobs") {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(s.Elsewhere, []string{"444455556666/eu-west-1"}) {
		t.Errorf("elsewhere: %v", s.Elsewhere)
	}
	if s, err = ReadStack(t.Context(), cfg, "Riposte", []string{"eu-west-1"}); err != nil || len(s.Places) != 1 || s.Jobs == "" {
		t.Errorf("one region: %v, %+v", err, s)
	}
	s, err = ReadStack(t.Context(), cfg, "Riposte", []string{"eu-west-1", "sa-east-1"})
	if !errors.Is(err, ErrNoStack) || !strings.Contains(err.Error(), "sa-east-1") || len(s.Places) != 1 {
		t.Errorf("a region without a stack: %v, %+v", err, s)
	}
	if _, err = ReadStack(t.Context(), cfg, "Parade", nil); !errors.Is(err, ErrNoStack) {
		t.Errorf("no stack: %v", err)
	}
}

func TestRegionOf(t *testing.T) {
	for name, want := range map[string]string{
		"https://sqs.eu-west-1.amazonaws.com/111122223333/q":                  "eu-west-1",
		"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q":              "cn-north-1",
		"https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/q":         "us-gov-west-1",
		"https://vpce-1a2b-x.sqs.us-east-1.vpce.amazonaws.com/111122223333/q": "us-east-1",
		"arn:aws:lambda:ap-southeast-2:111122223333:function:Riposte-detect":  "ap-southeast-2",
		"Riposte-detect":                                 "",
		"http://127.0.0.1:5000/123456789012/q":           "",
		"https://example.com/sqs.eu-west-1.":             "",
		"https://queue.amazonaws.com/111122223333/queue": "",
	} {
		if got := RegionOf(name); got != want {
			t.Errorf("RegionOf(%s) = %q, want %q", name, got, want)
		}
	}
}

// lambdaEndpoint is an endpoint that takes asynchronous invocations and keeps what it got.
func lambdaEndpoint(t *testing.T, status int) (endpoint string, got *[]string) {
	t.Helper()
	got = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*got = append(*got, r.Header.Get("X-Amz-Invocation-Type")+" "+strings.Split(r.URL.Path, "/")[3]+" "+string(body))
		w.Header().Set("Content-Type", "application/json")
		if status >= http.StatusBadRequest {
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"Message":"not in this test"}`))
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

func createQueue(t *testing.T, api *sqs.Client, name string, fifo bool) string {
	t.Helper()
	attributes := map[string]string{}
	if fifo {
		name, attributes["FifoQueue"] = name+".fifo", "true"
	}
	out, err := api.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.QueueUrl)
}

func send(t *testing.T, api *sqs.Client, url, group, body string, attributes map[string]string) {
	t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: aws.String(url), MessageBody: aws.String(body), MessageAttributes: map[string]sqstypes.MessageAttributeValue{}}
	for name, value := range attributes {
		in.MessageAttributes[name] = sqstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
	}
	if group != "" {
		in.MessageGroupId, in.MessageDeduplicationId = aws.String(group), aws.String(body)
	}
	if _, err := api.SendMessage(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// drive makes one run over the wire. The time of the queue's letters is that of this machine.
func drive(t *testing.T, kind redrive.Kind, from redrive.Queue, to redrive.Hop) (outcomes []redrive.Outcome, err error) {
	t.Helper()
	begun := time.Now().Add(time.Second)
	r := redrive.Run{
		Name: "Lost", Kind: kind, Queue: from, Hop: to, Now: func() time.Time { return begun },
		Report: func(o redrive.Outcome) error { outcomes = append(outcomes, o); return nil },
	}
	_, err = r.Do(t.Context())
	slices.SortFunc(outcomes, func(a, b redrive.Outcome) int { return cmp.Compare(a.EventID+a.Incident, b.EventID+b.Incident) })
	return outcomes, err
}

func remaining(t *testing.T, api *sqs.Client, url string) []sqstypes.Message {
	t.Helper()
	out, err := api.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(url), MaxNumberOfMessages: 10,
		MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out.Messages { // the SDK does not send a zero with the call above
		_, err := api.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: aws.String(url), ReceiptHandle: m.ReceiptHandle})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.Messages
}

const (
	lostEvent   = `{"id":"1","source":"aws.iam","detail-type":"AWS API Call via CloudTrail","detail":{"eventID":"e-1"}}`
	failedEvent = `{"id":"2","source":"aws.iam","detail-type":"AWS API Call via CloudTrail","detail":{"eventID":"e-2","text":"<&> ü"}}`
)

// TestEvents takes events from a queue to a function over the real wire.
func TestEvents(t *testing.T) {
	server := moto.Start(t)
	api := sqs.NewFromConfig(server.Config())
	url := createQueue(t, api, "lost-events", false)
	send(t, api, url, "", lostEvent, map[string]string{"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed"})
	send(t, api, url, "", `{"requestContext":{"functionArn":"arn:aws:lambda:us-east-1:111122223333:function:Riposte-detect:$LATEST","condition":"RetriesExhausted"},"requestPayload":`+failedEvent+`}`, nil)
	send(t, api, url, "", `poison`, nil)
	cfg := server.Config()
	denied, _ := lambdaEndpoint(t, http.StatusForbidden)
	cfg.BaseEndpoint = aws.String(denied)
	outcomes, err := drive(t, redrive.Events, NewQueue(server.Config(), url), NewFunction(cfg, "Riposte-detect"))
	if err != nil || len(outcomes) != 3 || slices.ContainsFunc(outcomes, func(o redrive.Outcome) bool { return o.Outcome != redrive.Stays }) {
		t.Fatalf("nothing may be invoked, and still: %v %+v", err, outcomes)
	}
	if n := len(remaining(t, api, url)); n != 3 {
		t.Fatalf("%d letters are in the queue, want all 3, to be received at once", n)
	}
	allowed, got := lambdaEndpoint(t, http.StatusAccepted)
	cfg.BaseEndpoint = aws.String(allowed)
	if outcomes, err = drive(t, redrive.Events, NewQueue(server.Config(), url), NewFunction(cfg, "Riposte-detect")); err != nil {
		t.Fatal(err)
	}
	slices.Sort(*got)
	if diff := gocmp.Diff([]string{"Event Riposte-detect " + lostEvent, "Event Riposte-detect " + failedEvent}, *got); diff != "" {
		t.Errorf("invocations (-want +got):\n%s", diff)
	}
	left := remaining(t, api, url)
	if len(left) != 1 || aws.ToString(left[0].Body) != "poison" {
		t.Errorf("%d letters are in the queue, want the poison", len(left))
	}
	if o := outcomes[1]; o.EventID != "e-1" || o.Outcome != redrive.Redriven || o.Why != "NO_PERMISSIONS: not allowed" || o.Sent.IsZero() {
		t.Errorf("outcome %+v", o)
	}
}

// TestAnAnswerThatKeepsNothing holds that only Lambda's word that it keeps the event lets a letter go.
func TestAnAnswerThatKeepsNothing(t *testing.T) {
	for status, keeps := range map[int]bool{http.StatusAccepted: true, http.StatusOK: false, http.StatusNoContent: false, http.StatusForbidden: false} {
		endpoint, _ := lambdaEndpoint(t, status)
		cfg := aws.Config{
			Region: "us-east-1", BaseEndpoint: aws.String(endpoint), Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1,
		}
		if err := NewFunction(cfg, "Riposte-detect").Give(t.Context(), redrive.Parcel{Payload: []byte(lostEvent)}); (err == nil) != keeps {
			t.Errorf("status %d: error %v", status, err)
		}
	}
}

// dying is a queue whose process dies before it deletes.
type dying struct{ *Queue }

var errDead = errors.New("the process died")

func (dying) Delete(context.Context, redrive.Letter) error { return errDead }

// TestJobs takes jobs from queue to queue in the order of their groups. One whose letter was not deleted is given again
// under the same name, so that the queue takes it once.
func TestJobs(t *testing.T) {
	server := moto.Start(t)
	api := sqs.NewFromConfig(server.Config())
	from, to := createQueue(t, api, "lost-jobs", true), createQueue(t, api, "jobs", true)
	for n := range 3 {
		send(t, api, from, "user/bob", fmt.Sprintf(`{"incident":"inc-%d","group":"user/bob"}`, n), nil)
	}
	send(t, api, from, "user/eve", `{"incident":"inc-3","group":"user/eve"}`, nil)
	outcomes, err := drive(t, redrive.Jobs, dying{NewQueue(server.Config(), from)}, NewJobQueue(server.Config(), to))
	if err != nil || len(outcomes) != 4 || outcomes[0].Outcome != redrive.Stays || !strings.Contains(outcomes[0].Reason, "could not be deleted") {
		t.Fatalf("%v %+v", err, outcomes)
	}
	if outcomes, err = drive(t, redrive.Jobs, NewQueue(server.Config(), from), NewJobQueue(server.Config(), to)); err != nil || len(outcomes) != 4 {
		t.Fatalf("%v %+v", err, outcomes)
	}
	if left := remaining(t, api, from); len(left) != 0 {
		t.Errorf("%d letters are in the queue", len(left))
	}
	var got []string
	for _, m := range remaining(t, api, to) {
		got = append(got, m.Attributes["MessageGroupId"]+" "+aws.ToString(m.Body))
	}
	slices.SortStableFunc(got, func(a, b string) int { return cmp.Compare(strings.Fields(a)[0], strings.Fields(b)[0]) })
	want := []string{
		`user/bob {"incident":"inc-0","group":"user/bob"}`, `user/bob {"incident":"inc-1","group":"user/bob"}`,
		`user/bob {"incident":"inc-2","group":"user/bob"}`, `user/eve {"incident":"inc-3","group":"user/eve"}`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("the remediation queue (-want +got):\n%s", diff)
	}
}
