package simaws

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/detect"
)

func securityGroupRuleHandlers() handlers {
	h := handlers{}
	reads(h, describeSecurityGroupRules)
	writes(h, authorizeIngress)
	writes(h, revokeIngress)
	writes(h, modifySecurityGroupRules)
	return h
}

func (r *request) answer(groupID string, rule detect.SecurityGroupRule) types.SecurityGroupRule {
	optional := func(s string) *string {
		if s == "" {
			return nil
		}
		return aws.String(s)
	}
	return types.SecurityGroupRule{
		SecurityGroupRuleId: aws.String(rule.ID), GroupId: aws.String(groupID), GroupOwnerId: aws.String(r.account),
		IsEgress: aws.Bool(rule.Egress), IpProtocol: aws.String(rule.Protocol),
		FromPort: aws.Int32(rule.FromPort), ToPort: aws.Int32(rule.ToPort),
		CidrIpv4: optional(rule.CIDRIPv4), CidrIpv6: optional(rule.CIDRIPv6), Description: optional(rule.Description),
	}
}

func describeSecurityGroupRules(r *request, in *ec2.DescribeSecurityGroupRulesInput) (*ec2.DescribeSecurityGroupRulesOutput, error) {
	if len(in.SecurityGroupRuleIds) > 0 || len(in.Filters) != 1 || aws.ToString(in.Filters[0].Name) != "group-id" {
		return nil, ec2Error("InvalidParameterValue", "the simulated account lists rules by the filter group-id only")
	}
	var all []types.SecurityGroupRule
	for _, id := range in.Filters[0].Values {
		if g, err := r.group(&id); err == nil {
			for _, rule := range g.rules {
				all = append(all, r.answer(id, rule))
			}
		}
	}
	rules, next := page(r, all, in.NextToken)
	return &ec2.DescribeSecurityGroupRulesOutput{SecurityGroupRules: rules, NextToken: next}, nil
}

// canonical is the spelling that EC2 gives a range of addresses: without the bits of the host.
func canonical(cidr string) (string, error) {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return "", ec2Error("InvalidParameterValue", "CIDR block "+cidr+" is malformed")
	}
	return p.Masked().String(), nil
}

// asked returns the rules that a request spells out, without ids.
func asked(permissions []types.IpPermission) ([]detect.SecurityGroupRule, error) {
	var rules []detect.SecurityGroupRule
	for _, p := range permissions {
		base := detect.SecurityGroupRule{Protocol: aws.ToString(p.IpProtocol), FromPort: -1, ToPort: -1}
		if base.Protocol != "-1" {
			base.FromPort, base.ToPort = aws.ToInt32(p.FromPort), aws.ToInt32(p.ToPort)
		}
		for _, r := range p.IpRanges {
			rule, err := base, error(nil)
			if rule.CIDRIPv4, err = canonical(aws.ToString(r.CidrIp)); err != nil {
				return nil, err
			}
			rule.Description = aws.ToString(r.Description)
			rules = append(rules, rule)
		}
		for _, r := range p.Ipv6Ranges {
			rule, err := base, error(nil)
			if rule.CIDRIPv6, err = canonical(aws.ToString(r.CidrIpv6)); err != nil {
				return nil, err
			}
			rule.Description = aws.ToString(r.Description)
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// sameValue reports whether two rules let in the same: EC2 allows that once in a group.
func sameValue(a, b detect.SecurityGroupRule) bool {
	a.ID, a.Description, b.ID, b.Description = "", "", "", ""
	return a == b
}

func authorizeIngress(r *request, in *ec2.AuthorizeSecurityGroupIngressInput) (*ec2.AuthorizeSecurityGroupIngressOutput, error) {
	g, err := r.group(in.GroupId)
	if err != nil {
		return nil, err
	}
	rules, err := asked(in.IpPermissions)
	if err != nil {
		return nil, err
	}
	for _, rule := range rules {
		if slices.ContainsFunc(g.rules, func(old detect.SecurityGroupRule) bool { return sameValue(old, rule) }) {
			return nil, ec2Error("InvalidPermission.Duplicate", "the specified rule already exists")
		}
	}
	out := &ec2.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true)}
	for _, rule := range rules {
		rule.ID = r.newID("sgr-%017x")
		g.rules = append(g.rules, rule)
		out.SecurityGroupRules = append(out.SecurityGroupRules, r.answer(*in.GroupId, rule))
	}
	return out, nil
}

func revokeIngress(r *request, in *ec2.RevokeSecurityGroupIngressInput) (*ec2.RevokeSecurityGroupIngressOutput, error) {
	g, err := r.group(in.GroupId)
	if err != nil {
		return nil, err
	}
	rules, err := asked(in.IpPermissions)
	if err != nil {
		return nil, err
	}
	var doomed []int
	for _, id := range in.SecurityGroupRuleIds {
		n := slices.IndexFunc(g.rules, func(old detect.SecurityGroupRule) bool { return old.ID == id && !old.Egress })
		if n < 0 {
			return nil, ec2Error("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '"+id+"' does not exist")
		}
		doomed = append(doomed, n)
	}
	for _, rule := range rules {
		n := slices.IndexFunc(g.rules, func(old detect.SecurityGroupRule) bool { return sameValue(old, rule) })
		if n < 0 {
			return nil, ec2Error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		doomed = append(doomed, n)
	}
	var kept []detect.SecurityGroupRule
	for n, rule := range g.rules {
		if !slices.Contains(doomed, n) {
			kept = append(kept, rule)
		}
	}
	g.rules = kept
	return &ec2.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true)}, nil
}

func modifySecurityGroupRules(r *request, in *ec2.ModifySecurityGroupRulesInput) (*ec2.ModifySecurityGroupRulesOutput, error) {
	g, err := r.group(in.GroupId)
	if err != nil {
		return nil, err
	}
	changed := slices.Clone(g.rules)
	for _, u := range in.SecurityGroupRules {
		n := slices.IndexFunc(changed, func(old detect.SecurityGroupRule) bool { return old.ID == aws.ToString(u.SecurityGroupRuleId) })
		if n < 0 {
			return nil, ec2Error("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '"+aws.ToString(u.SecurityGroupRuleId)+"' does not exist")
		}
		changed[n] = detect.SecurityGroupRule{
			ID: changed[n].ID, Egress: changed[n].Egress, Protocol: aws.ToString(u.SecurityGroupRule.IpProtocol),
			FromPort: aws.ToInt32(u.SecurityGroupRule.FromPort), ToPort: aws.ToInt32(u.SecurityGroupRule.ToPort),
			CIDRIPv4: aws.ToString(u.SecurityGroupRule.CidrIpv4), CIDRIPv6: aws.ToString(u.SecurityGroupRule.CidrIpv6),
			Description: aws.ToString(u.SecurityGroupRule.Description),
		}
	}
	g.rules = changed
	return &ec2.ModifySecurityGroupRulesOutput{Return: aws.Bool(true)}, nil
}
