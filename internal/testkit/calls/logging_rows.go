package calls

const guardDuty = "arn:${Partition}:guardduty:${Region}:${Account}:detector/{DetectorId}"

func loggingRows() map[string]row {
	t := map[string]row{}
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
	const trails = "arn:${Partition}:cloudtrail:${Region}:${Account}:trail/"
	add(t, "CloudTrail", row{on: []string{trails + "{Name}"}},
		"CreateTrail", "DeleteTrail", "GetTrail", "GetTrailStatus", "StartLogging", "StopLogging", "UpdateTrail")
	add(t, "CloudTrail", row{on: []string{trails + "{TrailName}"}}, "GetEventSelectors", "PutEventSelectors")
	add(t, "CloudTrail", row{on: []string{"*"}}, "DescribeTrails")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
	add(t, "CloudWatch", row{on: []string{"arn:${Partition}:cloudwatch:${Region}:${Account}:alarm:{AlarmNames}"}},
		"EnableAlarmActions", "DisableAlarmActions")
	// Composite alarms are described to those only who may describe all: the reference knows the alarm as a resource.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
	add(t, "CloudWatch", row{on: []string{"*"}}, "DescribeAlarms")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
	const recorder = "arn:${Partition}:config:${Region}:${Account}:configuration-recorder/"
	add(t, "Config Service", row{on: []string{recorder + "{ConfigurationRecorderName}/a1b2c3d4e5f60718"}},
		"StartConfigurationRecorder", "StopConfigurationRecorder")
	add(t, "Config Service", row{on: []string{recorder + "{ConfigurationRecorderNames}/a1b2c3d4e5f60718"}}, "DescribeConfigurationRecorderStatus")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
	rule := row{on: []string{"arn:${Partition}:events:${Region}:${Account}:rule/{EventBusName|?/}{Name}"}}
	add(t, "EventBridge", rule, "DescribeRule", "EnableRule", "DisableRule")
	rule.also = []further{{
		action: "iam:PassRole", on: []string{"{RoleArn}"}, when: "RoleArn",
		context: map[string]string{"iam:PassedToService": "events.amazonaws.com"},
	}}
	add(t, "EventBridge", rule, "PutRule")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonguardduty.html
	add(t, "GuardDuty", row{on: []string{guardDuty}}, "GetDetector", "UpdateDetector")
	add(t, "GuardDuty", row{on: []string{guardDuty + "/filter/{FilterName}"}}, "GetFilter", "UpdateFilter")
	add(t, "GuardDuty", row{on: []string{guardDuty + "/ipset/{IpSetId}"}}, "GetIPSet", "UpdateIPSet")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html
	add(t, "SecurityHub", row{on: []string{"arn:${Partition}:securityhub:${Region}:${Account}:hub/default"}},
		"DescribeHub", "EnableSecurityHub", "DisableSecurityHub", "GetFindings", "BatchUpdateFindings")
	add(t, "SecurityHub", row{on: []string{"arn:${Partition}:securityhub:${Region}:${Account}:product/${Account}/default"}}, "BatchImportFindings")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamaccessanalyzer.html
	add(t, "AccessAnalyzer", row{on: []string{"arn:${Partition}:access-analyzer:${Region}:${Account}:analyzer/{AnalyzerName}"}},
		"CreateAnalyzer", "DeleteAnalyzer", "GetAnalyzer", "ListArchiveRules")
	return t
}
