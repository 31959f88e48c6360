package logging

import (
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// DNSQueryLogsDeleted fires when the logging of DNS queries ends.
func DNSQueryLogsDeleted() *detect.Rule {
	judged := calls{
		"route53resolver.amazonaws.com": {
			"DeleteResolverQueryLogConfig":       resolverQueryLogDeleted,
			"DisassociateResolverQueryLogConfig": resolverQueryLogDisassociated,
		},
		"route53.amazonaws.com": {
			"DeleteQueryLoggingConfig": named("id", detect.QueryLog, detect.Medium,
				"query logging %s of a public hosted zone was deleted"),
		},
	}
	return &detect.Rule{
		ID:       "LOG-011",
		Title:    "DNS query logging deleted",
		Class:    "dns-query-logs-deleted",
		Severity: detect.High,
		Doc: `**Why it matters.** The queries of a network show malware that calls home and data that leaves by DNS, which no
flow log shows. An intruder ends this logging before such traffic begins.

A VPC that is detached from a configuration is high, and so is a deleted configuration, except that it is medium where
the answer says that no VPC used it any more. Query logging of a public zone is medium: it shows who asks for your names.

**False positives.** The retirement of a VPC; a move to another configuration.

**What to do.** Associate the VPC with the configuration again. A deleted one has to be made anew, with its destination.`,
		Refs: []detect.Ref{
			attack("T1562.008"),
			aws("Resolver query logging", "Route53/latest/DeveloperGuide/resolver-query-logs.html"),
		},
		Pattern: judged.pattern(),
		Match:   judged.match,
	}
}

func resolverQueryLogDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	found, err := named("resolverQueryLogConfigId", detect.QueryLog, detect.High, "DNS query logging %s was deleted")(ev)
	if err != nil {
		return nil, err
	}
	resp, err := cloudtrail.ResponseOf[struct {
		ResolverQueryLogConfig struct{ AssociationCount *cloudtrail.Text }
	}](ev)
	if err == nil && resp.ResolverQueryLogConfig.AssociationCount != nil && *resp.ResolverQueryLogConfig.AssociationCount == "0" {
		found[0].Severity = detect.Medium
		found[0].Summary += "; no VPC used it any more"
	}
	return found, nil
}

func resolverQueryLogDisassociated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	vpc, err := textOf(ev, "resourceId")
	if err != nil {
		return nil, err
	}
	id, err := textOf(ev, "resolverQueryLogConfigId")
	if err != nil {
		return nil, err
	}
	return []detect.Finding{{
		Severity: detect.High,
		Resource: detect.Resource{Type: detect.QueryLog, ID: id},
		Summary:  fmt.Sprintf("DNS queries of %s are no longer logged by %s", detect.Text(vpc), detect.Text(id)),
	}}, nil
}
