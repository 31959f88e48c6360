package simaws

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

func topicHandlers() handlers {
	h := handlers{}
	writes(h, createTopic)
	writes(h, deleteTopic)
	reads(h, getTopicAttributes)
	writes(h, setTopicAttributes)
	return h
}

func (r *request) topic(arn *string) (thing, error) {
	key := thing{"topic", r.region, aws.ToString(arn)}
	if _, ok := r.shared.policies[key]; !ok {
		return key, &types.NotFoundException{Message: aws.String("Topic does not exist")}
	}
	return key, nil
}

func createTopic(r *request, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	arn := fmt.Sprintf("arn:aws:sns:%s:%s:%s", r.region, r.account, *in.Name)
	r.shared.policies[thing{"topic", r.region, arn}] = fmt.Sprintf(`{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[`+
		`{"Effect":"Allow","Sid":"__default_statement_ID","Principal":{"AWS":"*"},"Action":["SNS:Publish"],"Resource":%q,`+
		`"Condition":{"StringEquals":{"AWS:SourceOwner":%q}}}]}`, arn, r.account)
	return &sns.CreateTopicOutput{TopicArn: aws.String(arn)}, nil
}

func deleteTopic(r *request, in *sns.DeleteTopicInput) (*sns.DeleteTopicOutput, error) {
	if key, err := r.topic(in.TopicArn); err == nil {
		delete(r.shared.policies, key)
	}
	return &sns.DeleteTopicOutput{}, nil
}

func getTopicAttributes(r *request, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	key, err := r.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	return &sns.GetTopicAttributesOutput{Attributes: map[string]string{"TopicArn": key.name, "Policy": r.shared.policies[key]}}, nil
}

func setTopicAttributes(r *request, in *sns.SetTopicAttributesInput) (*sns.SetTopicAttributesOutput, error) {
	key, err := r.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	if *in.AttributeName != "Policy" || aws.ToString(in.AttributeValue) == "" {
		return nil, &types.InvalidParameterException{Message: aws.String("Invalid parameter: Policy")}
	}
	r.shared.policies[key] = *in.AttributeValue
	return &sns.SetTopicAttributesOutput{}, nil
}
