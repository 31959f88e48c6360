package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"riposte/pkg/ledger/schema"
)

// approveSpec is the function that takes what people click in Slack. It is there where riposte.yaml names an app.
func (d *deployment) approveSpec() spec {
	return spec{
		function:    approve,
		description: "Takes answers from Slack and puts them on the queue. Cannot change an account or an incident.",
		timeout:     approveTimeout,
		reserve:     d.reserve(approveReserve),
		environment: map[string]string{
			"RIPOSTE_TABLE":     *d.table.TableName(),
			"RIPOSTE_QUEUE_URL": *d.jobs.QueueUrl(),
		},
		permissions: d.approvePermissions(),
	}
}

func (d *deployment) approvePermissions() []statement {
	out := append(
		d.useLedger(
			d.records("LedgerIncidents", incidents(), "dynamodb:GetItem"),
			d.records("LedgerAnswers", slots(schema.Answers), "dynamodb:GetItem", "dynamodb:PutItem"),
		),
		statement{sid: "SendJobs", actions: []string{"sqs:SendMessage"}, resources: []string{*d.jobs.QueueArn()}},
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
	)
	return append(out, d.settings.readSecrets(d.settings.apps())...)
}

// openToSlack gives the function an address on the Internet: Slack signs what it sends, and the function believes nothing
// else. Since October 2025 callers need both permissions.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
func (d *deployment) openToSlack(f awslambda.Function) {
	url := awslambda.NewCfnUrl(d.stack, jsii.String("ApproveUrl"), &awslambda.CfnUrlProps{
		AuthType: jsii.String("NONE"), InvokeMode: jsii.String("BUFFERED"), TargetFunctionArn: f.FunctionArn(),
	})
	awslambda.NewCfnPermission(d.stack, jsii.String("ApproveUrlCalls"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunctionUrl"), FunctionName: f.FunctionArn(), Principal: jsii.String("*"),
		FunctionUrlAuthType: jsii.String("NONE"),
	})
	awslambda.NewCfnPermission(d.stack, jsii.String("ApproveUrlInvokes"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: f.FunctionArn(), Principal: jsii.String("*"),
		InvokedViaFunctionUrl: jsii.Bool(true),
	})
	awscdk.NewCfnOutput(d.stack, jsii.String("ApproveAddress"), &awscdk.CfnOutputProps{
		Value: url.AttrFunctionUrl(), Description: jsii.String("The request URL for the interactivity of the Slack app"),
	})
}
