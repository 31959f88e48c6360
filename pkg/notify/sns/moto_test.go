package sns

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"riposte/internal/testkit/moto"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

// TestOverTheWire publishes to a topic with two queues, of which one wants critical findings only, and reads back.
func TestOverTheWire(t *testing.T) {
	cfg := moto.Start(t).Config()
	topics, queues := sns.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	made, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("riposte")})
	if err != nil {
		t.Fatal(err)
	}
	all := subscribe(t, topics, queues, *made.TopicArn, "all", nil)
	critical := subscribe(t, topics, queues, *made.TopicArn, "critical", map[string]string{
		"FilterPolicy": `{"severity": ["CRITICAL"], "account": ["111122223333"]}`,
	})
	n := New(topics, *made.TopicArn)
	want := map[string]notify.Message{}
	for i, c := range notifytest.Cases() {
		c.Message.Due = int64(i)
		if err := n.Notify(t.Context(), c.Message); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		want[c.Message.Key()] = c.Message
	}
	got := receive(t, queues, all)
	if len(got) != len(want) {
		t.Errorf("%d messages, want %d", len(got), len(want))
	}
	for _, m := range got {
		w, ok := want[m.Key()]
		if !ok || w.Incident.State != m.Incident.State || w.Incident.Summary != m.Incident.Summary {
			t.Errorf("received %s, which was not published so", m.Key())
		}
	}
	for _, m := range receive(t, queues, critical) {
		if m.Incident.Severity.String() != "CRITICAL" {
			t.Errorf("%s passed the filter with severity %s", m.Key(), m.Incident.Severity)
		}
		delete(want, m.Key())
	}
	for _, m := range want {
		if m.Incident.Severity.String() == "CRITICAL" {
			t.Errorf("%s did not pass the filter", m.Key())
		}
	}
}

func subscribe(t *testing.T, topics *sns.Client, queues *sqs.Client, topic, name string, attributes map[string]string) string {
	t.Helper()
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: queue.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = topics.Subscribe(t.Context(), &sns.SubscribeInput{
		TopicArn: aws.String(topic), Protocol: aws.String("sqs"), Attributes: attributes,
		Endpoint: aws.String(got.Attributes["QueueArn"]),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *queue.QueueUrl
}

// receive takes everything out of a queue.
func receive(t *testing.T, queues *sqs.Client, queue string) []notify.Message {
	t.Helper()
	var out []notify.Message
	for {
		got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(queue), MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return out
		}
		for _, m := range got.Messages {
			var envelope struct{ Subject, Message string }
			var detail struct {
				DetailType string `json:"detail_type"`
				notify.Message
			}
			if err := json.Unmarshal([]byte(*m.Body), &envelope); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(envelope.Message), &detail); err != nil {
				t.Fatalf("%v in %s", err, envelope.Message)
			}
			detail.Message.DetailType = detail.DetailType
			out = append(out, detail.Message)
			if envelope.Subject == "" {
				t.Error("a message without a subject")
			}
		}
	}
}
