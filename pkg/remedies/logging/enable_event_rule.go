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

// An eventRule is the state of an EventBridge rule. What else there is decides nothing: it explains the call that has to name
// all of it.
type eventRule struct {
	State       types.RuleState `json:"state"`
	Pattern     string          `json:"pattern,omitempty"`
	Schedule    string          `json:"schedule,omitempty"`
	Description string          `json:"description,omitempty"`
}

// in returns the rule in another state.
func (r eventRule) in(state types.RuleState) eventRule {
	r.State = state
	return r
}

// EnableEventRule enables an EventBridge rule that was disabled. Its pattern and its targets stay as they are. The aspect is
// its state: a rule that takes read-only management events too has a state of its own.
func EnableEventRule(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*eventbridge.Client, eventRule]{
		Action: actions.EnableEventRule(),
		Lens: remedy.Lens[*eventbridge.Client, eventRule]{
			Client: client(accounts, eventbridge.NewFromConfig),
			Read:   readEventRule,
			Write:  writeEventRule,
			Equal:  func(a, b eventRule) bool { return a.State == b.State },
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return find(f, detect.EventRule, []string{"DisableRule", "PutRule"}, detect.ParamEventBus, detect.ParamPart)
		},
		Want:    wantEventRule,
		Aspect:  "event-rule",
		Restore: restoreEventRule,
		Summary: func(t remedy.Target, _, after eventRule) string {
			said := fmt.Sprintf("EventBridge rule %s: disabled → enabled", t.ID)
			if after.State == withReads {
				said += ", with read-only management events"
			}
			return said
		},
		Nothing: func(t remedy.Target, live eventRule) string {
			if live.State == types.RuleStateDisabled {
				return fmt.Sprintf("EventBridge rule %s was disabled before the event too", t.ID)
			}
			return fmt.Sprintf("EventBridge rule %s is enabled", t.ID)
		},
	})
}

const withReads = types.RuleStateEnabledWithAllCloudtrailManagementEvents

// wantEventRule enables a rule that a call disabled. One that was put as disabled may never have been anything else.
func wantEventRule(_ context.Context, _ *eventbridge.Client, f detect.Finding, t remedy.Target, before eventRule) (eventRule, error) {
	switch {
	case before.State != types.RuleStateDisabled:
		return before, nil
	case f.Event.Name == "PutRule":
		return before, remedy.Refuse("nobody knows whether EventBridge rule %s was enabled before it was put as disabled", t.ID)
	}
	return before.in(types.RuleStateEnabled), nil
}

func restoreEventRule(ctx context.Context, api *eventbridge.Client, f detect.Finding, t remedy.Target, before, good eventRule) (eventRule, error) {
	switch {
	case before.State != types.RuleStateDisabled:
		return before, nil
	case good.State == types.RuleStateEnabled, good.State == withReads:
		return before.in(good.State), nil
	case good.State == types.RuleStateDisabled:
		return before, nil // the event changed nothing
	}
	return wantEventRule(ctx, api, f, t, before)
}

// busOf returns the event bus of a rule; nil stands for the account's default bus.
func busOf(t remedy.Target) *string {
	if bus := t.Params[detect.ParamEventBus]; bus != "" {
		return aws.String(bus)
	}
	return nil
}

func describeEventRule(ctx context.Context, api *eventbridge.Client, t remedy.Target) (*eventbridge.DescribeRuleOutput, error) {
	out, err := api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: aws.String(t.ID), EventBusName: busOf(t)})
	if err != nil {
		return nil, finalOfEventRule(err)
	}
	if by := aws.ToString(out.ManagedBy); by != "" {
		return nil, remedy.Refuse("EventBridge rule %s is managed by %s and is not changed", t.ID, by)
	}
	return out, nil
}

func readEventRule(ctx context.Context, api *eventbridge.Client, t remedy.Target) (eventRule, error) {
	out, err := describeEventRule(ctx, api, t)
	if err != nil {
		return eventRule{}, err
	}
	return eventRule{
		State: out.State, Pattern: aws.ToString(out.EventPattern), Schedule: aws.ToString(out.ScheduleExpression),
		Description: aws.ToString(out.Description),
	}, nil
}

func writeEventRule(ctx context.Context, api *eventbridge.Client, t remedy.Target, _, to eventRule) (err error) {
	switch to.State {
	case types.RuleStateDisabled:
		_, err = api.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: aws.String(t.ID), EventBusName: busOf(t)})
	case withReads:
		return putEventRule(ctx, api, t, to.State)
	default:
		_, err = api.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: aws.String(t.ID), EventBusName: busOf(t)})
	}
	return finalOfEventRule(err)
}

// putEventRule sets a state that EnableRule cannot give. The call replaces the rule but for its targets and its tags, so that
// everything else is what was read just before.
func putEventRule(ctx context.Context, api *eventbridge.Client, t remedy.Target, to types.RuleState) error {
	is, err := describeEventRule(ctx, api, t)
	if err != nil {
		return err
	}
	if aws.ToString(is.RoleArn) != "" {
		return remedy.Refuse("EventBridge rule %s has a role, which would have to be passed: a person has to enable it", t.ID)
	}
	_, err = api.PutRule(ctx, &eventbridge.PutRuleInput{
		Name: aws.String(t.ID), EventBusName: busOf(t), State: to,
		EventPattern: is.EventPattern, ScheduleExpression: is.ScheduleExpression, Description: is.Description,
	})
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
