package calls

const (
	ec2ARN    = "arn:${Partition}:ec2:${Region}:${Account}:"
	lambdaARN = "arn:${Partition}:lambda:${Region}:${Account}:function:{FunctionName}"
)

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
func computeRows() map[string]row {
	t := map[string]row{}
	// What only lists takes no resource, and what is a setting of the region is none.
	add(t, "EC2", row{on: []string{"*"}},
		"DescribeFlowLogs", "DescribeImages", "DescribeInstances", "DescribeNetworkAcls", "DescribeRouteTables",
		"DescribeSecurityGroupRules", "DescribeSecurityGroups", "DescribeTrafficMirrorSessions", "DescribeVpcPeeringConnections",
		"GetEbsEncryptionByDefault", "EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault",
		"GetImageBlockPublicAccessState", "EnableImageBlockPublicAccess", "DisableImageBlockPublicAccess",
		"GetSnapshotBlockPublicAccessState", "EnableSnapshotBlockPublicAccess", "DisableSnapshotBlockPublicAccess",
		"GetSerialConsoleAccessStatus", "EnableSerialConsoleAccess", "DisableSerialConsoleAccess")
	// Snapshots and images carry no account in their ARNs, because they may be another's.
	add(t, "EC2", row{on: []string{"arn:${Partition}:ec2:${Region}::image/{ImageId}"}}, "DescribeImageAttribute", "ModifyImageAttribute")
	add(t, "EC2", row{on: []string{"arn:${Partition}:ec2:${Region}::snapshot/{SnapshotId}"}}, "DescribeSnapshotAttribute", "ModifySnapshotAttribute")
	add(t, "EC2", row{on: []string{ec2ARN + "security-group/{GroupId}"}}, "AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress")
	add(t, "EC2", row{on: []string{
		ec2ARN + "security-group/{GroupId}", ec2ARN + "security-group-rule/{SecurityGroupRules.SecurityGroupRuleId}",
	}}, "ModifySecurityGroupRules")
	add(t, "EC2", row{on: []string{ec2ARN + "network-acl/{NetworkAclId}"}}, "CreateNetworkAclEntry", "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry")
	add(t, "EC2", row{on: []string{ec2ARN + "route-table/{RouteTableId}"}}, "CreateRoute", "DeleteRoute", "ReplaceRoute")
	add(t, "EC2", row{on: []string{ec2ARN + "instance/{InstanceId}"}}, "ModifyInstanceMetadataOptions")
	add(t, "EC2", row{on: []string{ec2ARN + "vpc-peering-connection/{VpcPeeringConnectionId}"}}, "DeleteVpcPeeringConnection")
	add(t, "EC2", row{on: []string{ec2ARN + "traffic-mirror-session/{TrafficMirrorSessionId}"}}, "DeleteTrafficMirrorSession")
	add(t, "EC2", row{on: []string{
		ec2ARN + "traffic-mirror-session/*", ec2ARN + "network-interface/{NetworkInterfaceId}",
		ec2ARN + "traffic-mirror-target/{TrafficMirrorTargetId}", ec2ARN + "traffic-mirror-filter/{TrafficMirrorFilterId}",
	}}, "CreateTrafficMirrorSession")
	// What writes to a bucket needs the right to deliver logs besides.
	// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
	add(t, "EC2", row{
		on: []string{
			ec2ARN + "vpc-flow-log/*", ec2ARN + "vpc/{ResourceIds|vpc-}", ec2ARN + "subnet/{ResourceIds|subnet-}",
			ec2ARN + "network-interface/{ResourceIds|eni-}",
		},
		also: []further{
			{action: "ec2:CreateTags", on: []string{ec2ARN + "vpc-flow-log/*"}, when: "TagSpecifications.ResourceType"},
			{action: "logs:CreateLogDelivery", on: []string{"*"}},
			{
				action: "iam:PassRole", on: []string{"{DeliverLogsPermissionArn}"}, when: "DeliverLogsPermissionArn",
				context: map[string]string{"iam:PassedToService": "vpc-flow-logs.amazonaws.com"},
			},
		},
	}, "CreateFlowLogs")
	add(t, "EC2", row{
		on:   []string{ec2ARN + "vpc-flow-log/{FlowLogIds}"},
		also: []further{{action: "logs:DeleteLogDelivery", on: []string{"*"}}},
	}, "DeleteFlowLogs")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
	add(t, "Lambda", row{on: []string{lambdaARN}},
		"AddPermission", "RemovePermission", "GetPolicy", "GetFunctionConcurrency", "GetFunctionUrlConfig", "UpdateFunctionUrlConfig")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
	add(t, "ECR", row{on: []string{"arn:${Partition}:ecr:${Region}:${Account}:repository/{RepositoryName}"}},
		"GetRepositoryPolicy", "SetRepositoryPolicy", "DeleteRepositoryPolicy")
	return t
}
