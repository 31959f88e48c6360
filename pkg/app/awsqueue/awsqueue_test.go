package awsqueue

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/moto"
	"riposte/pkg/engine"
)

// TestSend holds what arrives over the wire: each job once, in order within its group, with nothing in it but names.
func TestSend(t *testing.T) {
	cfg := moto.Start(t).Config()
	api := sqs.NewFromConfig(cfg)
	made, err := api.CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String("jobs.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	queue := New(cfg, aws.ToString(made.QueueUrl))
	for _, job := range []engine.Job{
		{Incident: "inc-1", Group: "a"}, {Incident: "inc-2", Group: "b"}, {Incident: "inc-1", Group: "a"}, {Incident: "inc-3", Group: "a"},
	} {
		if err := queue.Send(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	type delivery struct{ body, group, dedupe string }
	got := map[string][]delivery{}
	for {
		out, err := api.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: made.QueueUrl, MaxNumberOfMessages: 10,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			break
		}
		for _, m := range out.Messages {
			group := m.Attributes["MessageGroupId"]
			got[group] = append(got[group], delivery{aws.ToString(m.Body), group, m.Attributes["MessageDeduplicationId"]})
			_, err := api.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: made.QueueUrl, ReceiptHandle: m.ReceiptHandle})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	want := map[string][]delivery{
		"a": {{`{"incident":"inc-1","group":"a"}`, "a", "inc-1"}, {`{"incident":"inc-3","group":"a"}`, "a", "inc-3"}},
		"b": {{`{"incident":"inc-2","group":"b"}`, "b", "inc-2"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(delivery{})); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	if err := New(cfg, aws.ToString(made.QueueUrl)+"-gone.fifo").Send(t.Context(), engine.Job{Incident: "inc-4", Group: "a"}); err == nil {
		t.Error("a queue that is not there took a job")
	}
}
