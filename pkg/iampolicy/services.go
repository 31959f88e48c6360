package iampolicy

import "strings"

const iam = "iam"

// A service is one whose every action nobody should be given without thought.
type service struct {
	prefix   string   // as it stands in actions and in ARNs
	severity Severity // of all its actions on any resource
	kinds    []string // beginnings of resource names whose kind is as good as the whole service
}

// sensitiveServices lists the services that grant, hide or hold what matters: identity, secrets and keys, data,
// computing that runs with a role, and the record of what happened.
func sensitiveServices() []service {
	return []service{
		{iam, Critical, []string{"user/", "role/", "group/", "policy/"}},
		{"sts", High, nil},
		{"organizations", High, nil},
		{"account", High, nil},
		{"sso", High, nil},
		{"sso-directory", High, nil},
		{"identitystore", High, nil},
		{"kms", High, []string{"key/"}},
		{"secretsmanager", High, []string{"secret:"}},
		{"ssm", High, []string{"parameter/"}},
		{"s3", High, nil},
		{"lambda", High, []string{"function:"}},
		{"ec2", High, nil},
		{"cloudformation", High, []string{"stack/"}},
		{"cloudtrail", High, []string{"trail/"}},
		{"config", High, nil},
		{"guardduty", High, []string{"detector/"}},
		{"securityhub", High, nil},
		{"dynamodb", Medium, []string{"table/"}},
		{"rds", Medium, nil},
		{"ecr", Medium, []string{"repository/"}},
		{"eks", Medium, []string{"cluster/"}},
		{"backup", Medium, nil},
	}
}

// anyService stands for every service: only a wildcard matches its prefix.
func anyService() service { return service{prefix: strings.Repeat(fresh, 3)} }
