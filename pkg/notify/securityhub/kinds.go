package securityhub

import "riposte/pkg/detect"

// other is the type of a resource for which the format has none.
const other = "Other"

// A kind is how the AWS Security Finding Format names a type of resource, and the form of its identifiers; without a form
// the incident has the ARN itself, or there is none.
type kind struct{ asff, arn string }

// kinds are the types of resource for which the format has a name.
// https://docs.aws.amazon.com/securityhub/latest/userguide/asff-resources.html
var kinds = map[detect.ResourceType]kind{
	detect.Account:   {"AwsAccount", "AWS::::Account:{account}"},
	detect.AccessKey: {"AwsIamAccessKey", "AWS::IAM::AccessKey:{id}"},
	detect.User:      {"AwsIamUser", "arn:{partition}:iam::{account}:user/{id}"},
	detect.Role:      {"AwsIamRole", "arn:{partition}:iam::{account}:role/{id}"},
	detect.Group:     {"AwsIamGroup", "arn:{partition}:iam::{account}:group/{id}"},
	detect.Policy:    {"AwsIamPolicy", ""},

	detect.Bucket:      {"AwsS3Bucket", "arn:{partition}:s3:::{id}"},
	detect.Object:      {"AwsS3Object", "arn:{partition}:s3:::{parent}/{id}"},
	detect.AccessPoint: {"AwsS3AccessPoint", "arn:{partition}:s3:{region}:{account}:accesspoint/{id}"},
	detect.Secret:      {"AwsSecretsManagerSecret", ""},
	detect.Key:         {"AwsKmsKey", "arn:{partition}:kms:{region}:{account}:key/{id}"},
	detect.Topic:       {"AwsSnsTopic", ""},
	detect.Queue:       {"AwsSqsQueue", ""},
	detect.Table:       {"AwsDynamoDbTable", "arn:{partition}:dynamodb:{region}:{account}:table/{id}"},

	detect.SecurityGroup:     {"AwsEc2SecurityGroup", "arn:{partition}:ec2:{region}:{account}:security-group/{id}"},
	detect.Instance:          {"AwsEc2Instance", "arn:{partition}:ec2:{region}:{account}:instance/{id}"},
	detect.NetworkACL:        {"AwsEc2NetworkAcl", "arn:{partition}:ec2:{region}:{account}:network-acl/{id}"},
	detect.NetworkInterface:  {"AwsEc2NetworkInterface", "arn:{partition}:ec2:{region}:{account}:network-interface/{id}"},
	detect.RouteTable:        {"AwsEc2RouteTable", "arn:{partition}:ec2:{region}:{account}:route-table/{id}"},
	detect.PeeringConnection: {"AwsEc2VpcPeeringConnection", "arn:{partition}:ec2:{region}:{account}:vpc-peering-connection/{id}"},
	detect.VPC:               {"AwsEc2Vpc", "arn:{partition}:ec2:{region}:{account}:vpc/{id}"},
	detect.Subnet:            {"AwsEc2Subnet", "arn:{partition}:ec2:{region}:{account}:subnet/{id}"},
	detect.Snapshot:          {other, "arn:{partition}:ec2:{region}::snapshot/{id}"},
	detect.Image:             {other, "arn:{partition}:ec2:{region}::image/{id}"},

	detect.DBInstance:        {"AwsRdsDbInstance", "arn:{partition}:rds:{region}:{account}:db:{id}"},
	detect.DBCluster:         {"AwsRdsDbCluster", "arn:{partition}:rds:{region}:{account}:cluster:{id}"},
	detect.DBSnapshot:        {"AwsRdsDbSnapshot", "arn:{partition}:rds:{region}:{account}:snapshot:{id}"},
	detect.DBClusterSnapshot: {"AwsRdsDbClusterSnapshot", "arn:{partition}:rds:{region}:{account}:cluster-snapshot:{id}"},
	detect.DBSecurityGroup:   {"AwsRdsDbSecurityGroup", "arn:{partition}:rds:{region}:{account}:secgrp:{id}"},

	detect.Function:       {"AwsLambdaFunction", "arn:{partition}:lambda:{region}:{account}:function:{id}"},
	detect.LayerVersion:   {"AwsLambdaLayerVersion", ""},
	detect.Repository:     {"AwsEcrRepository", "arn:{partition}:ecr:{region}:{account}:repository/{id}"},
	detect.Project:        {"AwsCodeBuildProject", "arn:{partition}:codebuild:{region}:{account}:project/{id}"},
	detect.Cluster:        {"AwsEksCluster", "arn:{partition}:eks:{region}:{account}:cluster/{id}"},
	detect.TaskDefinition: {"AwsEcsTaskDefinition", ""},
	detect.BackupVault:    {"AwsBackupBackupVault", "arn:{partition}:backup:{region}:{account}:backup-vault:{id}"},
	detect.BackupPlan:     {"AwsBackupBackupPlan", "arn:{partition}:backup:{region}:{account}:backup-plan:{id}"},
	detect.RecoveryPoint:  {"AwsBackupRecoveryPoint", ""},

	detect.Trail:    {"AwsCloudTrailTrail", "arn:{partition}:cloudtrail:{region}:{account}:trail/{id}"},
	detect.Detector: {"AwsGuardDutyDetector", "arn:{partition}:guardduty:{region}:{account}:detector/{id}"},
	detect.Alarm:    {"AwsCloudWatchAlarm", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}"},
	detect.EventBus: {"AwsEventsEventbus", "arn:{partition}:events:{region}:{account}:event-bus/{id}"},
	detect.WebACL:   {"AwsWafv2WebAcl", ""},
	detect.Stack:    {"AwsCloudFormationStack", ""},
}
