package stack

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// addBuses adds the bus on which incidents are told, and the one that takes what other regions and accounts forward.
func (d *deployment) addBuses() {
	d.bus = awsevents.NewEventBus(d.stack, jsii.String("Bus"), &awsevents.EventBusProps{
		EventBusName: jsii.String(d.settings.busName()),
		Description:  jsii.String("Riposte's incidents as they reach a state that people are told about"),
	})
	d.intake = awsevents.NewEventBus(d.stack, jsii.String("Intake"), &awsevents.EventBusProps{
		EventBusName: jsii.String(d.settings.intakeName()),
		Description:  jsii.String("Events that Riposte's rules forward from other regions and accounts"),
	})
	awsevents.NewCfnEventBusPolicy(d.stack, jsii.String("IntakePolicy"), &awsevents.CfnEventBusPolicyProps{
		EventBusName: d.intake.EventBusName(),
		StatementId:  jsii.String("Forwarders"),
		Statement:    d.forwarders(),
	})
}

// forwarders is who may put events on the intake bus: the roles that this app makes for its rules. Nobody can put an event
// whose source begins with "aws." there but a rule that forwards one, so what comes in has happened.
func (d *deployment) forwarders() map[string]any {
	account, principal := "${Account}", any(map[string]any{"AWS": fill([]string{"arn:${Partition}:iam::${Account}:root"})[0]})
	conditions := map[string]any{}
	if d.settings.Topology == Members {
		account, principal = "*", "*"
		conditions["StringEquals"] = map[string]any{"aws:PrincipalOrgID": d.settings.OrganizationID}
	}
	conditions["ArnLike"] = map[string]any{
		"aws:PrincipalArn": fill([]string{"arn:${Partition}:iam::" + account + ":role/" + d.name("forward-*")})[0],
	}
	return map[string]any{
		"Sid": "Forwarders", "Effect": "Allow", "Principal": principal, "Action": "events:PutEvents",
		"Resource": d.intake.EventBusArn(), "Condition": conditions,
	}
}

// intakePattern lets in every record of CloudTrail's. It is coarse on purpose: what is wanted is for the forwarding rules to
// say, so that spokes of an earlier version or with other rules go on working when the hub is deployed anew.
const intakePattern = `{"source":[{"prefix":"aws."}],"detail":{"eventSource":[{"exists":true}]}}`

// alarmPattern is that of CloudWatch's events about Riposte's own alarms that have begun to ring.
func (s Settings) alarmPattern() string {
	text, err := json.Marshal(map[string]any{
		"source": []string{"aws.cloudwatch"}, "detail-type": []string{"CloudWatch Alarm State Change"},
		"detail": map[string]any{
			"alarmName": []any{map[string]string{"prefix": s.name("")}},
			"state":     map[string]any{"value": []string{"ALARM"}},
		},
	})
	if err != nil {
		return "" // unreachable: texts only; an empty pattern stops the synthesis
	}
	return string(text)
}

// afterIntake makes a resource wait until what other accounts send can come in.
func (d *deployment) afterIntake(r constructs.IConstruct) {
	for _, id := range []string{"IntakePolicy", "Intake", "IntakeEvents"} {
		r.Node().AddDependency(d.stack.Node().FindChild(jsii.String(id)))
	}
}

// alarmsOfOthers lets EventBridge publish what other regions' alarms say: straight to the topic, by no function of Riposte's.
func (d *deployment) alarmsOfOthers() error {
	rule, err := d.addRule(route{
		id: "IntakeAlarms", name: "intake-alarms", description: "Alarms of Riposte's own in other regions and accounts",
		bus: d.intake.EventBusName(), pattern: d.settings.alarmPattern(),
		to: target{id: "topic", arn: d.topic.TopicArn(), lost: d.lostMessages},
	})
	if err != nil {
		return err
	}
	p := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("AlarmsOfOtherRegionsReachTheTopic"), Actions: jsii.Strings("sns:Publish"),
		Resources:  &[]*string{d.topic.TopicArn()},
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.AttrArn()}},
	})
	p.AddServicePrincipal(jsii.String("events.amazonaws.com"), nil)
	d.topic.AddToResourcePolicy(p)
	return nil
}
