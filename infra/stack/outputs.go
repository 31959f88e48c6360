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
		{"ListCommand", "riposte incidents" + ledger, "Lists incidents"},
		{"UndoCommand", "riposte undo ID" + ledger + bus, "Puts back what a remediation changed"},
		{"StopCommand", "riposte stop --reason WHY" + ledger, "Turns all acting off"},
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
