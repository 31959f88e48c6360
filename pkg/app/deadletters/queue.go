// Package deadletters reaches Riposte's dead-letter queues and what their letters are given to: SQS, Lambda, and the
// outputs of the stack that name them.
package deadletters

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"riposte/pkg/redrive"
)

// A Queue is a dead-letter queue in SQS.
type Queue struct {
	api *sqs.Client
	url string
}

// NewQueue returns the queue with the given URL.
func NewQueue(cfg aws.Config, url string) *Queue {
	return &Queue{api: sqs.NewFromConfig(cfg), url: url}
}

// Receive returns up to ten letters. It waits a little for some, because without waiting SQS asks only a part of its
// machines and may say that there are none.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
func (q *Queue) Receive(ctx context.Context, hidden time.Duration) ([]redrive.Letter, error) {
	out, err := q.api.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(q.url), MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: seconds(hidden),
		MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameSentTimestamp, types.MessageSystemAttributeNameMessageGroupId,
		},
	})
	if err != nil {
		return nil, err
	}
	letters := make([]redrive.Letter, len(out.Messages))
	for n, m := range out.Messages {
		letters[n] = letterOf(m)
	}
	return letters, nil
}

func letterOf(m types.Message) redrive.Letter {
	l := redrive.Letter{
		ID: aws.ToString(m.MessageId), Receipt: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body),
		Group: m.Attributes[string(types.MessageSystemAttributeNameMessageGroupId)], Attributes: map[string]string{},
	}
	if ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64); err == nil {
		l.Sent = time.UnixMilli(ms).UTC()
	}
	for name, value := range m.MessageAttributes {
		l.Attributes[name] = aws.ToString(value.StringValue)
	}
	return l
}

// Hide hides a letter from other receivers for so long from now on.
func (q *Queue) Hide(ctx context.Context, l redrive.Letter, hidden time.Duration) error {
	_, err := q.api.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: aws.String(q.url), ReceiptHandle: aws.String(l.Receipt), VisibilityTimeout: seconds(hidden),
	})
	return err
}

// Delete takes a letter out of the queue.
func (q *Queue) Delete(ctx context.Context, l redrive.Letter) error {
	_, err := q.api.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(q.url), ReceiptHandle: aws.String(l.Receipt)})
	return err
}

func seconds(d time.Duration) int32 { return int32(d / time.Second) }

// A JobQueue is the remediation queue, which is a FIFO queue.
type JobQueue struct {
	api *sqs.Client
	url string
}

// NewJobQueue returns the queue with the given URL.
func NewJobQueue(cfg aws.Config, url string) *JobQueue {
	return &JobQueue{api: sqs.NewFromConfig(cfg), url: url}
}

// Give sends a job again, in its group.
func (q *JobQueue) Give(ctx context.Context, p redrive.Parcel) error {
	_, err := q.api.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: aws.String(q.url), MessageBody: aws.String(string(p.Payload)),
		MessageGroupId: aws.String(p.Group), MessageDeduplicationId: aws.String(p.Once),
	})
	if err != nil {
		return fmt.Errorf("send to the remediation queue: %w", err)
	}
	return nil
}
