package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	authorizeIngress = "AuthorizeSecurityGroupIngress"
	modifyRules      = "ModifySecurityGroupRules"
)

// SecurityGroupOpenedToWorld fires when a security group lets in the whole Internet.
func SecurityGroupOpenedToWorld() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-001",
		Title:    "Security group opened to the world",
		Class:    "sg-open-to-world",
		Severity: detect.High,
		Doc: `**Why it matters.** A port that the whole Internet reaches is found by scanners within minutes.

All traffic or all ports are critical; ports of shells, desktops, databases and clusters are high; other ports are
medium; ping is low. A range counts as the world by its prefix length, however it is written: /0, and everything broader
than an IPv4 /8 or an IPv6 /16, since no organisation holds more and two halves are a whole.

**False positives.** Public services on ports other than TCP 80 and 443, which the rule lets pass; VPN and game servers.
ModifySecurityGroupRules does not say whether a rule is inbound.

**What to do.** Ask the caller whom the port is for, and let in those addresses, a prefix list or another security
group; for shells use Session Manager. Look at the instances behind the group: connections that are already open stay
open after the rule is revoked. Where a rule was modified its former content is not in the event, and revoking it could
cut off those whom it let in before: Riposte leaves the rule alone unless it knows what the rule was.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.007", URL: "https://attack.mitre.org/techniques/T1562/007/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.10, 5.2, 5.3", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Security group rules",
				URL: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
			},
		},
		Pattern:   detect.Pattern{{Source: "ec2.amazonaws.com", Names: []string{authorizeIngress, modifyRules}}},
		Actions:   []string{"revoke-security-group-rules", "restore-modified-security-group-rule"},
		GoodParts: goodRules,
		Match:     matchSecurityGroupOpenedToWorld,
	}
}

func matchSecurityGroupOpenedToWorld(ev *cloudtrail.Event) ([]detect.Finding, error) {
	read := authorized
	if ev.Name == modifyRules {
		read = modified
	}
	made, err := read(ev)
	if err != nil {
		return nil, err
	}
	open := map[string][]detect.SecurityGroupRule{}
	var groups []string
	var errs []error
	for _, o := range made {
		world, err := toWorld(o)
		if err != nil {
			errs = append(errs, err)
		}
		if !world {
			continue
		}
		if len(open[o.group]) == 0 {
			groups = append(groups, o.group)
		}
		open[o.group] = append(open[o.group], o.rule)
	}
	var findings []detect.Finding
	for _, group := range groups {
		f, err := opened(ev, group, open[group])
		if err != nil {
			return nil, err
		}
		findings = append(findings, f)
	}
	return findings, errors.Join(errs...)
}

// toWorld reports whether a rule opens to the world what is not meant for it.
func toWorld(o opening) (bool, error) {
	if o.rule.Egress || forPublic(o.rule) {
		return false, nil
	}
	for _, cidr := range []string{o.rule.CIDRIPv4, o.rule.CIDRIPv6} {
		world, err := fromWorld(cidr)
		if err != nil {
			return false, fmt.Errorf("rule of %s: %w", detect.Text(o.group), err)
		}
		if world {
			if o.group == "" {
				return false, errors.New("the record does not name the security group")
			}
			return true, nil
		}
	}
	return false, nil
}

func opened(ev *cloudtrail.Event, group string, rules []detect.SecurityGroupRule) (detect.Finding, error) {
	const mostTold = 3
	raw, err := json.Marshal(rules)
	if err != nil {
		return detect.Finding{}, fmt.Errorf("rules of %s: %w", detect.Text(group), err)
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.SecurityGroup, ID: group},
		Params:   map[string]string{detect.ParamRules: string(raw)},
	}
	var ids, told []string
	for _, r := range rules {
		f.Severity = max(f.Severity, severityOf(r))
		if r.ID != "" {
			ids = append(ids, r.ID)
		}
		if len(told) < mostTold {
			told = append(told, described(r))
		}
	}
	f.Summary = fmt.Sprintf("security group %s lets in %s", detect.Text(group), strings.Join(slices.Compact(told), ", "))
	if more := len(rules) - len(told); more > 0 {
		f.Summary += fmt.Sprintf(" and %d more", more)
	}
	if len(ids) == len(rules) {
		f.Params[detect.ParamRuleIDs] = strings.Join(ids, ",")
	}
	switch {
	case ev.Name == modifyRules:
		f.Actions = []string{}
		if len(ids) == 1 && len(rules) == 1 && strings.HasPrefix(group, "sg-") {
			f.Params[detect.ParamPart], f.Actions = ids[0], []string{"restore-modified-security-group-rule"}
		}
		f.Summary += "; the event tells neither what the rule was before nor whether it is inbound"
	case !strings.HasPrefix(group, "sg-"):
		f.Actions = []string{}
		f.Summary += "; the event names the group but not its id, so that a person has to revoke the rules"
	default:
		f.Actions = []string{"revoke-security-group-rules"}
	}
	return f, nil
}
