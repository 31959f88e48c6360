package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// maxReceives is how often a job is delivered before it goes to the dead-letter queue. Lambda asks for at least 5.
const maxReceives = 5

// keep is how long queues hold what nobody took: the longest that SQS offers, because a lost message is a lost alert.
const keep = 14

// addQueues adds the remediation queue and a dead-letter queue for every hop.
func (d *deployment) addQueues() {
	// It names no queue that may fill it: CloudFormation could not make two queues that name each other.
	d.lostJobs = d.queue("LostJobs", &awssqs.QueueProps{Fifo: jsii.Bool(true)})
	nobody := &awssqs.RedriveAllowPolicy{RedrivePermission: awssqs.RedrivePermission_DENY_ALL}
	d.jobs = d.queue("Jobs", &awssqs.QueueProps{
		Fifo: jsii.Bool(true),
		// A job must not come again while it is still worked on. Lambda asks for six times the function's timeout.
		// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(6 * remediateTimeout)),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: d.lostJobs, MaxReceiveCount: jsii.Number(maxReceives)},
		// No other queue may take these for its dead-letter queue, and so put into them what looks like Riposte's own.
		RedriveAllowPolicy: nobody,
	})
	d.lostEvents = d.queue("LostEvents", &awssqs.QueueProps{RedriveAllowPolicy: nobody})
	d.failedEvents = d.queue("FailedEvents", &awssqs.QueueProps{RedriveAllowPolicy: nobody})
	d.lostMessages = d.queue("LostMessages", &awssqs.QueueProps{RedriveAllowPolicy: nobody})
	d.failedMessages = d.queue("FailedMessages", &awssqs.QueueProps{RedriveAllowPolicy: nobody})
}

func (d *deployment) queue(id string, p *awssqs.QueueProps) awssqs.Queue {
	p.Encryption = awssqs.QueueEncryption_KMS
	p.EncryptionMasterKey = d.key
	p.EnforceSSL = jsii.Bool(true)
	p.RetentionPeriod = awscdk.Duration_Days(jsii.Number(keep))
	return awssqs.NewQueue(d.stack, jsii.String(id), p)
}

// addTopic adds the topic for people. Alarms always go to it; incidents do unless riposte.yaml names another topic.
func (d *deployment) addTopic() {
	d.topic = awssns.NewTopic(d.stack, jsii.String("Topic"), &awssns.TopicProps{
		DisplayName: jsii.String("Riposte"),
		MasterKey:   d.key,
		EnforceSSL:  jsii.Bool(true),
	})
	d.topic.AddToResourcePolicy(statement{
		sid: "AlarmsReachTheTopic", actions: []string{"sns:Publish"}, resources: []string{*d.topic.TopicArn()},
		conditions: d.fromAlarms(),
	}.renderFor("cloudwatch.amazonaws.com"))
	if d.settings.AlarmEmail != "" {
		awssns.NewCfnSubscription(d.stack, jsii.String("AlarmEmail"), &awssns.CfnSubscriptionProps{
			TopicArn: d.topic.TopicArn(),
			Protocol: jsii.String("email"),
			Endpoint: jsii.String(d.settings.AlarmEmail),
		})
	}
}
