package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"riposte/pkg/ledger/schema"
)

// addKey adds the one key that encrypts what Riposte keeps. The services that write on their own behalf may use it for
// Riposte's queues and alarms only; everybody else needs a permission in IAM.
//
// EventBridge does not say which rule it acts for when it uses a queue's key, so its statement is bound to the queue by
// the encryption context that SQS sets.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
func (d *deployment) addKey() {
	d.key = awskms.NewKey(d.stack, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts Riposte's ledger, queues and topic"),
		Alias:             jsii.String("alias/" + d.settings.StackName),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     awscdk.RemovalPolicy_RETAIN, // the ledger stays and is unreadable without it
	})
	use := []string{"kms:Decrypt", "kms:GenerateDataKey"}
	d.key.AddToResourcePolicy(statement{
		sid: "EventBridgeFillsDeadLetterQueues", actions: use, resources: []string{"*"},
		conditions: conditions{"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": {d.own("sqs", "")}}},
	}.renderFor("events.amazonaws.com"), nil)
	d.key.AddToResourcePolicy(statement{
		sid: "AlarmsReachTheTopic", actions: use, resources: []string{"*"}, conditions: d.fromAlarms(),
	}.renderFor("cloudwatch.amazonaws.com"), nil)
	d.key.AddToResourcePolicy(statement{
		sid: "AlarmsOfOtherRegionsReachTheTopic", actions: use, resources: []string{"*"},
		conditions: conditions{"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": {d.own("sns", "")}}},
	}.renderFor("events.amazonaws.com"), nil)
}

// fromAlarms holds for calls that CloudWatch makes for Riposte's alarms.
func (d *deployment) fromAlarms() conditions {
	return conditions{
		"StringEquals": {"aws:SourceAccount": {"${Account}"}},
		"ArnLike":      {"aws:SourceArn": {d.own("cloudwatch", "alarm:")}},
	}
}

// addLedger adds the table. It outlives the stack: it is the record of what was changed and how to undo it.
func (d *deployment) addLedger() {
	attribute := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
	}
	d.table = awsdynamodb.NewTable(d.stack, jsii.String("Ledger"), &awsdynamodb.TableProps{
		PartitionKey:        attribute(schema.PartitionKey),
		SortKey:             attribute(schema.SortKey),
		TimeToLiveAttribute: jsii.String(schema.TimeToLive),
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:          awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey:       d.key,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
		DeletionProtection: jsii.Bool(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
	})
	d.table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:      jsii.String(schema.FeedIndex),
		PartitionKey:   attribute(schema.FeedPartition),
		SortKey:        attribute(schema.FeedSort),
		ProjectionType: awsdynamodb.ProjectionType_ALL,
	})
}
