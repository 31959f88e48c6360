package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// An outpost is the stack of a region that is not home, in the home account or in a member's: it forwards what the catalogue
// wants, in one hop, to the home region's intake bus. It has no assets and no key of its own.
type outpost struct {
	site
	intake  string // the ARN of the bus that it forwards to
	role    awsiam.Role
	forward target
	kept    awssqs.Queue // what could not be forwarded
}

// newOutpost adds the stack of another region of the home account.
func newOutpost(app constructs.Construct, s Settings, region string) (awscdk.Stack, error) {
	o := &outpost{
		site:   newSite(app, s, s.name(region), region, "Riposte: forwards risky changes to "+s.HomeRegion, false),
		intake: fill([]string{"arn:${Partition}:events:" + s.HomeRegion + ":${Account}:event-bus/" + s.intakeName()})[0],
	}
	o.ownRoles = s.homeRoles()
	o.pin(region, "This stack is for "+region+": names in it are.")
	return o.stack, o.build()
}

// build adds what every outpost has.
func (o *outpost) build() error {
	if err := o.addForward(); err != nil {
		return err
	}
	routes, err := o.catalogue(o.forward)
	if err != nil {
		return err
	}
	routes = append(routes, route{
		id: "Alarms", name: "alarms", description: "Alarms of Riposte's own in this region", pattern: o.settings.alarmPattern(), to: o.forward,
	})
	for _, r := range routes {
		if _, err := o.addRule(r); err != nil {
			return err
		}
	}
	if o.settings.Heartbeat {
		if err := o.addHeartbeat(o.forward); err != nil {
			return err
		}
	}
	o.keepLost()
	// One alarm and no more: it is paid for in each region of each account (docs/cost.md).
	o.addAlarm(deadLetters("LostForwards", o.kept, "EventBridge could not forward events to the home region"))
	o.addOutput("LostForwardsUrl", *o.kept.QueueUrl(), "Events that EventBridge could not forward to the home region")
	return nil
}

// addForward adds the role by which events are forwarded and the queue for those that could not be.
func (o *outpost) addForward() error {
	role, err := o.addServiceRole("Forward", o.settings.name("forward-${Region}"), "events.amazonaws.com",
		"Forwards events of this region to Riposte's intake bus", nil,
		statement{sid: "Forward", actions: []string{"events:PutEvents"}, resources: []string{o.intake}})
	if err != nil {
		return err
	}
	// EventBridge cannot use a queue under a key that AWS owns, and one key for each account and region would cost more than
	// all the rest (docs/adr/0017). What comes here is what CloudTrail's own log files hold too.
	o.kept = awssqs.NewQueue(o.stack, jsii.String("LostForwards"), &awssqs.QueueProps{
		QueueName:          jsii.String(o.name("LostForwards")),
		Encryption:         awssqs.QueueEncryption_UNENCRYPTED,
		EnforceSSL:         jsii.Bool(true),
		RetentionPeriod:    awscdk.Duration_Days(jsii.Number(keep)),
		RedriveAllowPolicy: &awssqs.RedriveAllowPolicy{RedrivePermission: awssqs.RedrivePermission_DENY_ALL},
	})
	accept(o.kept, "AwsSolutions-SQS3", "This queue is the end of the line for the rules that forward: an alarm on it tells people.")
	accept(o.kept, "AwsSolutions-SQS2", "EventBridge cannot use a queue under a key that AWS owns, and no key is paid for in each account and region (docs/adr/0017).")
	o.role = role
	o.forward = target{id: "home", arn: jsii.String(o.intake), role: role.RoleArn(), lost: o.kept}
	return nil
}
