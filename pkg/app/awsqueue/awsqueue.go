// Package awsqueue sends remediation jobs to an SQS FIFO queue.
package awsqueue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"riposte/pkg/engine"
)

// A Queue is an SQS FIFO queue. Jobs of one group are delivered in order, one at a time; the same job sent twice within
// five minutes is delivered once.
// See https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html.
type Queue struct {
	api *sqs.Client
	url string
}

// New returns the queue with the given URL.
func New(cfg aws.Config, url string) *Queue {
	return &Queue{api: sqs.NewFromConfig(cfg), url: url}
}

// Send puts a job into the queue.
func (q *Queue) Send(ctx context.Context, j engine.Job) error {
	body, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = q.api.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:               aws.String(q.url),
		MessageBody:            aws.String(string(body)),
		MessageGroupId:         aws.String(j.Group),
		MessageDeduplicationId: aws.String(j.Incident),
	})
	if err != nil {
		return fmt.Errorf("send to the remediation queue: %w", err)
	}
	return nil
}
