package awsqueue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"riposte/pkg/answer"
)

// Answer puts what a person answered into the queue, in the group of the incident's other jobs, so that one waits for the
// other. It returns nil only when the queue has it.
func (q *Queue) Answer(ctx context.Context, a answer.Answer, group string) error {
	body, err := json.Marshal(map[string]answer.Answer{"answer": a})
	if err != nil {
		return err
	}
	_, err = q.api.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:               aws.String(q.url),
		MessageBody:            aws.String(string(body)),
		MessageGroupId:         aws.String(group),
		MessageDeduplicationId: aws.String(a.ID),
	})
	if err != nil {
		return fmt.Errorf("send an answer to the remediation queue: %w", err)
	}
	return nil
}
