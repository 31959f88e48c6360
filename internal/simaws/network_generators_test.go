package simaws_test

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/detect"
)

func networkGenerators() []generator {
	return []generator{
		{action: "revoke-security-group-rules", make: rulesAdded},
		{action: "restore-modified-security-group-rule", make: oneRuleModified},
		{action: "delete-network-acl-entry", make: aclEntryWritten},
		{action: "restore-route", make: routeWritten},
		{action: "require-instance-metadata-tokens", make: tokensMadeOptional},
		{action: "delete-traffic-mirror-session", alone: true, make: mirrored, simulated: "moto has no sessions, only targets and filters"},
		{action: "delete-vpc-peering-connection", make: peered},
	}
}

func (g *gen) securityGroup() string {
	create := func() string {
		name := g.called(" x", "_y", "+z", "=a", "{b}", "$c*")
		return *must(g.ec2.CreateSecurityGroup(g.t.Context(), &ec2.CreateSecurityGroupInput{GroupName: &name, Description: aws.String("test")}))(g.world).GroupId
	}
	other := create()
	authorize(g.world, other, port(22, "0.0.0.0/0", "", "another group's"))
	group := create()
	if g.coin() {
		authorize(g.world, group, port(443, "0.0.0.0/0", "::/0", pick(g, "", "the web server")))
	}
	if g.coin() {
		authorize(g.world, group, port(22, "198.51.100.0/24", "2001:db8::/32", "office"))
	}
	if g.coin() {
		authorize(g.world, group, port(8022, "0.0.0.0/0", "", "of the same port's kind"))
	}
	return group
}

func rulesAdded(g *gen) *episode {
	group := g.securityGroup()
	var made []ec2types.SecurityGroupRule
	everywhere := "203.0.113.7/0" // EC2 forgets the host's bits, and moto does not
	if g.cfg.BaseEndpoint != nil {
		everywhere = "0.0.0.0/0"
	}
	permissions := some(g, port(3389, "0.0.0.0/0", "", "temporary & <b>"), port(5432, "0.0.0.0/0", "::/0", ""),
		ec2types.IpPermission{IpProtocol: aws.String("-1"), IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}},
		ec2types.IpPermission{IpProtocol: aws.String("udp"), FromPort: aws.Int32(0), ToPort: aws.Int32(65535), IpRanges: []ec2types.IpRange{{CidrIp: &everywhere}}})
	permissions = append(permissions, port(22, "0.0.0.0/0", pick(g, "", "::/0"), pick(g, "", "temporary")))
	e := &episode{}
	e.change = func() detect.Finding {
		if g.cfg.BaseEndpoint == nil {
			made = authorize(g.world, group, permissions...)
		} else {
			for _, p := range permissions { // of several, moto answers with the last one's rules alone
				made = append(made, authorize(g.world, group, p)...)
			}
		}
		var rules []detect.SecurityGroupRule
		ids := ""
		for n, r := range made {
			rules = append(rules, detect.SecurityGroupRule{
				ID: *r.SecurityGroupRuleId, Protocol: *r.IpProtocol, FromPort: aws.ToInt32(r.FromPort), ToPort: aws.ToInt32(r.ToPort),
				CIDRIPv4: aws.ToString(r.CidrIpv4), CIDRIPv6: aws.ToString(r.CidrIpv6), Description: aws.ToString(r.Description),
			})
			if *r.IpProtocol == "-1" {
				rules[n].FromPort, rules[n].ToPort = -1, -1
			}
			ids += fmt.Sprintf(",%s", *r.SecurityGroupRuleId)
		}
		return g.finding(detect.Resource{Type: detect.SecurityGroup, ID: group}, "AuthorizeSecurityGroupIngress", map[string]string{
			detect.ParamRules: param(rules), detect.ParamRuleIDs: ids[1:],
		})
	}
	e.beside = func() { authorize(g.world, group, port(8443, "192.0.2.0/24", "", "later")) }
	return e
}

func oneRuleModified(g *gen) *episode {
	group := g.securityGroup()
	was, made, everywhere := port(22, pick(g, "198.51.100.0/25", "192.0.2.0/24"), "", "office"), "0.0.0.0/0", detect.SecurityGroupRule{
		Protocol: "tcp", FromPort: 22, ToPort: 22, Description: "office",
	}
	if everywhere.CIDRIPv4 = made; g.cfg.BaseEndpoint == nil && g.coin() { // moto modifies no IPv6
		was, made = port(22, "", "2001:db8:1::/48", "office"), "::/0"
		everywhere.CIDRIPv4, everywhere.CIDRIPv6 = "", made
	}
	id := *authorize(g.world, group, was)[0].SecurityGroupRuleId
	everywhere.ID = id
	f := g.finding(detect.Resource{Type: detect.SecurityGroup, ID: group}, "ModifySecurityGroupRules", map[string]string{
		detect.ParamPart: id, detect.ParamRules: param([]detect.SecurityGroupRule{everywhere}),
	})
	return &episode{
		expected: &f,
		change:   func() detect.Finding { modifyRule(g.world, group, id, 22, made); return f },
		beside:   func() { authorize(g.world, group, port(8443, "192.0.2.0/24", "", "later")) },
		meddle:   func() { modifyRule(g.world, group, id, 8443, "192.0.2.0/24") },
	}
}

// entry is an entry of a network ACL as a request has it.
func (g *gen) entry(acl string, number int32, allow, egress bool, protocol, cidr string) ec2.CreateNetworkAclEntryInput {
	in := ec2.CreateNetworkAclEntryInput{
		NetworkAclId: &acl, RuleNumber: &number, Egress: &egress, Protocol: &protocol, CidrBlock: &cidr, RuleAction: ec2types.RuleActionDeny,
	}
	if allow {
		in.RuleAction = ec2types.RuleActionAllow
	}
	if strings.Contains(cidr, ":") {
		in.CidrBlock, in.Ipv6CidrBlock = nil, &cidr
	}
	switch protocol {
	case "6", "17":
		in.PortRange = &ec2types.PortRange{From: aws.Int32(22), To: aws.Int32(int32(22 + 100*g.IntN(2)))}
	case "1", "58":
		in.IcmpTypeCode = &ec2types.IcmpTypeCode{Type: aws.Int32(-1), Code: aws.Int32(-1)}
	}
	return in
}

func entryOf(in ec2.CreateNetworkAclEntryInput) detect.ACLEntry {
	e := detect.ACLEntry{
		Number: *in.RuleNumber, Egress: *in.Egress, Allow: in.RuleAction == ec2types.RuleActionAllow, Protocol: *in.Protocol,
		FromPort: -1, ToPort: -1, ICMPType: -1, ICMPCode: -1, CIDRIPv4: aws.ToString(in.CidrBlock), CIDRIPv6: aws.ToString(in.Ipv6CidrBlock),
	}
	if in.PortRange != nil {
		e.FromPort, e.ToPort = *in.PortRange.From, *in.PortRange.To
	}
	return e
}

func (g *gen) addEntry(in ec2.CreateNetworkAclEntryInput) {
	must(g.ec2.CreateNetworkAclEntry(g.t.Context(), &in))(g.world)
}

func (g *gen) replaceEntry(in ec2.CreateNetworkAclEntryInput) {
	must(g.ec2.ReplaceNetworkAclEntry(g.t.Context(), &ec2.ReplaceNetworkAclEntryInput{
		NetworkAclId: in.NetworkAclId, RuleNumber: in.RuleNumber, Egress: in.Egress, Protocol: in.Protocol, CidrBlock: in.CidrBlock,
		Ipv6CidrBlock: in.Ipv6CidrBlock, RuleAction: in.RuleAction, PortRange: in.PortRange, IcmpTypeCode: in.IcmpTypeCode,
	}))(g.world)
}

func aclEntryWritten(g *gen) *episode {
	vpc := newVPC(g.world)
	create := func() string {
		return *must(g.ec2.CreateNetworkAcl(g.t.Context(), &ec2.CreateNetworkAclInput{VpcId: vpc}))(g.world).NetworkAcl.NetworkAclId
	}
	other, acl := create(), create()
	number := int32(100)
	g.addEntry(g.entry(other, number, true, false, "6", "0.0.0.0/0"))
	for _, n := range some(g, number-1, number+1, number+900) {
		g.addEntry(g.entry(acl, n, g.coin(), false, pick(g, "6", "17"), "198.51.100.0/24"))
	}
	if g.coin() { // the same number of the other direction
		g.addEntry(g.entry(acl, number, true, true, "6", "0.0.0.0/0"))
	}
	made := g.entry(acl, number, true, false, pick(g, "6", "-1"), pick(g, "0.0.0.0/0", "::/0"))
	f := g.finding(detect.Resource{Type: detect.NetworkACL, ID: acl}, "CreateNetworkAclEntry", map[string]string{
		detect.ParamACLEntry: param(entryOf(made)),
	})
	e := &episode{change: func() detect.Finding { g.addEntry(made); return f }}
	if g.coin() {
		g.addEntry(g.entry(acl, number, g.coin(), false, pick(g, "6", "17", "-1", "1", "58"), pick(g, "203.0.113.0/24", "2001:db8::/32")))
		f.Event.Name, e.expected = "ReplaceNetworkAclEntry", &f
		e.change = func() detect.Finding { g.replaceEntry(made); return f }
	}
	e.beside = func() { g.addEntry(g.entry(acl, number+2, true, false, "6", "192.0.2.0/24")) }
	e.meddle = func() {
		_, _ = g.ec2.DeleteNetworkAclEntry(g.t.Context(), &ec2.DeleteNetworkAclEntryInput{NetworkAclId: &acl, RuleNumber: &number, Egress: aws.Bool(false)})
		g.addEntry(g.entry(acl, number, true, false, "17", "192.0.2.0/24"))
	}
	return e
}

func routeWritten(g *gen) *episode {
	vpc := newVPC(g.world)
	create := func() string {
		return *must(g.ec2.CreateRouteTable(g.t.Context(), &ec2.CreateRouteTableInput{VpcId: vpc}))(g.world).RouteTable.RouteTableId
	}
	other, table := create(), create()
	gateway, first, later := newGateway(g.world), newGateway(g.world), newGateway(g.world)
	lead := func(table, destination, gateway string) {
		must(g.ec2.CreateRoute(g.t.Context(), &ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: &destination, GatewayId: &gateway}))(g.world)
	}
	lead(other, "0.0.0.0/0", gateway)
	for _, destination := range some(g, "192.0.2.0/24", "198.51.100.0/24", "0.0.0.0/1") {
		lead(table, destination, gateway)
	}
	f := g.finding(detect.Resource{Type: detect.RouteTable, ID: table}, "CreateRoute", map[string]string{
		detect.ParamRoute: param(detect.Route{DestinationIPv4: pick(g, "0.0.0.0/0", "203.0.113.7/0"), Gateway: gateway}),
	})
	e := &episode{change: func() detect.Finding { lead(table, "0.0.0.0/0", gateway); return f }}
	if g.coin() {
		lead(table, "0.0.0.0/0", first)
		f.Event.Name, e.expected = "ReplaceRoute", &f
		e.change = func() detect.Finding { leadElsewhere(g.world, table, gateway); return f }
	}
	e.beside = func() { lead(table, "203.0.113.0/24", later) }
	e.meddle = func() {
		_, _ = g.ec2.DeleteRoute(g.t.Context(), &ec2.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("0.0.0.0/0")})
		lead(table, "0.0.0.0/0", later)
	}
	return e
}

func tokensMadeOptional(g *gen) *episode {
	run := func(tokens ec2types.HttpTokensState) string {
		out := must(g.ec2.RunInstances(g.t.Context(), &ec2.RunInstancesInput{
			ImageId: aws.String("ami-12c6146b"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1), InstanceType: ec2types.InstanceTypeT3Micro,
		}))(g.world)
		id := *out.Instances[0].InstanceId
		g.tokens(id, tokens)
		return id
	}
	other := run(ec2types.HttpTokensStateOptional)
	id := run(ec2types.HttpTokensStateRequired)
	f := g.finding(detect.Resource{Type: detect.Instance, ID: id}, "ModifyInstanceMetadataOptions", nil)
	return &episode{
		expected: g.knows(f),
		change:   func() detect.Finding { g.tokens(id, ec2types.HttpTokensStateOptional); return f },
		beside:   func() { g.tokens(other, ec2types.HttpTokensStateRequired) },
	}
}

func (g *gen) tokens(id string, tokens ec2types.HttpTokensState) {
	must(g.ec2.ModifyInstanceMetadataOptions(g.t.Context(), &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: &id, HttpTokens: tokens}))(g.world)
}

func mirrored(g *gen) *episode {
	const eni, other = "eni-0a1b2c3d4e5f60718", "eni-0a1b2c3d4e5f60719"
	for _, number := range some[int32](g, 1, 3, 4) {
		createMirror(g.world, eni, "tmt-00000000000000001", number)
	}
	createMirror(g.world, other, "tmt-0a1b2c3d4e5f60718", 2)
	return &episode{
		change: func() detect.Finding {
			createMirror(g.world, eni, "tmt-0a1b2c3d4e5f60718", 2)
			return g.finding(detect.Resource{Type: detect.NetworkInterface, ID: eni}, "CreateTrafficMirrorSession", map[string]string{
				detect.ParamMirror: param(detect.MirrorOf{Number: 2, Target: "tmt-0a1b2c3d4e5f60718", Filter: "tmf-0a1b2c3d4e5f60718"}),
			})
		},
		beside: func() { createMirror(g.world, eni, "tmt-00000000000000002", 9) },
		meddle: func() {
			deleteMirror(g.world, eni)
			createMirror(g.world, eni, "tmt-00000000000000003", 2)
		},
	}
}

func peered(g *gen) *episode {
	create := func() string {
		out := must(g.ec2.CreateVpcPeeringConnection(g.t.Context(), &ec2.CreateVpcPeeringConnectionInput{VpcId: newVPC(g.world), PeerVpcId: newVPC(g.world)}))(g.world)
		return *out.VpcPeeringConnection.VpcPeeringConnectionId
	}
	accept := func(id string) {
		must(g.ec2.AcceptVpcPeeringConnection(g.t.Context(), &ec2.AcceptVpcPeeringConnectionInput{VpcPeeringConnectionId: &id}))(g.world)
	}
	accept(create())
	create()
	id := create()
	return &episode{
		differs: "a connection that was accepted is deleted; it does not wait for acceptance again",
		ideal: func() {
			must(g.ec2.DeleteVpcPeeringConnection(g.t.Context(), &ec2.DeleteVpcPeeringConnectionInput{VpcPeeringConnectionId: &id}))(g.world)
		},
		change: func() detect.Finding {
			accept(id)
			return g.finding(detect.Resource{Type: detect.PeeringConnection, ID: id}, "AcceptVpcPeeringConnection", nil)
		},
	}
}
