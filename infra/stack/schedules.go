package stack

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/jsii-runtime-go"
)

// A schedule is something that EventBridge's scheduler does again and again.
type schedule struct {
	id, name, description string
	every                 string // "rate(5 minutes)"
	arn                   string // of a function, or of a call of AWS's, with ${Partition}
	role                  awsiam.Role
	input                 map[string]any
}

// addScheduleGroup adds the group of the region's schedules. Their roles can be taken on for schedules of this group only.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
func (s *site) addScheduleGroup() awsscheduler.CfnScheduleGroup {
	return awsscheduler.NewCfnScheduleGroup(s.stack, jsii.String("Schedules"), &awsscheduler.CfnScheduleGroupProps{
		Name: jsii.String(s.settings.StackName),
	})
}

// fromSchedules holds for what the scheduler does for Riposte's own schedules in this region.
func (s *site) fromSchedules() conditions {
	return conditions{"StringEquals": {
		"aws:SourceAccount": {"${Account}"},
		"aws:SourceArn":     {"arn:${Partition}:scheduler:${Region}:${Account}:schedule-group/" + s.settings.StackName},
	}}
}

// addSchedule adds a schedule. What it does is tried again within a minute or two and then left to the next time: it is never
// so old that it means something else, and whoever waits for it in vain has an alarm.
func (s *site) addSchedule(group awsscheduler.CfnScheduleGroup, c schedule) error {
	t := &awsscheduler.CfnSchedule_TargetProperty{
		Arn: jsii.String(fill([]string{c.arn})[0]), RoleArn: c.role.RoleArn(),
		RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{
			MaximumEventAgeInSeconds: jsii.Number(120), MaximumRetryAttempts: jsii.Number(2),
		},
	}
	if c.input != nil {
		input, err := jsonText(c.input)
		if err != nil {
			return fmt.Errorf("schedule %s: %w", c.name, err)
		}
		t.Input = jsii.String(input)
	}
	awsscheduler.NewCfnSchedule(s.stack, jsii.String(c.id), &awsscheduler.CfnScheduleProps{
		Name:               jsii.String(s.name(c.name)),
		Description:        jsii.String(c.description),
		GroupName:          group.Ref(),
		ScheduleExpression: jsii.String(c.every),
		FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
		Target:             t,
	})
	return nil
}

// addSchedules adds what the home region does by the clock: it tells what was held back, it beats like every region, it looks
// whether all regions beat, and it settles containments about which nobody has decided.
func (d *deployment) addSchedules() error {
	group := d.addScheduleGroup()
	if err := d.tick(group); err != nil {
		return err
	}
	if d.settings.Heartbeat {
		to := target{id: string(detect), arn: d.functions[detect].FunctionArn(), lost: d.lostEvents}
		rule, err := d.beat(group, to)
		if err != nil {
			return err
		}
		d.mayInvoke("Beats", to.arn, rule)
		if err := d.lookForBeats(group); err != nil {
			return err
		}
	}
	if d.settings.settles() {
		return d.settle(group)
	}
	return nil
}

// settles reports whether containments end when nobody decides.
func (s Settings) settles() bool { return s.policy().Silence.After > 0 }

// lookForBeats makes the heartbeat function compare what has beaten with what has to.
func (d *deployment) lookForBeats(group awsscheduler.CfnScheduleGroup) error {
	role, err := d.addServiceRole("HeartbeatCheck", d.name("heartbeat-check"), "scheduler.amazonaws.com",
		"Starts Riposte's look for heartbeats", d.fromSchedules(),
		statement{sid: "Look", actions: []string{"lambda:InvokeFunction"}, resources: []string{*d.functions[heartbeat].FunctionArn()}})
	if err != nil {
		return err
	}
	return d.addSchedule(group, schedule{
		id: "HeartbeatCheckSchedule", name: "heartbeat-check", description: "Looks whether every account and region is still heard of",
		every: "rate(5 minutes)", arn: *d.functions[heartbeat].FunctionArn(), role: role,
	})
}

// tick has the notifier tell what it has held back, and remind people of what waits for them.
func (d *deployment) tick(group awsscheduler.CfnScheduleGroup) error {
	role, err := d.addServiceRole("Tick", d.name("tick"), "scheduler.amazonaws.com",
		"Has Riposte tell what it has held back", d.fromSchedules(),
		statement{sid: "Tick", actions: []string{"lambda:InvokeFunction"}, resources: []string{*d.functions[notify].FunctionArn()}})
	if err != nil {
		return err
	}
	return d.addSchedule(group, schedule{
		id: "TickSchedule", name: "tick", description: "Tells what was held back, and reminds of what waits for people",
		every: "rate(5 minutes)", arn: *d.functions[notify].FunctionArn(), role: role, input: map[string]any{"tick": true},
	})
}

// settle sends the remediator a message that no incident is behind. The call is named rather than the queue, because only so
// can it say a deduplication ID: two equal messages within five minutes would be one.
func (d *deployment) settle(group awsscheduler.CfnScheduleGroup) error {
	role, err := d.addServiceRole("Settle", d.name("settle"), "scheduler.amazonaws.com",
		"Has Riposte settle containments about which nobody has decided", d.fromSchedules(),
		statement{sid: "SendJobs", actions: []string{"sqs:SendMessage"}, resources: []string{*d.jobs.QueueArn()}},
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"))
	if err != nil {
		return err
	}
	return d.addSchedule(group, schedule{
		id: "SettleSchedule", name: "settle", description: "Settles containments about which nobody has decided",
		every: "rate(5 minutes)", arn: "arn:${Partition}:scheduler:::aws-sdk:sqs:sendMessage", role: role,
		input: map[string]any{
			"QueueUrl": *d.jobs.QueueUrl(), "MessageBody": `{"settle":true}`, "MessageGroupId": "settle",
			"MessageDeduplicationId": "settle-" + scheduledTime,
		},
	})
}

// jsonText writes JSON as it is: the scheduler would not find its keywords with their brackets escaped.
func jsonText(v any) (string, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return string(bytes.TrimSpace(out.Bytes())), err
}

// scheduledTime is what the scheduler replaces by the time for which it was scheduled.
const scheduledTime = "<aws.scheduler.scheduled-time>"
