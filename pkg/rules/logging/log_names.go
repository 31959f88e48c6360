package logging

import (
	"slices"
	"strings"
)

// holdsLogs reports whether a bucket's name or a prefix in it says that it holds logs. Whole words decide, so that a
// catalogue or a blog is no log.
func holdsLogs(bucket, prefix string) bool {
	if strings.Contains(prefix, "AWSLogs") {
		return true
	}
	name := strings.ToLower(bucket)
	for _, part := range []string{"cloudtrail", "flowlog", "accesslog", "auditlog"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return slices.ContainsFunc(words(name), func(word string) bool {
		return slices.Contains([]string{"log", "logs", "logging", "trail", "trails", "audit", "siem", "config", "awsconfig"}, word)
	})
}

// securityLog says which record a log group keeps, by the names that AWS prescribes or suggests, or "" for any other:
// a call on a log group carries nothing but its name.
func securityLog(group string) string {
	name := strings.ToLower(group)
	switch {
	case strings.HasPrefix(name, "aws-waf-logs-"):
		return "AWS WAF's log"
	case strings.HasPrefix(name, "/aws/eks/") && strings.HasSuffix(name, "/cluster"):
		return "an EKS control plane's log"
	case isProgramsLog(name):
		return ""
	}
	for _, kind := range []struct{ part, keeps string }{
		{"cloudtrail", "CloudTrail's log"},
		{"flowlog", "a VPC flow log"},
		{"flow-log", "a VPC flow log"},
		{"vpcflow", "a VPC flow log"},
		{"guardduty", "GuardDuty's findings"},
		{"bedrock", "a log of Bedrock's model invocations"},
		{"route53", "a DNS query log"},
		{"dns-quer", "a DNS query log"},
		{"resolver-quer", "a DNS query log"},
		{"resolverquer", "a DNS query log"},
	} {
		if strings.Contains(name, kind.part) {
			return kind.keeps
		}
	}
	if slices.ContainsFunc(words(name), func(word string) bool { return word == "audit" || word == "trail" || word == "siem" }) {
		return "an audit log"
	}
	return ""
}

// isProgramsLog reports whether AWS names a log group after a program whose output it holds: what a function or a build
// is called says nothing of a record that it keeps.
func isProgramsLog(name string) bool {
	return slices.ContainsFunc([]string{
		"/aws/lambda/", "/aws/codebuild/", "/aws/appsync/", "/aws/bedrock-agentcore/", "/aws/vendedlogs/states/", "/aws/apprunner/", "/ecs/",
	}, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

func words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
}
