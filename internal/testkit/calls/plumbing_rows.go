package calls

import "maps"

// What Riposte's functions are made of: the ledger, the queues, the bus and the ways of telling people. ${LedgerKey},
// ${QueueKey}, ${TopicKey} and ${SecretKey} stand for the KMS keys of those: a service calls KMS with the rights of whoever
// calls the service.
func plumbingRows() map[string]row {
	t := map[string]row{}
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
	add(t, "DynamoDB", row{
		on:      []string{"arn:${Partition}:dynamodb:${Region}:${Account}:table/{Records}"},
		context: map[string]string{"dynamodb:LeadingKeys": "{LeadingKey}"},
		also: keyUse("${LedgerKey}", "dynamodb", nil, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
			"kms:ReEncryptFrom", "kms:ReEncryptTo"),
	}, "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
	add(t, "SQS", row{on: []string{queues}, also: keyUse("${QueueKey}", "sqs", nil, "kms:Decrypt", "kms:GenerateDataKey")}, "SendMessage")
	add(t, "SQS", row{on: []string{queues}, also: keyUse("${QueueKey}", "sqs", nil, "kms:Decrypt")}, "ReceiveMessage")
	add(t, "SQS", row{on: []string{queues}}, "DeleteMessage", "ChangeMessageVisibility")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
	add(t, "EventBridge", row{on: []string{"arn:${Partition}:events:${Region}:${Account}:event-bus/{Entries.EventBusName}"}}, "PutEvents")

	add(t, "EventBridge", row{on: []string{"{ResourceARN}"}, context: map[string]string{"aws:TagKeys": "{Tags.Key}"}}, "TagResource")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
	add(t, "Lambda", row{action: "lambda:InvokeFunction", on: []string{lambdaARN}}, "Invoke")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
	add(t, "XRay", row{on: []string{"*"}}, "PutTraceSegments", "PutTelemetryRecords")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
	// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
	add(t, "SNS", row{
		on:   []string{"{TopicArn}"},
		also: keyUse("${TopicKey}", "sns", map[string]string{"kms:EncryptionContext:aws:sns:topicArn": "{TopicArn}"}, "kms:Decrypt", "kms:GenerateDataKey"),
	}, "Publish")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
	// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
	const secret = "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:{SecretId}-a1B2c3"
	add(t, "Secrets Manager", row{
		on: []string{secret}, also: keyUse("${SecretKey}", "secretsmanager", map[string]string{"kms:EncryptionContext:SecretARN": secret}, "kms:Decrypt"),
	}, "GetSecretValue")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
	add(t, "CloudWatch Logs", row{
		on: []string{"arn:${Partition}:logs:${Region}:${Account}:log-group:{logGroupName}:log-stream:{logStreamName}"},
	}, "CreateLogStream", "PutLogEvents")
	return t
}

// keyUse says what a service asks of KMS for its caller.
func keyUse(key, service string, context map[string]string, actions ...string) []further {
	all := map[string]string{"kms:ViaService": service + ".${Region}.amazonaws.com"}
	maps.Copy(all, context)
	var out []further
	for _, action := range actions {
		out = append(out, further{action: action, on: []string{key}, context: all})
	}
	return out
}
