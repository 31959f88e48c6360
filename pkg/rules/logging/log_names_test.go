package logging

import "testing"

func TestHoldsLogs(t *testing.T) {
	tests := []struct {
		bucket, prefix string
		want           bool
	}{
		{"acme-trail-logs", "", true},
		{"aws-cloudtrail-logs-111122223333-0a1b2c3d", "", true},
		{"acmecloudtrailarchive", "", true},
		{"ACME.Audit", "", true},
		{"config-bucket-111122223333", "", true},
		{"vpc-flowlogs", "", true},
		{"acme-archive", "org/AWSLogs/", true},
		{"acme-blog", "", false},
		{"catalogs", "", false},
		{"login-pages", "", false},
		{"logistics", "", false},
		{"auditorium", "", false},
		{"acme-archive", "awslogs-summary/", false},
	}
	for _, tt := range tests {
		if got := holdsLogs(tt.bucket, tt.prefix); got != tt.want {
			t.Errorf("holdsLogs(%q, %q) = %v", tt.bucket, tt.prefix, got)
		}
	}
}

func TestSecurityLog(t *testing.T) {
	tests := []struct {
		group string
		want  bool
	}{
		{"CloudTrail/management-events", true},
		{"/aws/eks/prod/cluster", true},
		{"aws-waf-logs-shop", true},
		{"/aws/lambda/Riposte-detect", false}, // Riposte's own are told by the stack's name
		{"/aws/bedrock/invocations", true},
		{"prod-audit", true},
		{"/aws/eks/prod/pods", false},
		{"my-aws-waf-logs-shop", false},
		{"/aws/lambda/resize-image", false},
		{"/shop/auditorium", false},
		{"/aws/route53resolver/queries", true},
		{"vpc-resolver-queries", true},
		{"/aws/lambda/graphql-resolver", false},
		{"/aws/lambda/audit-service", false},
		{"/aws/lambda/guardduty-to-chat", false},
		{"/aws/codebuild/cloudtrail-stack", false},
		{"/aws/bedrock-agentcore/runtimes/helper", false},
		{"/ecs/bedrock-chat", false},
		{"graphql-resolvers", false},
		{"riposter", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := securityLog(tt.group); (got != "") != tt.want {
			t.Errorf("securityLog(%q) = %q", tt.group, got)
		}
	}
}
