package stack

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"riposte/pkg/observe"
)

// An alarm says that Riposte itself does not work. At home it goes to the topic directly, and so reaches people when notify,
// the ledger or the bus is what failed; elsewhere EventBridge carries it to the topic.
type alarm struct {
	name, description string
	namespace, metric string
	dimensions        []dimension
	sumOver           [][]dimension // the metric is added up over these instead
	statistic         string
	above             float64
	period            int  // seconds
	blind             bool // it rings too when nothing is measured
	tell              []string
}

// A dimension is one part of what a metric is counted for. CloudWatch finds no metric unless all of them are given.
type dimension struct{ name, value string }

const (
	// oldestJob is how many seconds a job may wait. A job whose first try failed comes again after six timeouts of the
	// remediator; one that is older waits for something that does not mend itself.
	oldestJob = 15 * 60
	// slowest is how many milliseconds a change may stand before its reversal is proven, and how long an event may wait for a
	// function. Both take seconds when all is well.
	slowest = 10 * 60 * 1000
)

func (d *deployment) addAlarms() {
	alarms := []alarm{
		deadLetters("LostEvents", d.lostEvents, "EventBridge could not hand CloudTrail events to detect"),
		deadLetters("FailedEvents", d.failedEvents, "detect failed on CloudTrail events and gave up"),
		deadLetters("LostJobs", d.lostJobs, "remediate failed on jobs and gave up"),
		deadLetters("LostMessages", d.lostMessages, "EventBridge could not hand messages to notify, or an alarm of another region to the topic"),
		deadLetters("FailedMessages", d.failedMessages, "notify failed on messages and gave up: people were not told"),
		{
			name: "OldestJob", description: "Remediation jobs wait for more than 15 minutes",
			namespace: "AWS/SQS", metric: "ApproximateAgeOfOldestMessage", dimensions: onQueue(d.jobs),
			statistic: "Maximum", above: oldestJob, period: 60,
		},
	}
	for _, s := range d.specs() {
		alarms = append(alarms, d.functionAlarms(s)...)
	}
	alarms = slices.Concat(alarms, d.outcomeAlarms(), d.scheduleAlarms(), d.notKept())
	for _, a := range alarms {
		a.tell = []string{*d.topic.TopicArn()}
		if d.settings.Topic != "" {
			a.tell = append(a.tell, d.settings.Topic) // its policy may keep CloudWatch out, so the own topic gets it too
		}
		d.addAlarm(a)
	}
}

func (d *deployment) functionAlarms(s spec) []alarm {
	name, f := titled(string(s.function)), *d.functions[s.function].FunctionName()
	on := func(metric, what string) alarm {
		return alarm{
			name: name + metric, description: string(s.function) + " " + what,
			namespace: "AWS/Lambda", metric: metric, dimensions: []dimension{{"FunctionName", f}}, statistic: "Sum", period: 300,
		}
	}
	out := []alarm{
		on("Errors", "fails; what it failed on is tried again"),
		on("Throttles", "is throttled; what it did not take is tried again"),
	}
	if s.failures != nil {
		age := on("AsyncEventAge", "gets events that have waited for more than 10 minutes")
		age.statistic, age.above = "Maximum", slowest
		out = append(out, age, on("DestinationDeliveryFailures", "gave up on events and could not keep them in its queue"))
	}
	return out
}

// outcomeAlarms are about what Riposte counts itself.
func (d *deployment) outcomeAlarms() []alarm {
	counted := func(metric, statistic, what string) alarm {
		return alarm{
			name: metric, description: what, namespace: observe.Namespace, metric: metric,
			dimensions: []dimension{{observe.Stack, d.settings.StackName}}, statistic: statistic, period: 300,
		}
	}
	slow := counted(observe.EventToVerified, "Maximum", "it took more than 10 minutes from a risky change to the proof that it is reversed")
	slow.name, slow.above = "SlowRemediation", slowest
	out := []alarm{
		counted(observe.BreakerOpened, "Sum", "the breaker is open: incidents only alert until the hour is over"),
		counted(observe.RemediationFailed, "Sum", "a risky change could not be reversed: it may stand"),
		counted(observe.MessagesFailed, "Sum", "a message could not be told in one of the ways"),
		slow,
	}
	if d.settings.Heartbeat {
		missing := counted(observe.HeartbeatsMissing, "Maximum", "nothing is heard of an account or a region, or nobody looks: it may be unwatched")
		missing.blind, missing.period = true, 15*60 // it is looked at every five minutes
		out = append(out, missing)
	}
	return out
}

// scheduleAlarms are about what should have been done by the clock. Nobody else misses the settling of containments, and
// nothing is kept of it: it is done again soon.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
func (d *deployment) scheduleAlarms() []alarm {
	return []alarm{{
		name: "SchedulesDropped", description: "what is done by the clock could not be done",
		namespace: "AWS/Scheduler", metric: "InvocationDroppedCount", dimensions: []dimension{{"ScheduleGroup", d.settings.StackName}},
		statistic: "Sum", period: 300,
	}}
}

// rulesPerAlarm is how many metrics CloudWatch adds up for one alarm.
const rulesPerAlarm = 10

// notKept is about what EventBridge could not even keep. Rules share alarms so that people see few; CloudWatch bills each metric
// of an alarm, so other regions do without: there a queue that takes nothing shows as a heartbeat that is missing.
func (d *deployment) notKept() []alarm {
	var out []alarm
	for n, rules := range slices.Collect(slices.Chunk(d.rules, rulesPerAlarm)) {
		a := alarm{
			name: "NotKept", description: "EventBridge could not deliver events of a rule and could not keep them in its queue",
			namespace: "AWS/Events", metric: "InvocationsFailedToBeSentToDlq", statistic: "Sum", period: 300,
		}
		if n > 0 {
			a.name = fmt.Sprintf("NotKept-%d", n+1)
		}
		for _, r := range rules {
			a.sumOver = append(a.sumOver, onRule(r))
		}
		out = append(out, a)
	}
	return out
}

func deadLetters(name string, q awssqs.Queue, what string) alarm {
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

func (s *site) addAlarm(a alarm) {
	p := &awscloudwatch.CfnAlarmProps{
		AlarmName:          jsii.String(s.name(a.name)),
		AlarmDescription:   jsii.String("Riposte: " + a.description + "."),
		EvaluationPeriods:  jsii.Number(1),
		ComparisonOperator: jsii.String("GreaterThanThreshold"),
		Threshold:          jsii.Number(a.above),
		TreatMissingData:   jsii.String("notBreaching"), // most metrics are only sent when there is something to count
	}
	if a.blind {
		p.TreatMissingData = jsii.String("breaching")
	}
	if len(a.sumOver) > 0 {
		p.Metrics = a.sum()
	} else {
		p.Namespace, p.MetricName, p.Dimensions = jsii.String(a.namespace), jsii.String(a.metric), properties(a.dimensions)
		p.Statistic, p.Period = jsii.String(a.statistic), jsii.Number(a.period)
	}
	if len(a.tell) > 0 {
		actions := make([]any, len(a.tell))
		for i, to := range a.tell {
			actions[i] = to
		}
		p.AlarmActions = &actions
	}
	awscloudwatch.NewCfnAlarm(s.stack, jsii.String(a.name+"Alarm"), p)
}

// sum adds the metric up. A rule that had nothing to count counts as none.
func (a alarm) sum() []any {
	queries := []any{&awscloudwatch.CfnAlarm_MetricDataQueryProperty{
		Id: jsii.String("all"), Expression: jsii.String("SUM(FILL(METRICS(), 0))"), Label: jsii.String(a.metric), ReturnData: jsii.Bool(true),
	}}
	for i, of := range a.sumOver {
		queries = append(queries, &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id: jsii.String(fmt.Sprintf("m%d", i)), ReturnData: jsii.Bool(false),
			MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
				Metric: &awscloudwatch.CfnAlarm_MetricProperty{
					Namespace: jsii.String(a.namespace), MetricName: jsii.String(a.metric), Dimensions: properties(of),
				},
				Period: jsii.Number(a.period), Stat: jsii.String(a.statistic),
			},
		})
	}
	return queries
}

func properties(dimensions []dimension) *[]any {
	out := make([]any, len(dimensions))
	for n, of := range dimensions {
		out[n] = &awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(of.name), Value: jsii.String(of.value)}
	}
	return &out
}
