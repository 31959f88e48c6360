package network

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/detect"
)

// rules are rules of one security group.
type rules []detect.SecurityGroupRule

// A value is what makes a rule what it is: EC2 allows it once in a security group.
type value struct {
	protocol string
	from, to int32
	cidr     string
}

// valueOf returns a rule's value in one spelling: 208.236.235.254/0 is 0.0.0.0/0, protocol 6 is tcp, and ports that EC2
// ignores are -1.
func valueOf(r detect.SecurityGroupRule) value {
	v := value{protocol: protocol(r.Protocol), from: r.FromPort, to: r.ToPort, cidr: cidr(r.CIDRIPv4) + cidr(r.CIDRIPv6)}
	if v.protocol == "-1" {
		v.from, v.to = -1, -1
	}
	return v
}

func protocol(name string) string {
	switch name = strings.ToLower(name); name {
	case "", "all":
		return "-1"
	case "1":
		return "icmp"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "58":
		return "icmpv6"
	}
	return name
}

// cidr returns a range in one spelling, however long its zeros are; "" where it cannot be read. Of a range of all
// addresses only the family counts, as for the rule that found it.
func cidr(text string) string {
	address, length, _ := strings.Cut(strings.TrimSpace(text), "/")
	bits, err := strconv.ParseUint(length, 10, 8)
	switch {
	case err != nil:
		return ""
	case bits == 0 && strings.Contains(address, ":"):
		return "::/0"
	case bits == 0:
		return "0.0.0.0/0"
	}
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	prefix, err := addr.Prefix(int(bits))
	if err != nil {
		return ""
	}
	return prefix.String()
}

// has reports whether one of the rules lets in what r does.
func (list rules) has(r detect.SecurityGroupRule) bool {
	return slices.ContainsFunc(list, func(other detect.SecurityGroupRule) bool { return valueOf(other) == valueOf(r) })
}

// made reports whether r is one of the rules by id too, where the event tells ids.
func (list rules) made(r detect.SecurityGroupRule) bool {
	return slices.ContainsFunc(list, func(other detect.SecurityGroupRule) bool {
		return valueOf(other) == valueOf(r) && (other.ID == "" || other.ID == r.ID)
	})
}

// equal reports whether two lists let in the same.
func (list rules) equal(other rules) bool {
	return len(list.without(other)) == 0 && len(other.without(list)) == 0
}

// without returns the rules that let in what none of the others does.
func (list rules) without(others rules) rules {
	rest := rules{}
	for _, r := range list {
		if !others.has(r) {
			rest = append(rest, r)
		}
	}
	return rest
}

// String returns the rules for a person: "tcp 22 from 0.0.0.0/0 (sgr-…), tcp 22 from ::/0 (sgr-…)".
func (list rules) String() string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = describe(r)
	}
	return strings.Join(texts, ", ")
}

func describe(r detect.SecurityGroupRule) string {
	v := valueOf(r)
	text := v.protocol
	switch {
	case v.protocol == "-1":
		text = "all traffic"
	case v.from == v.to:
		text += " " + strconv.Itoa(int(v.from))
	default:
		text += " " + strconv.Itoa(int(v.from)) + "-" + strconv.Itoa(int(v.to))
	}
	text += " from " + v.cidr
	if r.ID != "" {
		text += " (" + r.ID + ")"
	}
	return text
}

// ruleOf returns a live ingress rule; ok is false for one that lets out, or that names no range of addresses.
func ruleOf(r types.SecurityGroupRule) (rule detect.SecurityGroupRule, ok bool) {
	rule = detect.SecurityGroupRule{
		ID: aws.ToString(r.SecurityGroupRuleId), Protocol: aws.ToString(r.IpProtocol),
		FromPort: portOf(r.FromPort), ToPort: portOf(r.ToPort),
		CIDRIPv4: aws.ToString(r.CidrIpv4), CIDRIPv6: aws.ToString(r.CidrIpv6),
		Description: aws.ToString(r.Description),
	}
	return rule, !aws.ToBool(r.IsEgress) && valueOf(rule).cidr != ""
}

func portOf(p *int32) int32 {
	if p == nil {
		return -1
	}
	return *p
}

// permission returns a rule as a request to add it.
func permission(r detect.SecurityGroupRule) types.IpPermission {
	v := valueOf(r)
	p := types.IpPermission{IpProtocol: aws.String(v.protocol)}
	if v.protocol != "-1" {
		p.FromPort, p.ToPort = aws.Int32(v.from), aws.Int32(v.to)
	}
	var description *string
	if r.Description != "" {
		description = aws.String(r.Description)
	}
	if r.CIDRIPv6 != "" {
		p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: aws.String(v.cidr), Description: description}}
	} else {
		p.IpRanges = []types.IpRange{{CidrIp: aws.String(v.cidr), Description: description}}
	}
	return p
}
