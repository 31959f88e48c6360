package network

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// An opening is one inbound rule that an event brought about.
type opening struct {
	group string
	rule  detect.SecurityGroupRule
}

// authorized returns the rules that a call of AuthorizeSecurityGroupIngress made. The response is preferred: it is
// normalised and names the rules. Old records have none, so that the request has to do; so it does for what a response
// leaves out.
func authorized(ev *cloudtrail.Event) ([]opening, error) {
	made, err := answered(ev)
	if err != nil || len(made) == 0 {
		if err != nil {
			return nil, err
		}
		return requested(ev)
	}
	asked, err := requested(ev)
	if err != nil {
		return made, nil //nolint:nilerr // the answer says all that is needed
	}
	for _, a := range asked {
		if !slices.ContainsFunc(made, func(m opening) bool { return sameRule(m.rule, a.rule) }) {
			a.group = made[0].group // of one call, which the request may name otherwise
			made = append(made, a)
		}
	}
	return made, nil
}

// sameRule reports whether two spellings of a rule let in the same.
func sameRule(a, b detect.SecurityGroupRule) bool {
	if protocolName(a.Protocol) != protocolName(b.Protocol) || masked(a.CIDRIPv4) != masked(b.CIDRIPv4) || masked(a.CIDRIPv6) != masked(b.CIDRIPv6) {
		return false
	}
	fromA, toA := ports(a)
	fromB, toB := ports(b)
	return protocolName(a.Protocol) == "all" || fromA == fromB && toA == toB
}

func answered(ev *cloudtrail.Event) ([]opening, error) {
	resp, err := cloudtrail.ResponseOf[struct {
		SecurityGroupRuleSet cloudtrail.List[struct {
			SecurityGroupRuleID, GroupID, IPProtocol, FromPort, ToPort cloudtrail.Text
			CIDRIPv4, CIDRIPv6, Description                            cloudtrail.Text
			IsEgress                                                   cloudtrail.Flag
		}]
	}](ev)
	if errors.Is(err, cloudtrail.ErrOmitted) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []opening
	for _, item := range resp.SecurityGroupRuleSet {
		rule, err := ruleOf(item.IPProtocol, item.FromPort, item.ToPort)
		if err != nil {
			return nil, fmt.Errorf("response elements: %w", err)
		}
		rule.ID, rule.Description, rule.Egress = string(item.SecurityGroupRuleID), string(item.Description), bool(item.IsEgress)
		rule.CIDRIPv4, rule.CIDRIPv6 = string(item.CIDRIPv4), string(item.CIDRIPv6)
		out = append(out, opening{string(item.GroupID), rule})
	}
	return out, nil
}

// permission is a set of rules as a request states it.
type permission struct {
	IPProtocol, FromPort, ToPort cloudtrail.Text
	IPRanges                     cloudtrail.List[struct{ CIDRIP, Description cloudtrail.Text }]
	IPv6Ranges                   cloudtrail.List[struct{ CIDRIPv6, Description cloudtrail.Text }]
}

func requested(ev *cloudtrail.Event) ([]opening, error) {
	req, err := cloudtrail.RequestOf[struct {
		GroupID, GroupName, CIDRIP, CIDRIPv6           cloudtrail.Text
		IPProtocol, FromPort, ToPort                   cloudtrail.Text
		SourceSecurityGroupName, SourceSecurityGroupID cloudtrail.Text
		IPPermissions                                  cloudtrail.List[permission]
	}](ev)
	if err != nil {
		return nil, err
	}
	group := string(req.GroupID)
	if group == "" {
		group = string(req.GroupName)
	}
	permissions := req.IPPermissions
	flat := permission{IPProtocol: req.IPProtocol, FromPort: req.FromPort, ToPort: req.ToPort}
	if req.CIDRIP != "" {
		flat.IPRanges = append(flat.IPRanges, struct{ CIDRIP, Description cloudtrail.Text }{CIDRIP: req.CIDRIP})
	}
	if req.CIDRIPv6 != "" {
		flat.IPv6Ranges = append(flat.IPv6Ranges, struct{ CIDRIPv6, Description cloudtrail.Text }{CIDRIPv6: req.CIDRIPv6})
	}
	if len(flat.IPRanges)+len(flat.IPv6Ranges) > 0 || req.SourceSecurityGroupName+req.SourceSecurityGroupID != "" {
		permissions = append(permissions, flat)
	}
	if len(permissions) == 0 {
		return nil, errors.New("request parameters: no permissions and no cidrIp")
	}
	return openings(group, permissions)
}

func openings(group string, permissions []permission) ([]opening, error) {
	var out []opening
	for _, p := range permissions {
		rule, err := ruleOf(p.IPProtocol, p.FromPort, p.ToPort)
		if err != nil {
			return nil, fmt.Errorf("request parameters: %w", err)
		}
		for _, r := range p.IPRanges {
			v4 := rule
			v4.CIDRIPv4, v4.Description = string(r.CIDRIP), string(r.Description)
			out = append(out, opening{group, v4})
		}
		for _, r := range p.IPv6Ranges {
			v6 := rule
			v6.CIDRIPv6, v6.Description = string(r.CIDRIPv6), string(r.Description)
			out = append(out, opening{group, v6})
		}
	}
	return out, nil
}

// modifiedRule is a rule as ModifySecurityGroupRules states it.
type modifiedRule struct {
	IPProtocol, FromPort, ToPort, CIDRIPv4, CIDRIPv6, Description cloudtrail.Text
}

type modification struct {
	SecurityGroupRuleID cloudtrail.Text
	SecurityGroupRule   modifiedRule
}

// modified returns the rules that a call of ModifySecurityGroupRules wrote. The event does not tell whether they are
// inbound.
func modified(ev *cloudtrail.Event) ([]opening, error) {
	req, err := cloudtrail.RequestOf[struct {
		GroupID            cloudtrail.Text
		SecurityGroupRule  cloudtrail.List[modification]
		SecurityGroupRules cloudtrail.List[modification]
	}](ev)
	if err != nil {
		return nil, err
	}
	changes := append(req.SecurityGroupRule, req.SecurityGroupRules...)
	if len(changes) == 0 {
		return nil, errors.New("request parameters: no security group rules")
	}
	var out []opening
	for _, m := range changes {
		rule, err := ruleOf(m.SecurityGroupRule.IPProtocol, m.SecurityGroupRule.FromPort, m.SecurityGroupRule.ToPort)
		if err != nil {
			return nil, fmt.Errorf("request parameters: %w", err)
		}
		rule.ID, rule.Description = string(m.SecurityGroupRuleID), string(m.SecurityGroupRule.Description)
		rule.CIDRIPv4, rule.CIDRIPv6 = string(m.SecurityGroupRule.CIDRIPv4), string(m.SecurityGroupRule.CIDRIPv6)
		out = append(out, opening{string(req.GroupID), rule})
	}
	return out, nil
}

// ruleOf makes a rule of what every form has. A port that is not stated is -1, as EC2 answers it.
func ruleOf(protocol, from, to cloudtrail.Text) (detect.SecurityGroupRule, error) {
	rule := detect.SecurityGroupRule{Protocol: string(protocol), FromPort: -1, ToPort: -1}
	for _, p := range []struct {
		text cloudtrail.Text
		to   *int32
	}{{from, &rule.FromPort}, {to, &rule.ToPort}} {
		if p.text == "" {
			continue
		}
		n, err := strconv.ParseInt(string(p.text), 10, 32)
		if err != nil {
			return rule, fmt.Errorf("port %q is no number", detect.Text(string(p.text)))
		}
		*p.to = int32(n)
	}
	return rule, nil
}
