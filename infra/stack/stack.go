// Package stack is Riposte's infrastructure for one account: the way of an event from the default bus through the three
// functions to people, with a dead-letter queue and an alarm on every hop.
package stack

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// A deployment is the stack while it is put together.
type deployment struct {
	stack    awscdk.Stack
	settings Settings

	key            awskms.Key
	table          awsdynamodb.Table
	jobs, lostJobs awssqs.Queue // remediation jobs; those that were delivered too often
	lostEvents     awssqs.Queue // CloudTrail events that EventBridge could not give to detect
	failedEvents   awssqs.Queue // CloudTrail events that detect failed on
	lostMessages   awssqs.Queue // messages that EventBridge could not give to notify
	failedMessages awssqs.Queue // messages that notify failed on
	bus            awsevents.EventBus
	topic          awssns.Topic
	functions      map[function]awslambda.Function
	rules          []awsevents.CfnRule
}

// New adds Riposte's stack for one account to an app.
func New(app constructs.Construct, s Settings) (awscdk.Stack, error) {
	d := &deployment{settings: s, functions: map[function]awslambda.Function{}}
	d.stack = awscdk.NewStack(app, jsii.String(s.StackName), &awscdk.StackProps{
		StackName:   jsii.String(s.StackName),
		Description: jsii.String("Riposte: sees risky changes in this account, reverses them, verifies, can undo"),
		Env:         &awscdk.Environment{Region: jsii.String(region)},
		// The stack holds the only record of what was changed, and what watches the account.
		TerminationProtection: jsii.Bool(true),
		AnalyticsReporting:    jsii.Bool(false),
	})
	// The CDK makes a function wait for its role twice, by reference and by name; only the linter minds.
	d.stack.TemplateOptions().SetMetadata(&map[string]any{
		"cfn-lint": map[string]any{"config": map[string]any{"ignore_checks": []string{"W3005"}}},
	})
	d.pinRegion()
	d.addKey()
	d.addLedger()
	d.addQueues()
	d.addBus()
	d.addTopic()
	if err := d.addFunctions(); err != nil {
		return nil, err
	}
	if err := d.addRules(); err != nil {
		return nil, err
	}
	d.addAlarms()
	d.addOutputs()
	d.acceptFindings()
	return d.stack, nil
}

// pinRegion makes CloudFormation itself refuse another region, should somebody deploy the template without this app.
func (d *deployment) pinRegion() {
	awscdk.NewCfnRule(d.stack, jsii.String("Region"), &awscdk.CfnRuleProps{
		Assertions: &[]*awscdk.CfnRuleAssertion{{
			Assert:            awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), jsii.String(region)),
			AssertDescription: jsii.String("IAM's events arrive in " + region + " only; elsewhere Riposte would be blind to them."),
		}},
	})
}

// own returns the pattern of the ARNs of Riposte's own resources of one kind. Names are either given and begin with the
// stack's name, or made by CloudFormation, which begins them so too.
func (d *deployment) own(service, kind string) string {
	return "arn:${Partition}:" + service + ":${Region}:${Account}:" + kind + d.settings.StackName + "-*"
}

func (d *deployment) ownRoles() string {
	return "arn:${Partition}:iam::${Account}:role/" + d.name("*")
}

func (d *deployment) name(part string) string { return d.settings.StackName + "-" + part }

func (d *deployment) busName() string { return strings.ToLower(d.settings.StackName) }

// incidentTopic returns the ARN of the topic that gets the incidents.
func (d *deployment) incidentTopic() string {
	if d.settings.Topic != "" {
		return d.settings.Topic
	}
	return *d.topic.TopicArn()
}
