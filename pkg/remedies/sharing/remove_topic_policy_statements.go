package sharing

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveTopicPolicyStatements takes the risky statements of an event out of the policy of a topic.
func RemoveTopicPolicyStatements(accounts access.Accounts) remedy.Remedy {
	return removeStatements(policyHolder[*sns.Client]{
		action: actions.RemoveTopicPolicyStatements(), kind: detect.Topic, noun: "topic",
		client: client(accounts, sns.NewFromConfig),
		refuses: func(t remedy.Target) error {
			if !strings.HasPrefix(t.ID, "arn:"+t.Partition+":sns:") {
				return remedy.Refuse("%s is no topic with an ARN", t)
			}
			return nil
		},
		read: readTopicPolicy, write: writeTopicPolicy,
	})
}

const (
	policyAttribute = "Policy"
	topicMissing    = "NotFound"
	// ownerOnly is the id of the statement that stands for an empty policy: SNS does not take one.
	ownerOnly = "RiposteOwnerOnly"
)

// readTopicPolicy does not show the statement that stands for an empty policy.
func readTopicPolicy(ctx context.Context, api *sns.Client, t remedy.Target) (string, error) {
	out, err := api.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(t.ID)})
	if err != nil {
		return "", gone(err, topicMissing, "NotFoundException")
	}
	document := out.Attributes[policyAttribute]
	if detect.DocumentHash([]byte(document)) == detect.DocumentHash([]byte(ownerPolicy(t.ID))) {
		return "", nil
	}
	return document, nil
}

func writeTopicPolicy(ctx context.Context, api *sns.Client, t remedy.Target, document string) error {
	if document == "" {
		document = ownerPolicy(t.ID)
	}
	_, err := api.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{
		TopicArn: aws.String(t.ID), AttributeName: aws.String(policyAttribute), AttributeValue: aws.String(document),
	})
	return gone(err, topicMissing, "NotFoundException")
}

// ownerPolicy returns a policy that lets in the account of a topic only, as its IAM policies allow anyway.
func ownerPolicy(topic string) string {
	a, err := arn.Parse(topic)
	if err != nil {
		return ""
	}
	owner := arn.ARN{Partition: a.Partition, Service: "iam", AccountID: a.AccountID, Resource: "root"}.String()
	raw, err := json.Marshal(map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Sid": ownerOnly, "Effect": "Allow", "Principal": map[string]string{"AWS": owner},
			"Action": []string{
				"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
				"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
			},
			"Resource": topic,
		}},
	})
	if err != nil {
		return ""
	}
	return string(raw)
}
