package logging

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// EnableEventRule enables an EventBridge rule that was disabled. Its pattern and its targets stay as they are.
func EnableEventRule(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*eventbridge.Client, bool]{
		Action: actions.EnableEventRule(),
		Lens: remedy.Lens[*eventbridge.Client, bool]{
			Client: client(accounts, eventbridge.NewFromConfig),
			Read:   readEventRule,
			Write:  writeEventRule,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return find(f, detect.EventRule, []string{"DisableRule"}, detect.ParamEventBus)
		},
		Want: func(context.Context, *eventbridge.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return true, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("EventBridge rule %s: disabled → enabled", t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string { return fmt.Sprintf("EventBridge rule %s is enabled", t.ID) },
	})
}

// busOf returns the event bus of a rule; nil stands for the account's default bus.
func busOf(t remedy.Target) *string {
	if bus := t.Params[detect.ParamEventBus]; bus != "" {
		return aws.String(bus)
	}
	return nil
}

func readEventRule(ctx context.Context, api *eventbridge.Client, t remedy.Target) (bool, error) {
	out, err := api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: aws.String(t.ID), EventBusName: busOf(t)})
	if err != nil {
		return false, finalOfEventRule(err)
	}
	if by := aws.ToString(out.ManagedBy); by != "" {
		return false, remedy.Refuse("EventBridge rule %s is managed by %s and is not changed", t.ID, by)
	}
	return out.State != types.RuleStateDisabled, nil
}

func writeEventRule(ctx context.Context, api *eventbridge.Client, t remedy.Target, _, to bool) (err error) {
	if to {
		_, err = api.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: aws.String(t.ID), EventBusName: busOf(t)})
	} else {
		_, err = api.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: aws.String(t.ID), EventBusName: busOf(t)})
	}
	return finalOfEventRule(err)
}

// finalOfEventRule tells a rule that is gone, and errors that stay however often the call is repeated.
func finalOfEventRule(err error) error {
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return remedy.ErrGone
	}
	if _, ok := errors.AsType[*types.ManagedRuleException](err); ok {
		return &remedy.Refusal{Reason: "the rule is managed by an AWS service and is not changed", Err: err}
	}
	return err
}
