package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// addOutputs prints what an operator needs after a deployment.
func (d *deployment) addOutputs() {
	ledger := " --ledger dynamodb:" + *d.table.TableName()
	bus := " --bus " + *d.bus.EventBusName()
	for _, o := range []struct{ id, value, description string }{
		{"Table", *d.table.TableName(), "The ledger"},
		{"Places", d.settings.places(), "The regions that are watched in this account"},
		{"DetectFunction", *d.functions[detect].FunctionName(), "The function that events are given to"},
		{"NotifyFunction", *d.functions[notify].FunctionName(), "The function that messages are given to"},
		{"BusName", *d.bus.EventBusName(), "The bus on which incidents are told"},
		{"TopicArn", *d.topic.TopicArn(), "The topic for people: alarms, and incidents unless riposte.yaml names another"},
		{"JobsUrl", *d.jobs.QueueUrl(), "The remediation queue"},
		{"LostEventsUrl", *d.lostEvents.QueueUrl(), "CloudTrail events that EventBridge could not give to detect"},
		{"FailedEventsUrl", *d.failedEvents.QueueUrl(), "CloudTrail events that detect failed on"},
		{"LostJobsUrl", *d.lostJobs.QueueUrl(), "Remediation jobs that were delivered too often"},
		{"LostMessagesUrl", *d.lostMessages.QueueUrl(), "Messages that EventBridge could not give to notify"},
		{"FailedMessagesUrl", *d.failedMessages.QueueUrl(), "Messages that notify failed on"},
		{"ListCommand", "riposte incidents" + ledger, "Lists incidents"},
		{"UndoCommand", "riposte undo ID" + ledger + bus, "Puts back what a remediation changed"},
		{"StopCommand", "riposte stop --reason WHY" + ledger, "Turns all acting off"},
		{"RedriveCommand", "riposte redrive --dry-run --stack " + d.settings.StackName, "Says what could not be delivered, in every region"},
		{
			"ReplayJobsCommand", "riposte redrive jobs --stack " + d.settings.StackName,
			"Gives the remediator the jobs once more that were delivered too often",
		},
		{
			"SubscribeCommand", "aws sns subscribe --topic-arn " + *d.topic.TopicArn() + " --protocol email --notification-endpoint ADDRESS",
			"Subscribes a person to the topic",
		},
	} {
		d.addOutput(o.id, o.value, o.description)
	}
}

// addOutput prints something after a deployment. "riposte redrive" finds queues by outputs whose names end in …EventsUrl,
// …ForwardsUrl, …MessagesUrl and …JobsUrl.
func (s *site) addOutput(id, value, description string) {
	awscdk.NewCfnOutput(s.stack, jsii.String(id), &awscdk.CfnOutputProps{
		Value: jsii.String(value), Description: jsii.String(description),
	})
}
