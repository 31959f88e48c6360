package simaws_test

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/detect"
)

func networkScenarios() []scenario {
	return []scenario{aclEntryAdded(), aclEntryReplaced(), routeAdded(), routeReplaced(), ruleModified(), metadataTokensScenario(), mirrorScenario(), peeringScenario()}
}

func param(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func newVPC(w *world) *string {
	return must(w.ec2.CreateVpc(w.t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")}))(w).Vpc.VpcId
}

// aclWith makes a network ACL with entry 90, which is no event's, and an entry 100 for ssh.
func aclWith(w *world, cidr string) (acl string) {
	acl = *must(w.ec2.CreateNetworkAcl(w.t.Context(), &ec2.CreateNetworkAclInput{VpcId: newVPC(w)}))(w).NetworkAcl.NetworkAclId
	addEntry(w, acl, 90, 443, "0.0.0.0/0")
	addEntry(w, acl, 100, 22, cidr)
	return acl
}

func addEntry(w *world, acl string, number, port int32, cidr string) {
	must(w.ec2.CreateNetworkAclEntry(w.t.Context(), &ec2.CreateNetworkAclEntryInput{
		NetworkAclId: &acl, RuleNumber: &number, Egress: aws.Bool(false), RuleAction: ec2types.RuleActionAllow,
		Protocol: aws.String("6"), PortRange: &ec2types.PortRange{From: &port, To: &port}, CidrBlock: &cidr,
	}))(w)
}

func replaceEntry(w *world, acl string, number, port int32, cidr string) {
	must(w.ec2.ReplaceNetworkAclEntry(w.t.Context(), &ec2.ReplaceNetworkAclEntryInput{
		NetworkAclId: &acl, RuleNumber: &number, Egress: aws.Bool(false), RuleAction: ec2types.RuleActionAllow,
		Protocol: aws.String("6"), PortRange: &ec2types.PortRange{From: &port, To: &port}, CidrBlock: &cidr,
	}))(w)
}

// worldEntry is the entry of the event as the rule reads it from the record.
func worldEntry() detect.ACLEntry {
	return detect.ACLEntry{
		Number: 100, Allow: true, Protocol: "6", FromPort: 22, ToPort: 22, ICMPType: -1, ICMPCode: -1, CIDRIPv4: "203.0.113.7/0",
	}
}

func aclScenario(name, event string) scenario {
	return scenario{
		name: name, action: "delete-network-acl-entry",
		meddle: func(w *world, f detect.Finding) {
			number, acl := int32(100), f.Resource.ID
			_, _ = w.ec2.DeleteNetworkAclEntry(w.t.Context(), &ec2.DeleteNetworkAclEntryInput{
				NetworkAclId: &acl, RuleNumber: &number, Egress: aws.Bool(false),
			})
			addEntry(w, acl, number, 8443, "192.0.2.0/24")
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.DeleteNetworkAcl(w.t.Context(), &ec2.DeleteNetworkAclInput{NetworkAclId: &f.Resource.ID}))(w)
		},
		seed: func(w *world, _ string) detect.Finding {
			var acl string
			if event == "ReplaceNetworkAclEntry" {
				acl = aclWith(w, "198.51.100.0/24")
				replaceEntry(w, acl, 100, 22, "0.0.0.0/0")
			} else {
				acl = aclWith(w, "0.0.0.0/0")
			}
			return w.finding(detect.Resource{Type: detect.NetworkACL, ID: acl}, event, map[string]string{detect.ParamACLEntry: param(worldEntry())})
		},
	}
}

func aclEntryAdded() scenario { return aclScenario("ACL entry added", "CreateNetworkAclEntry") }

func aclEntryReplaced() scenario {
	s := aclScenario("ACL entry replaced", "ReplaceNetworkAclEntry")
	s.good = func(*world, detect.Finding) any {
		e := worldEntry()
		e.CIDRIPv4 = "198.51.100.0/24"
		return map[string]any{"entry": e}
	}
	return s
}

func modifyRule(w *world, group, rule string, port int32, cidr string) {
	to := &ec2types.SecurityGroupRuleRequest{
		IpProtocol: aws.String("tcp"), FromPort: &port, ToPort: &port, CidrIpv4: &cidr, Description: aws.String("office"),
	}
	if strings.Contains(cidr, ":") {
		to.CidrIpv4, to.CidrIpv6 = nil, &cidr
	}
	must(w.ec2.ModifySecurityGroupRules(w.t.Context(), &ec2.ModifySecurityGroupRulesInput{
		GroupId: &group, SecurityGroupRules: []ec2types.SecurityGroupRuleUpdate{{SecurityGroupRuleId: &rule, SecurityGroupRule: to}},
	}))(w)
}

func ruleModified() scenario {
	rule := func(f detect.Finding, cidr string) detect.SecurityGroupRule {
		return detect.SecurityGroupRule{ID: f.Params[detect.ParamPart], Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv4: cidr, Description: "office"}
	}
	return scenario{
		name: "security group rule modified", action: "restore-modified-security-group-rule",
		seed: func(w *world, name string) detect.Finding {
			group := *must(w.ec2.CreateSecurityGroup(w.t.Context(), &ec2.CreateSecurityGroupInput{GroupName: &name, Description: aws.String("test")}))(w).GroupId
			authorize(w, group, port(443, "0.0.0.0/0", "", "the web server"))
			id := *authorize(w, group, port(22, "198.51.100.0/24", "", "office"))[0].SecurityGroupRuleId
			modifyRule(w, group, id, 22, "0.0.0.0/0")
			f := w.finding(detect.Resource{Type: detect.SecurityGroup, ID: group}, "ModifySecurityGroupRules", map[string]string{detect.ParamPart: id})
			f.Params[detect.ParamRules] = param([]detect.SecurityGroupRule{rule(f, "203.0.113.7/0")})
			return f
		},
		good: func(_ *world, f detect.Finding) any { return rule(f, "198.51.100.0/24") },
		meddle: func(w *world, f detect.Finding) {
			modifyRule(w, f.Resource.ID, f.Params[detect.ParamPart], 8443, "192.0.2.0/24")
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.RevokeSecurityGroupIngress(w.t.Context(), &ec2.RevokeSecurityGroupIngressInput{
				GroupId: &f.Resource.ID, SecurityGroupRuleIds: []string{f.Params[detect.ParamPart]},
			}))(w)
		},
	}
}

func newGateway(w *world) string {
	return *must(w.ec2.CreateInternetGateway(w.t.Context(), &ec2.CreateInternetGatewayInput{}))(w).InternetGateway.InternetGatewayId
}

func routeScenario(name, event string) scenario {
	return scenario{
		name: name, action: "restore-route",
		seed: func(w *world, _ string) detect.Finding {
			table := *must(w.ec2.CreateRouteTable(w.t.Context(), &ec2.CreateRouteTableInput{VpcId: newVPC(w)}))(w).RouteTable.RouteTableId
			gateway, first := newGateway(w), ""
			leads := func(destination, gateway string) {
				must(w.ec2.CreateRoute(w.t.Context(), &ec2.CreateRouteInput{
					RouteTableId: &table, DestinationCidrBlock: &destination, GatewayId: &gateway,
				}))(w)
			}
			leads("192.0.2.0/24", gateway)
			if event == "CreateRoute" {
				leads("0.0.0.0/0", gateway)
			} else {
				first = newGateway(w)
				leads("0.0.0.0/0", first)
				leadElsewhere(w, table, gateway)
			}
			f := w.finding(detect.Resource{Type: detect.RouteTable, ID: table}, event, map[string]string{
				detect.ParamRoute: param(detect.Route{DestinationIPv4: "203.0.113.7/0", Gateway: gateway}),
			})
			f.Resource.Parent = first // only for good to find it
			return f
		},
		meddle: func(w *world, f detect.Finding) {
			table := f.Resource.ID
			_, _ = w.ec2.DeleteRoute(w.t.Context(), &ec2.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("0.0.0.0/0")})
			gateway := newGateway(w)
			must(w.ec2.CreateRoute(w.t.Context(), &ec2.CreateRouteInput{
				RouteTableId: &table, DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: &gateway,
			}))(w)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.DeleteRouteTable(w.t.Context(), &ec2.DeleteRouteTableInput{RouteTableId: &f.Resource.ID}))(w)
		},
	}
}

func leadElsewhere(w *world, table, gateway string) {
	must(w.ec2.ReplaceRoute(w.t.Context(), &ec2.ReplaceRouteInput{
		RouteTableId: &table, DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: &gateway,
	}))(w)
}

func routeAdded() scenario { return routeScenario("route added", "CreateRoute") }

func routeReplaced() scenario {
	s := routeScenario("route replaced", "ReplaceRoute")
	s.good = func(_ *world, f detect.Finding) any {
		return map[string]any{"route": detect.Route{DestinationIPv4: "0.0.0.0/0", Gateway: f.Resource.Parent}}
	}
	return s
}

func metadataTokensScenario() scenario {
	return scenario{
		name: "instance metadata tokens", action: "require-instance-metadata-tokens",
		seed: func(w *world, _ string) detect.Finding {
			one := int32(1)
			out := must(w.ec2.RunInstances(w.t.Context(), &ec2.RunInstancesInput{
				ImageId: aws.String("ami-12c6146b"), MinCount: &one, MaxCount: &one, InstanceType: ec2types.InstanceTypeT3Micro,
			}))(w)
			id := *out.Instances[0].InstanceId
			must(w.ec2.ModifyInstanceMetadataOptions(w.t.Context(), &ec2.ModifyInstanceMetadataOptionsInput{
				InstanceId: &id, HttpTokens: ec2types.HttpTokensStateOptional,
			}))(w)
			return w.finding(detect.Resource{Type: detect.Instance, ID: id}, "ModifyInstanceMetadataOptions", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.TerminateInstances(w.t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{f.Resource.ID}}))(w)
		},
	}
}

func createMirror(w *world, eni, target string, number int32) {
	must(w.ec2.CreateTrafficMirrorSession(w.t.Context(), &ec2.CreateTrafficMirrorSessionInput{
		NetworkInterfaceId: &eni, SessionNumber: &number, TrafficMirrorTargetId: &target,
		TrafficMirrorFilterId: aws.String("tmf-0a1b2c3d4e5f60718"), Description: aws.String("look"),
	}))(w)
}

func deleteMirror(w *world, eni string) {
	out := must(w.ec2.DescribeTrafficMirrorSessions(w.t.Context(), &ec2.DescribeTrafficMirrorSessionsInput{}))(w)
	for _, s := range out.TrafficMirrorSessions {
		if *s.NetworkInterfaceId == eni && *s.SessionNumber == 2 {
			must(w.ec2.DeleteTrafficMirrorSession(w.t.Context(), &ec2.DeleteTrafficMirrorSessionInput{TrafficMirrorSessionId: s.TrafficMirrorSessionId}))(w)
		}
	}
}

func mirrorScenario() scenario {
	const eni = "eni-0a1b2c3d4e5f60718"
	return scenario{
		name: "traffic mirror session", action: "delete-traffic-mirror-session",
		simulated: "moto has no sessions, only targets and filters",
		seed: func(w *world, _ string) detect.Finding {
			createMirror(w, eni, "tmt-00000000000000001", 1) // the monitoring's own
			createMirror(w, eni, "tmt-0a1b2c3d4e5f60718", 2)
			return w.finding(detect.Resource{Type: detect.NetworkInterface, ID: eni}, "CreateTrafficMirrorSession", map[string]string{
				detect.ParamMirror: param(detect.MirrorOf{Number: 2, Target: "tmt-0a1b2c3d4e5f60718", Filter: "tmf-0a1b2c3d4e5f60718"}),
			})
		},
		meddle: func(w *world, _ detect.Finding) {
			deleteMirror(w, eni)
			createMirror(w, eni, "tmt-00000000000000003", 2)
		},
	}
}

func peeringScenario() scenario {
	return scenario{
		name: "peering connection", action: "delete-vpc-peering-connection", irreversible: true,
		seed: func(w *world, _ string) detect.Finding {
			out := must(w.ec2.CreateVpcPeeringConnection(w.t.Context(), &ec2.CreateVpcPeeringConnectionInput{VpcId: newVPC(w), PeerVpcId: newVPC(w)}))(w)
			id := out.VpcPeeringConnection.VpcPeeringConnectionId
			must(w.ec2.AcceptVpcPeeringConnection(w.t.Context(), &ec2.AcceptVpcPeeringConnectionInput{VpcPeeringConnectionId: id}))(w)
			return w.finding(detect.Resource{Type: detect.PeeringConnection, ID: *id}, "AcceptVpcPeeringConnection", nil)
		},
	}
}
