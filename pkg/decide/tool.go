package decide

import (
	"strings"

	"riposte/pkg/detect"
)

// Tool names the infrastructure-as-code or CI tool that a call looks like, or "". The user agent and the names are the
// caller's word: good for advice, not for a decision.
func Tool(a detect.Actor) string {
	service := strings.ToLower(a.InvokedBy + " " + a.SourceIP)
	agent := strings.ToLower(a.UserAgent)
	session := strings.ToLower(a.ARN[strings.LastIndexByte(a.ARN, '/')+1:])
	role := strings.ToLower(a.Role[strings.LastIndexByte(a.Role, '/')+1:])
	for _, known := range []struct {
		name   string
		where  string
		needle string
	}{
		{"CloudFormation", service, "cloudformation.amazonaws.com"},
		{"Control Tower", service, "controltower.amazonaws.com"},
		{"Service Catalog", service, "servicecatalog.amazonaws.com"},
		{"OpenTofu", agent, "opentofu"},
		{"Pulumi", agent, "pulumi"},
		{"Terraform", agent, "terraform"},
		{"the CDK", agent, "aws-cdk"},
		{"the CDK", role, "cdk-"},
		{"Ansible", agent, "ansible"},
		{"Crossplane", agent, "crossplane"},
		{"the Serverless Framework", agent, "serverless"},
		{"GitHub Actions", session, "githubactions"},
		{"GitHub Actions", agent, "configure-aws-credentials-for-github-actions"},
		{"GitLab CI", session, "gitlab"},
		{"Jenkins", session + " " + agent, "jenkins"},
		{"CircleCI", session, "circleci"},
		{"Atlantis", session, "atlantis"},
		{"Terraform Cloud", session, "terraform-run-"},
		{"a CI pipeline", role, "github"},
		{"a CI pipeline", role, "gitlab"},
		{"Terraform", role, "terraform"},
	} {
		if strings.Contains(known.where, known.needle) {
			return known.name
		}
	}
	return ""
}
