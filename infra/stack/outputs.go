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
		{
			"ReplayJobsCommand", "aws sqs start-message-move-task --source-arn " + *d.lostJobs.QueueArn(),
			"Gives the remediator the jobs once more that were delivered too often",
		},
		{
			"SubscribeCommand", "aws sns subscribe --topic-arn " + *d.topic.TopicArn() + " --protocol email --notification-endpoint ADDRESS",
			"Subscribes a person to the topic",
		},
	} {
		awscdk.NewCfnOutput(d.stack, jsii.String(o.id), &awscdk.CfnOutputProps{
			Value: jsii.String(o.value), Description: jsii.String(o.description),
		})
	}
}
