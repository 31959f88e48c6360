package iampolicy

const iam = "iam"

// serviceSeverity says how grave it is to have every action of a service on any of its resources: gravest where the
// service grants, hides or holds what matters: identity, secrets and keys, data, computing that runs with a role, and
// the record of what happened.
func serviceSeverity(service string) Severity {
	switch service {
	case iam:
		return Critical
	case "sts", "organizations", "account", "sso", "sso-directory", "identitystore", "kms", "secretsmanager", "ssm", "s3",
		"lambda", "ec2", "cloudformation", "cloudtrail", "config", "guardduty", "securityhub", "access-analyzer", "rolesanywhere":
		return High
	case "dynamodb", "rds", "ecr", "eks", "backup", "ecs", "codebuild", "glue", "sagemaker", "elasticmapreduce", "ram", "macie2", "cognito-idp",
		"cognito-identity", "redshift", "es", "aoss", "states", "batch", "bedrock-agentcore":
		return Medium
	}
	return Low
}

// graveServices lists the services that a grant of everything is judged by where some other is denied.
func graveServices() []string {
	return []string{
		iam, "sts", "organizations", "account", "sso", "identitystore", "kms", "secretsmanager", "ssm", "s3", "lambda", "ec2",
		"cloudformation", "cloudtrail", "config", "guardduty", "securityhub",
	}
}
