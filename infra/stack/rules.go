package stack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/routing"
)

// busSource is the source of the events on Riposte's bus.
const busSource = "riposte"

// A route is a rule on a bus that hands what matches to a function.
type route struct {
	id, name, description string
	bus                   *string // nil for the default bus
	pattern               string
	reads                 bool // read-only calls, which need a state of their own
	to                    function
	lost                  awssqs.Queue
}

// addRules adds the rules that feed the detector, rendered from the catalogue, and the one that feeds the notifier.
func (d *deployment) addRules() error {
	policy := d.settings.Policy
	if policy == nil {
		policy = config.Default()
	}
	rules, err := catalog.Load(policy)
	if err != nil {
		return err
	}
	rendered, err := routing.Render(rules.Rules)
	if err != nil {
		return fmt.Errorf("render the rules of the catalogue: %w", err)
	}
	var routes []route
	for _, r := range rendered {
		if r.Reads && !d.settings.ReadEvents {
			continue
		}
		routes = append(routes, route{
			id: "Events" + titled(r.Name), name: r.Name, description: "Wanted by " + strings.Join(r.RuleIDs, ", "),
			pattern: r.Pattern, reads: r.Reads, to: detect, lost: d.lostEvents,
		})
	}
	routes = append(routes, route{
		id: "Messages", name: "messages", description: "Incidents that people are told about", bus: d.bus.EventBusName(),
		pattern: fmt.Sprintf(`{"source":[%q]}`, busSource), to: notify, lost: d.lostMessages,
	})
	lost := map[awssqs.Queue][]*string{}
	for _, r := range routes {
		rule, err := d.addRule(r)
		if err != nil {
			return fmt.Errorf("rule %s: %w", r.name, err)
		}
		lost[r.lost] = append(lost[r.lost], rule.AttrArn())
	}
	for _, q := range []awssqs.Queue{d.lostEvents, d.lostMessages} {
		allowRules(q, lost[q])
	}
	return nil
}

// addRule adds a rule. The library of targets would need a minute more of compilation (docs/adr/0007), so target and
// permission are written out.
func (d *deployment) addRule(r route) (awsevents.CfnRule, error) {
	var pattern map[string]any
	if err := json.Unmarshal([]byte(r.pattern), &pattern); err != nil {
		return nil, fmt.Errorf("pattern: %w", err)
	}
	d.fillOwnRoles(pattern)
	f := d.functions[r.to]
	rule := awsevents.NewCfnRule(d.stack, jsii.String(r.id), &awsevents.CfnRuleProps{
		Name:         jsii.String(d.name(r.name)),
		Description:  jsii.String(r.description),
		EventPattern: pattern,
		State:        jsii.String(state(r)),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:               jsii.String(string(r.to)),
			Arn:              f.FunctionArn(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: r.lost.QueueArn()},
			// A day and 185 attempts are the most that EventBridge offers: late is better than lost.
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(24 * 60 * 60),
				MaximumRetryAttempts:     jsii.Number(185),
			},
		}},
	})
	if r.bus != nil {
		rule.SetEventBusName(r.bus)
	}
	awslambda.NewCfnPermission(d.stack, jsii.String(r.id+"Permission"), &awslambda.CfnPermissionProps{
		Action:       jsii.String("lambda:InvokeFunction"),
		FunctionName: f.FunctionArn(),
		Principal:    jsii.String("events.amazonaws.com"),
		SourceArn:    rule.AttrArn(),
	})
	d.rules = append(d.rules, rule)
	return rule, nil
}

// fillOwnRoles puts the ARNs of Riposte's own roles where a pattern asks for them.
func (d *deployment) fillOwnRoles(pattern map[string]any) {
	for key, value := range pattern {
		switch v := value.(type) {
		case map[string]any:
			d.fillOwnRoles(v)
		case []any:
			if len(v) == 1 && v[0] == routing.OwnRoles {
				pattern[key] = fill(d.roleARNs())
			}
		}
	}
}

// state returns the state in which a rule gets what it wants: by default it sees no read-only call.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func state(r route) string {
	if r.reads {
		return "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
	}
	return "ENABLED"
}

// allowRules lets rules put what they could not deliver into a queue.
func allowRules(q awssqs.Queue, rules []*string) {
	p := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("RulesKeepWhatTheyCannotDeliver"),
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{q.QueueArn()},
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rules}},
	})
	p.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	q.AddToResourcePolicy(p)
}
