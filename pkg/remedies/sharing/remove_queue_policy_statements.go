package sharing

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveQueuePolicyStatements takes the risky statements of an event out of the policy of a queue.
func RemoveQueuePolicyStatements(accounts access.Accounts) remedy.Remedy {
	return removeStatements(policyHolder[*sqs.Client]{
		action: actions.RemoveQueuePolicyStatements(), kind: detect.Queue, noun: "queue",
		client: client(accounts, sqs.NewFromConfig), refuses: refuseForeignQueue,
		read: readQueuePolicy, write: writeQueuePolicy,
	})
}

// refuseForeignQueue refuses what is no address of a queue of the account: it ends with the account and the name.
func refuseForeignQueue(t remedy.Target) error {
	u, err := url.Parse(t.ID)
	if err != nil || u.Host == "" {
		return remedy.Refuse("%s is no queue with an address", t)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 2 || parts[0] != t.Account || parts[1] == "" {
		return remedy.Refuse("%s is not the address of a queue of account %s", t, t.Account)
	}
	return nil
}

// queueGone knows the service's word for a missing queue by its type: it has had two codes.
func queueGone(err error) error {
	if _, ok := errors.AsType[*types.QueueDoesNotExist](err); ok {
		return remedy.ErrGone
	}
	return gone(err, "AWS.SimpleQueueService.NonExistentQueue")
}

func readQueuePolicy(ctx context.Context, api *sqs.Client, t remedy.Target) (string, error) {
	out, err := api.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(t.ID), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNamePolicy},
	})
	if err != nil {
		return "", queueGone(err)
	}
	return out.Attributes[string(types.QueueAttributeNamePolicy)], nil
}

func writeQueuePolicy(ctx context.Context, api *sqs.Client, t remedy.Target, document string) error {
	_, err := api.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{
		QueueUrl:   aws.String(t.ID),
		Attributes: map[string]string{string(types.QueueAttributeNamePolicy): document},
	})
	return queueGone(err)
}
