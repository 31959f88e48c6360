package iampolicy

import "strings"

// serviceName returns the name in a service principal such as "sns.amazonaws.com" or "logs.eu-west-1.amazonaws.com".
func serviceName(principal string) string {
	principal = strings.ToLower(principal)
	for _, suffix := range [...]string{".amazonaws.com.cn", ".amazonaws.com", ".amazon.com", ".aws.internal"} {
		if name, ok := strings.CutSuffix(principal, suffix); ok {
			return name
		}
	}
	return principal
}

// deputies lists the services, by the names of their principals, that assume roles for resources of many accounts and
// say for which one: aws:SourceAccount and aws:SourceArn keep the others out. A service that is not listed assumes
// roles only for the account that they are in, or says nothing of the kind: there is nothing to narrow.
const deputies = " amplify appflow appsync auditmanager bedrock bedrock-agentcore chatbot cloudtrail codebuild codepipeline cognito-idp comprehend " +
	"config connect databrew datasync delivery.logs devops-guru dlm dms drs elasticmapreduce emr-serverless events evidently export.rds " +
	"finspace firehose fis forecast frauddetector gamelift glue grafana greengrass healthlake hooks.cloudformation inspector2 iot iotevents iotsitewise " +
	"ivs kafkaconnect kendra kinesisanalytics lex lexv2 location logs mediaconvert medialive mediapackage monitoring.rds mobile " +
	"osis osis-pipelines personalize pinpoint pipes polly qbusiness q.apps rds redshift redshift-serverless rekognition resiliencehub " +
	"resources.cloudformation robomaker rolesanywhere sagemaker scheduler schemas securitylake servicediscovery ses sms-voice sns ssm ssm-incidents states " +
	"storagegateway streams.metrics.cloudwatch synthetics textract timestream transcribe transfer translate verifiedaccess " +
	"vpc-flow-logs vmie wisdom workspaces xray "

// actsForOthers reports whether a service assumes roles for resources of many accounts, in any region.
func actsForOthers(principal string) bool {
	name := serviceName(principal)
	if strings.Contains(deputies, " "+name+" ") {
		return true
	}
	first, region, ok := strings.Cut(name, ".")
	return ok && strings.Count(region, "-") >= 2 && strings.Contains(deputies, " "+first+" ")
}
