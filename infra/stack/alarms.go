package stack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// An alarm says that Riposte itself does not work. It goes to the topic directly, and so reaches people when notify,
// the ledger or the bus is what failed.
type alarm struct {
	name, description string
	namespace, metric string
	dimensions        []dimension
	statistic         string
	above             float64
	period            int // seconds
}

// A dimension is one part of what a metric is counted for. CloudWatch finds no metric unless all of them are given.
type dimension struct{ name, value string }

// oldestJob is how many seconds a job may wait. A job whose first try failed comes again after six timeouts of the
// remediator; one that is older waits for something that does not mend itself.
const oldestJob = 15 * 60

func (d *deployment) addAlarms() {
	alarms := []alarm{
		d.deadLetters("LostEvents", d.lostEvents, "EventBridge could not hand CloudTrail events to detect"),
		d.deadLetters("FailedEvents", d.failedEvents, "detect failed on CloudTrail events and gave up"),
		d.deadLetters("LostJobs", d.lostJobs, "remediate failed on jobs and gave up"),
		d.deadLetters("LostMessages", d.lostMessages, "EventBridge could not hand messages to notify"),
		d.deadLetters("FailedMessages", d.failedMessages, "notify failed on messages and gave up: people were not told"),
		{
			name: "OldestJob", description: "Remediation jobs wait for more than 15 minutes",
			namespace: "AWS/SQS", metric: "ApproximateAgeOfOldestMessage", dimensions: onQueue(d.jobs),
			statistic: "Maximum", above: oldestJob, period: 60,
		},
	}
	for _, s := range d.specs() {
		name, f := titled(string(s.function)), *d.functions[s.function].FunctionName()
		on := func(metric, what string) alarm {
			return alarm{
				name: name + metric, description: string(s.function) + " " + what,
				namespace: "AWS/Lambda", metric: metric, dimensions: []dimension{{"FunctionName", f}}, statistic: "Sum", period: 300,
			}
		}
		alarms = append(alarms, on("Errors", "fails; what it failed on is tried again"),
			on("Throttles", "is throttled; what it did not take is tried again"))
		if s.failures != nil {
			alarms = append(alarms, on("DestinationDeliveryFailures", "gave up on events and could not keep them in its queue"))
		}
	}
	for _, r := range d.rules {
		name := *r.Name()
		alarms = append(alarms, alarm{
			name: "NotKept-" + *r.Node().Id(), description: fmt.Sprintf("EventBridge could not deliver events of the rule %s and could not keep them in its queue", name),
			namespace: "AWS/Events", metric: "InvocationsFailedToBeSentToDlq", dimensions: onRule(r), statistic: "Sum", period: 300,
		})
	}
	for _, a := range alarms {
		d.addAlarm(a)
	}
}

func (d *deployment) deadLetters(name string, q awssqs.Queue, what string) alarm {
	return alarm{
		name: name, description: what,
		namespace: "AWS/SQS", metric: "ApproximateNumberOfMessagesVisible", dimensions: onQueue(q),
		statistic: "Maximum", period: 60,
	}
}

func onQueue(q awssqs.Queue) []dimension { return []dimension{{"QueueName", *q.QueueName()}} }

// onRule names a rule as its metrics do: on another bus than the default one they carry the bus too.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
func onRule(r awsevents.CfnRule) []dimension {
	rule := dimension{"RuleName", *r.Name()}
	if r.EventBusName() == nil {
		return []dimension{rule}
	}
	return []dimension{{"EventBusName", *r.EventBusName()}, rule}
}

func (d *deployment) addAlarm(a alarm) {
	actions := []any{*d.topic.TopicArn()}
	if d.settings.Topic != "" {
		actions = append(actions, d.settings.Topic) // its policy may keep CloudWatch out, so the own topic gets it too
	}
	dimensions := make([]any, len(a.dimensions))
	for n, of := range a.dimensions {
		dimensions[n] = &awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(of.name), Value: jsii.String(of.value)}
	}
	awscloudwatch.NewCfnAlarm(d.stack, jsii.String(a.name+"Alarm"), &awscloudwatch.CfnAlarmProps{
		AlarmName:          jsii.String(d.name(a.name)),
		AlarmDescription:   jsii.String("Riposte: " + a.description + "."),
		Namespace:          jsii.String(a.namespace),
		MetricName:         jsii.String(a.metric),
		Dimensions:         &dimensions,
		Statistic:          jsii.String(a.statistic),
		Period:             jsii.Number(a.period),
		EvaluationPeriods:  jsii.Number(1),
		ComparisonOperator: jsii.String("GreaterThanThreshold"),
		Threshold:          jsii.Number(a.above),
		TreatMissingData:   jsii.String("notBreaching"), // these metrics are only sent when there is something to count
		AlarmActions:       &actions,
	})
}
