package iampolicy

import "strings"

// AdminPolicy says how grave it is to attach one of AWS's own managed policies that make, or let the holder become, an
// administrator. The ARN may be of any partition. A customer's policy is never one of them, whatever its name: it has
// an account where AWS's have "aws".
func AdminPolicy(arn string) (Severity, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != iam || parts[3] != "" || parts[4] != "aws" {
		return "", false
	}
	name, ok := strings.CutPrefix(parts[5], "policy/")
	if !ok {
		return "", false
	}
	for _, p := range adminPolicies() {
		if strings.EqualFold(p.name, name) {
			return p.severity, true
		}
	}
	return "", false
}

type adminPolicy struct {
	name     string // with its path
	severity Severity
}

// adminPolicies lists the policies whose holder is administrator at once, or can become it alone: by writing IAM, by
// passing any role to a service, or by handing out access to the whole organisation.
func adminPolicies() []adminPolicy {
	return []adminPolicy{
		{"AdministratorAccess", Critical},
		{"IAMFullAccess", Critical},
		{"AdministratorAccess-Amplify", High},
		{"AdministratorAccess-AWSElasticBeanstalk", High},
		{"AWSOrganizationsFullAccess", High},
		{"AWSSSOMasterAccountAdministrator", High},
		{"AWSSSOMemberAccountAdministrator", High},
		{"PowerUserAccess", High},
		{"job-function/SystemAdministrator", High},
		// Superseded, but attachable wherever they were in use: each may pass any role to a service.
		{"AWSElasticBeanstalkFullAccess", High},
		{"AWSLambdaFullAccess", High},
		{"AmazonElasticMapReduceFullAccess", High},
		{"AWSOpsWorksRegisterCLI", High},
		{"service-role/AWSOpsWorksRole", High},
	}
}
