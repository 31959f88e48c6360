package process_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger/schema"
)

// newAccount makes in moto what infra deploys, with queues in the place of the mail box and of EventBridge's delivery.
func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{t: t, server: moto.Start(t), slack: newSlack(t), table: table, config: filepath.Join(t.TempDir(), "riposte.yaml")}
	a.cfg = a.server.Config()
	if err := os.WriteFile(a.config, []byte("stance: enforce\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a.createTable()
	a.queueURL, _ = a.createQueue("riposte-remediate.fifo", map[string]string{"FifoQueue": "true"})
	var mailARN, busARN string
	a.mailURL, mailARN = a.createQueue("mail", nil)
	a.busURL, busARN = a.createQueue("bus", nil)
	a.createTopic(mailARN)
	a.createBus(busARN)
	_, err := secretsmanager.NewFromConfig(a.cfg).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(secret), SecretString: aws.String(a.slack.URL + a.slack.secretPath),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *account) createTable() {
	a.t.Helper()
	key := func(hash, sort string) []ddb.KeySchemaElement {
		return []ddb.KeySchemaElement{
			{AttributeName: aws.String(hash), KeyType: ddb.KeyTypeHash}, {AttributeName: aws.String(sort), KeyType: ddb.KeyTypeRange},
		}
	}
	var attributes []ddb.AttributeDefinition
	for _, name := range []string{schema.PartitionKey, schema.SortKey, schema.FeedPartition, schema.FeedSort} {
		attributes = append(attributes, ddb.AttributeDefinition{
			AttributeName: aws.String(name), AttributeType: ddb.ScalarAttributeTypeS,
		})
	}
	_, err := dynamodb.NewFromConfig(a.cfg).CreateTable(a.t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(table), BillingMode: ddb.BillingModePayPerRequest, AttributeDefinitions: attributes,
		KeySchema: key(schema.PartitionKey, schema.SortKey),
		GlobalSecondaryIndexes: []ddb.GlobalSecondaryIndex{{
			IndexName: aws.String(schema.FeedIndex), KeySchema: key(schema.FeedPartition, schema.FeedSort),
			Projection: &ddb.Projection{ProjectionType: ddb.ProjectionTypeAll},
		}},
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) createQueue(name string, attributes map[string]string) (url, arn string) {
	a.t.Helper()
	api := sqs.NewFromConfig(a.cfg)
	out, err := api.CreateQueue(a.t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
	if err != nil {
		a.t.Fatal(err)
	}
	return aws.ToString(out.QueueUrl), "arn:aws:sqs:us-east-1:" + moto.Account + ":" + name
}

func (a *account) createTopic(subscriber string) {
	a.t.Helper()
	api := sns.NewFromConfig(a.cfg)
	topic, err := api.CreateTopic(a.t.Context(), &sns.CreateTopicInput{Name: aws.String("riposte")})
	if err != nil {
		a.t.Fatal(err)
	}
	a.topicARN = aws.ToString(topic.TopicArn)
	_, err = api.Subscribe(a.t.Context(), &sns.SubscribeInput{
		TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String(subscriber),
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) createBus(subscriber string) {
	a.t.Helper()
	api := eventbridge.NewFromConfig(a.cfg)
	if _, err := api.CreateEventBus(a.t.Context(), &eventbridge.CreateEventBusInput{Name: aws.String("riposte")}); err != nil {
		a.t.Fatal(err)
	}
	_, err := api.PutRule(a.t.Context(), &eventbridge.PutRuleInput{
		Name: aws.String("notify"), EventBusName: aws.String("riposte"), EventPattern: aws.String(`{"source":["riposte"]}`),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	_, err = api.PutTargets(a.t.Context(), &eventbridge.PutTargetsInput{
		Rule: aws.String("notify"), EventBusName: aws.String("riposte"),
		Targets: []types.Target{{Id: aws.String("q"), Arn: aws.String(subscriber)}},
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

// message is what a queue delivers.
type message struct{ id, body, group string }

// receive takes everything that a queue holds.
func (a *account) receive(url string) []message {
	a.t.Helper()
	api := sqs.NewFromConfig(a.cfg)
	var all []message
	for {
		out, err := api.ReceiveMessage(a.t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(url), MaxNumberOfMessages: 10,
			MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameMessageGroupId},
		})
		if err != nil {
			a.t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return all
		}
		for _, m := range out.Messages {
			all = append(all, message{aws.ToString(m.MessageId), aws.ToString(m.Body), m.Attributes["MessageGroupId"]})
			_, err := api.DeleteMessage(a.t.Context(), &sqs.DeleteMessageInput{QueueUrl: aws.String(url), ReceiptHandle: m.ReceiptHandle})
			if err != nil {
				a.t.Fatal(err)
			}
		}
	}
}

// mails returns what the topic's subscriber got.
func (a *account) mails() []string {
	a.t.Helper()
	var all []string
	for _, m := range a.receive(a.mailURL) {
		var notification struct{ Message string }
		if err := json.Unmarshal([]byte(m.body), &notification); err != nil {
			a.t.Fatalf("SNS delivered %s: %v", m.body, err)
		}
		all = append(all, notification.Message)
	}
	return all
}
