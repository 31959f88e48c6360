package logging

import (
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// WAFRemoved fires when a web ACL no longer protects a resource, or AWS WAF no longer logs.
func WAFRemoved() *detect.Rule {
	const (
		deleted     = "web ACL %s was deleted"
		unprotected = "%s is no longer protected by a web ACL"
		unlogged    = "web ACL %s no longer logs requests"
		ruleGone    = "AWS WAF's rule %s was deleted"
		groupGone   = "AWS WAF's rule group %s was deleted"
	)
	of := func(field string, kind detect.ResourceType, severity detect.Severity, said string) call {
		return notByService(named(field, kind, severity, said))
	}
	classic := func() map[string]call {
		return map[string]call{
			"DisassociateWebACL":         of("resourceArn", detect.ProtectedResource, detect.High, unprotected),
			"DeleteWebACL":               of("webACLId", detect.WebACL, detect.Medium, deleted),
			"DeleteLoggingConfiguration": of("resourceArn", detect.WebACL, detect.Medium, unlogged),
			"DeleteRule":                 of("ruleId", detect.WAFRule, detect.Low, ruleGone),
			"DeleteRuleGroup":            of("ruleGroupId", detect.WAFRule, detect.Low, groupGone),
		}
	}
	judged := calls{
		"waf.amazonaws.com":          classic(),
		"waf-regional.amazonaws.com": classic(),
		"wafv2.amazonaws.com": {
			"DisassociateWebACL":         of("resourceArn", detect.ProtectedResource, detect.High, unprotected),
			"DeleteWebACL":               of("name", detect.WebACL, detect.Medium, deleted),
			"DeleteLoggingConfiguration": of("resourceArn", detect.WebACL, detect.Medium, unlogged),
			"DeleteRuleGroup":            of("name", detect.WAFRule, detect.Low, groupGone),
			"UpdateWebACL":               notByService(webACLEmptied),
		},
	}
	return &detect.Rule{
		ID:       "LOG-015",
		Title:    "AWS WAF protection removed",
		Class:    "waf-removed",
		Severity: detect.High,
		Doc: `**Why it matters.** A web ACL keeps attacks away from an application that may not withstand them. Without it, and
without its log, nobody sees them come either.

A resource that loses its web ACL is high, and so is a web ACL that is updated to hold no rule and to allow what comes. A
deleted web ACL or log is medium: AWS WAF refuses to delete one that still protects something. Rules and rule groups are
low for the same reason. What Firewall Manager does with its own stays quiet. A CloudFront distribution loses its web ACL
by an update of its own, which this rule does not see.

**False positives.** An application that is retired; a web ACL that is replaced by another one; the move away from AWS WAF
Classic.

**What to do.** Associate the web ACL again: the event names the resource, the event history the web ACL. Look at the
application's own log for what came meanwhile.`,
		Refs: []detect.Ref{
			attack("T1562.007"), attack("T1562.008"),
			aws("Associating protection with an AWS resource", "waf/latest/developerguide/web-acl-associating-aws-resource.html"),
		},
		Pattern: judged.pattern(),
		Match:   judged.match,
	}
}

// webACLEmptied judges an update, which replaces all rules of a web ACL.
func webACLEmptied(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name          cloudtrail.Text
		Rules         cloudtrail.List[struct{ Name cloudtrail.Text }]
		DefaultAction struct{ Block *struct{} }
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.Name == "" {
		return nil, missing("name")
	}
	if len(req.Rules) > 0 || req.DefaultAction.Block != nil {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.High,
		Resource: detect.Resource{Type: detect.WebACL, ID: string(req.Name)},
		Summary:  fmt.Sprintf("web ACL %s was left without a rule and allows every request", detect.Text(string(req.Name))),
	}}, nil
}
