package simaws

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func queueHandlers() handlers {
	h := handlers{}
	writes(h, createQueue)
	writes(h, deleteQueue)
	reads(h, getQueueAttributes)
	writes(h, setQueueAttributes)
	writes(h, addQueuePermission)
	return h
}

// queue returns the queue that an address means: its name stands at the end.
func (r *request) queue(url *string) (thing, error) {
	address := aws.ToString(url)
	key := thing{"queue", r.region, address[strings.LastIndexByte(address, '/')+1:]}
	if _, ok := r.shared.policies[key]; !ok {
		return key, &types.QueueDoesNotExist{Message: aws.String("The specified queue does not exist.")}
	}
	return key, nil
}

func createQueue(r *request, in *sqs.CreateQueueInput) (*sqs.CreateQueueOutput, error) {
	r.shared.policies[thing{"queue", r.region, *in.QueueName}] = in.Attributes["Policy"]
	return &sqs.CreateQueueOutput{
		QueueUrl: aws.String(fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", r.region, r.account, *in.QueueName)),
	}, nil
}

func deleteQueue(r *request, in *sqs.DeleteQueueInput) (*sqs.DeleteQueueOutput, error) {
	key, err := r.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	delete(r.shared.policies, key)
	return &sqs.DeleteQueueOutput{}, nil
}

func getQueueAttributes(r *request, in *sqs.GetQueueAttributesInput) (*sqs.GetQueueAttributesOutput, error) {
	key, err := r.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	out := &sqs.GetQueueAttributesOutput{Attributes: map[string]string{}}
	if policy := r.shared.policies[key]; policy != "" && slices.Contains(in.AttributeNames, types.QueueAttributeNamePolicy) {
		out.Attributes["Policy"] = policy
	}
	return out, nil
}

func setQueueAttributes(r *request, in *sqs.SetQueueAttributesInput) (*sqs.SetQueueAttributesOutput, error) {
	key, err := r.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if policy, ok := in.Attributes["Policy"]; ok {
		r.shared.policies[key] = policy
	}
	return &sqs.SetQueueAttributesOutput{}, nil
}

// addQueuePermission writes a statement under a label, with accounts as their roots.
func addQueuePermission(r *request, in *sqs.AddPermissionInput) (*sqs.AddPermissionOutput, error) {
	key, err := r.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	queueARN := fmt.Sprintf("arn:aws:sqs:%s:%s:%s", r.region, r.account, key.name)
	policy := struct {
		Version, Id string //nolint:revive // AWS's name
		Statement   []json.RawMessage
	}{Version: "2012-10-17", Id: queueARN + "/SQSDefaultPolicy"}
	if old := r.shared.policies[key]; old != "" {
		if err := json.Unmarshal([]byte(old), &policy); err != nil {
			return nil, ec2Error("InvalidAttributeValue", "the policy is no JSON")
		}
	}
	var principals, actions []string
	for _, id := range in.AWSAccountIds {
		principals = append(principals, "arn:aws:iam::"+id+":root")
	}
	for _, name := range in.Actions {
		actions = append(actions, "SQS:"+name)
	}
	statement, err := json.Marshal(struct {
		Sid, Effect       string
		Principal, Action any
		Resource          string
	}{*in.Label, "Allow", map[string]any{"AWS": oneOrMore(principals)}, oneOrMore(actions), queueARN})
	if err != nil {
		return nil, err
	}
	policy.Statement = append(policy.Statement, statement)
	raw, err := json.Marshal(policy)
	if err != nil {
		return nil, err
	}
	r.shared.policies[key] = string(raw)
	return &sqs.AddPermissionOutput{}, nil
}

// oneOrMore returns the only text of a list, or the list.
func oneOrMore(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}
