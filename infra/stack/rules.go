package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"riposte/pkg/catalog"
	"riposte/pkg/routing"
)

// busSource is the source of the events on Riposte's bus.
const busSource = "riposte"

// A route is a rule on a bus that hands what matches to a target.
type route struct {
	id, name, description string
	bus                   *string // nil for the default bus
	pattern               string
	reads                 bool // read-only calls, which need a state of their own
	to                    target
}

// A target is where a rule hands what matches.
type target struct {
	id   string
	arn  *string
	role *string      // that EventBridge takes on; nil where the target's own policy lets the rule in
	lost awssqs.Queue // what could not be delivered
}

// catalogue returns the routes for what the rules of the catalogue want, in as few EventBridge rules as hold it.
func (s *site) catalogue(to target) ([]route, error) {
	rules, err := catalog.Load(s.settings.policy())
	if err != nil {
		return nil, err
	}
	rendered, err := routing.Render(rules.Rules)
	if err != nil {
		return nil, fmt.Errorf("render the rules of the catalogue: %w", err)
	}
	rendered = slices.DeleteFunc(rendered, func(r routing.Rule) bool { return r.Reads && !s.settings.ReadEvents })
	packed, err := routing.Pack(rendered)
	if err != nil {
		return nil, err
	}
	var routes []route
	for _, r := range packed {
		routes = append(routes, route{
			id: "Events" + titled(strings.TrimPrefix(r.Name, "events")), name: r.Name, description: holds(r.Parts),
			pattern: r.Pattern, reads: r.Reads, to: to,
		})
	}
	return routes, nil
}

// maxDescription is what EventBridge takes of a rule's description.
const maxDescription = 512

// holds says which patterns of docs/patterns a rule holds.
func holds(parts []string) string {
	text := "Holds " + strings.Join(parts, ", ")
	if len(text) > maxDescription {
		text = text[:strings.LastIndexByte(text[:maxDescription-len(" …")], ' ')] + " …"
	}
	return text
}

// addRules adds the rules that feed the detector, here and from elsewhere, and the one that feeds the notifier.
func (d *deployment) addRules() error {
	to := func(f function, lost awssqs.Queue) target {
		return target{id: string(f), arn: d.functions[f].FunctionArn(), lost: lost}
	}
	routes, err := d.catalogue(to(detect, d.lostEvents))
	if err != nil {
		return err
	}
	routes = append(routes, route{
		id: "IntakeEvents", name: "intake-events", description: "What other regions and accounts forward",
		bus: d.intake.EventBusName(), pattern: intakePattern, reads: true, to: to(detect, d.lostEvents),
	}, route{
		id: "Messages", name: "messages", description: "Incidents that people are told about", bus: d.bus.EventBusName(),
		pattern: fmt.Sprintf(`{"source":[%q]}`, busSource), to: to(notify, d.lostMessages),
	})
	for _, r := range routes {
		if err := d.addFunctionRule(r); err != nil {
			return err
		}
	}
	return d.alarmsOfOthers()
}

// addFunctionRule adds a rule and lets it invoke its function.
func (d *deployment) addFunctionRule(r route) error {
	rule, err := d.addRule(r)
	if err != nil {
		return err
	}
	d.mayInvoke(r.id, r.to.arn, rule)
	return nil
}

func (d *deployment) mayInvoke(id string, function *string, rule awsevents.CfnRule) {
	awslambda.NewCfnPermission(d.stack, jsii.String(id+"Permission"), &awslambda.CfnPermissionProps{
		Action:       jsii.String("lambda:InvokeFunction"),
		FunctionName: function,
		Principal:    jsii.String("events.amazonaws.com"),
		SourceArn:    rule.AttrArn(),
	})
}

// addRule adds a rule. The library of targets would need a minute more of compilation (docs/adr/0007), so target and
// permission are written out.
func (s *site) addRule(r route) (awsevents.CfnRule, error) {
	if _, err := routing.Parse([]byte(r.pattern)); err != nil {
		return nil, fmt.Errorf("rule %s: %w", r.name, err)
	}
	pattern := strings.ReplaceAll(r.pattern, quoted(routing.OwnRoles), quoted(fill(s.ownRoles)...))
	rule := awsevents.NewCfnRule(s.stack, jsii.String(r.id), &awsevents.CfnRuleProps{
		Name:        jsii.String(s.name(r.name)),
		Description: jsii.String(r.description),
		State:       jsii.String(state(r)),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:               jsii.String(r.to.id),
			Arn:              r.to.arn,
			RoleArn:          r.to.role,
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: r.to.lost.QueueArn()},
			// A day and 185 attempts are the most that EventBridge offers: late is better than lost.
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(24 * 60 * 60),
				MaximumRetryAttempts:     jsii.Number(185),
			},
		}},
	})
	// As a text, which the CDK does not take by itself, a pattern is here as long as where it counts, and a region's template
	// fits into one call.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-null-values.html
	rule.AddPropertyOverride(jsii.String("EventPattern"), pattern)
	if r.bus != nil {
		rule.SetEventBusName(r.bus)
	}
	s.rules = append(s.rules, rule)
	s.lost[r.to.lost] = append(s.lost[r.to.lost], rule.AttrArn())
	return rule, nil
}

func quoted(texts ...string) string { return `"` + strings.Join(texts, `","`) + `"` }

// state returns the state in which a rule gets what it wants: by default it sees no read-only call.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func state(r route) string {
	if r.reads {
		return "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
	}
	return "ENABLED"
}

// keepLost lets the rules put what they could not deliver into their queues.
func (s *site) keepLost() {
	for q, rules := range s.lost {
		p := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String("RulesKeepWhatTheyCannotDeliver"),
			Actions:    jsii.Strings("sqs:SendMessage"),
			Resources:  &[]*string{q.QueueArn()},
			Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rules}},
		})
		p.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
		q.AddToResourcePolicy(p)
	}
}
