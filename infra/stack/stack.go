// Package stack is Riposte's infrastructure: the way of an event from the default bus through the functions to people, with
// a dead-letter queue and an alarm on every hop, in one account or in all accounts of an organisation.
package stack

import (
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

// New adds Riposte's stacks to an app: the home stack and one in each other region, or, in topology spoke, one in each region
// and the responder. The home stack comes first.
func New(app constructs.Construct, s Settings) ([]awscdk.Stack, error) {
	if s.Topology == Spoke {
		return newSpoke(app, s)
	}
	home, err := newHome(app, s)
	if err != nil {
		return nil, err
	}
	stacks := []awscdk.Stack{home}
	for _, region := range s.Regions {
		if region == s.HomeRegion {
			continue
		}
		out, err := newOutpost(app, s, region)
		if err != nil {
			return nil, err
		}
		out.AddStackDependency(home, jsii.String("it forwards to the home region's bus"))
		stacks = append(stacks, out)
	}
	return stacks, nil
}

// A deployment is the home stack while it is put together.
type deployment struct {
	site

	key            awskms.Key
	table          awsdynamodb.Table
	jobs, lostJobs awssqs.Queue // remediation jobs; those that were delivered too often
	lostEvents     awssqs.Queue // CloudTrail events that EventBridge could not give to detect
	failedEvents   awssqs.Queue // CloudTrail events that detect failed on
	lostMessages   awssqs.Queue // messages that EventBridge could not give to notify, and alarms of other regions
	failedMessages awssqs.Queue // messages that notify failed on
	bus            awsevents.EventBus
	intake         awsevents.EventBus // takes what other regions and accounts forward
	topic          awssns.Topic
	functions      map[function]awslambda.Function
}

// newHome adds the stack of the home region, which is also the hub of an organisation.
func newHome(app constructs.Construct, s Settings) (awscdk.Stack, error) {
	d := &deployment{
		site: newSite(app, s, s.StackName, s.HomeRegion,
			"Riposte: sees risky changes, reverses them, verifies, can undo", true),
		functions: map[function]awslambda.Function{},
	}
	d.ownRoles = s.homeRoles()
	// The CDK makes a function wait for its role twice, by reference and by name; only the linter minds.
	d.stack.TemplateOptions().SetMetadata(&map[string]any{
		"cfn-lint": map[string]any{"config": map[string]any{"ignore_checks": []string{"W3005"}}},
	})
	d.pin(s.HomeRegion, "The other regions forward to "+s.HomeRegion+"; elsewhere Riposte would be blind to them.")
	d.addKey()
	d.addLedger()
	d.addQueues()
	d.addBuses()
	d.addTopic()
	if err := d.addFunctions(); err != nil {
		return nil, err
	}
	if err := d.addRules(); err != nil {
		return nil, err
	}
	if err := d.addSchedules(); err != nil {
		return nil, err
	}
	d.keepLost()
	d.addAlarms()
	if err := d.addDashboard(); err != nil {
		return nil, err
	}
	if s.Topology == Members {
		if err := d.addStackSet(); err != nil {
			return nil, err
		}
	}
	d.addOutputs()
	d.acceptFindings()
	return d.stack, nil
}

// incidentTopic returns the ARN of the topic that gets the incidents.
func (d *deployment) incidentTopic() string {
	if d.settings.Topic != "" {
		return d.settings.Topic
	}
	return *d.topic.TopicArn()
}
