package simaws

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

func eventRuleHandlers() handlers {
	h := handlers{}
	reads(h, describeEventRule)
	writes(h, putEventRule)
	writes(h, deleteEventRule)
	writes(h, enableEventRule)
	writes(h, disableEventRule)
	return h
}

// eventRuleKey returns the key of a rule on a bus, which a call names by its name or its ARN.
func (r *request) eventRuleKey(bus, name *string) partOf {
	of := cmp.Or(aws.ToString(bus), "default")
	return partOf{named{r.region, of[strings.LastIndexByte(of, '/')+1:]}, aws.ToString(name)}
}

func (r *request) eventRule(bus, name *string) (partOf, eventRule, error) {
	key := r.eventRuleKey(bus, name)
	rule, ok := r.watchers.rules[key]
	if !ok {
		return key, rule, &types.ResourceNotFoundException{Message: aws.String("Rule " + key.name + " does not exist.")}
	}
	return key, rule, nil
}

func describeEventRule(r *request, in *eventbridge.DescribeRuleInput) (*eventbridge.DescribeRuleOutput, error) {
	key, rule, err := r.eventRule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	state := types.RuleStateDisabled
	switch {
	case rule.reads:
		state = types.RuleStateEnabledWithAllCloudtrailManagementEvents
	case rule.enabled:
		state = types.RuleStateEnabled
	}
	return &eventbridge.DescribeRuleOutput{
		Name: in.Name, EventBusName: aws.String(key.whole.name), State: state, ManagedBy: given(rule.manager), EventPattern: given(rule.pattern),
	}, nil
}

func putEventRule(r *request, in *eventbridge.PutRuleInput) (*eventbridge.PutRuleOutput, error) {
	key := r.eventRuleKey(in.EventBusName, in.Name)
	r.watchers.rules[key] = eventRule{
		enabled: in.State != types.RuleStateDisabled, reads: in.State == types.RuleStateEnabledWithAllCloudtrailManagementEvents,
		pattern: aws.ToString(in.EventPattern),
	}
	return &eventbridge.PutRuleOutput{}, nil
}

func deleteEventRule(r *request, in *eventbridge.DeleteRuleInput) (*eventbridge.DeleteRuleOutput, error) {
	delete(r.watchers.rules, r.eventRuleKey(in.EventBusName, in.Name))
	return &eventbridge.DeleteRuleOutput{}, nil
}

func enableEventRule(r *request, in *eventbridge.EnableRuleInput) (*eventbridge.EnableRuleOutput, error) {
	key, rule, err := r.eventRule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	rule.enabled, rule.reads = true, false
	r.watchers.rules[key] = rule
	return &eventbridge.EnableRuleOutput{}, nil
}

func disableEventRule(r *request, in *eventbridge.DisableRuleInput) (*eventbridge.DisableRuleOutput, error) {
	key, rule, err := r.eventRule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	rule.enabled, rule.reads = false, false
	r.watchers.rules[key] = rule
	return &eventbridge.DisableRuleOutput{}, nil
}
