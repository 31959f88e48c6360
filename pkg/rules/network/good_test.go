package network_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/network"
)

func harmless(name, request, response string) *cloudtrail.Event {
	return &cloudtrail.Event{
		Source: "ec2.amazonaws.com", Name: name, Account: "111122223333", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Request: cloudtrail.NewPayload([]byte(request)), Response: cloudtrail.NewPayload([]byte(response)),
	}
}

// TestGood holds what is remembered of harmless events, so that a later change can be put back to it.
func TestGood(t *testing.T) {
	const office = `{"groupId":"sg-1","securityGroupRuleId":"sgr-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"198.51.100.0/24"}`
	for name, tt := range map[string]struct {
		ev   *cloudtrail.Event
		want []detect.State
	}{
		"rule added": {
			harmless("AuthorizeSecurityGroupIngress", `{"groupId":"sg-1"}`, `{"securityGroupRuleSet":{"items":[`+office+`]}}`),
			[]detect.State{{
				Aspect: "security-group-rule", Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"}, Name: "sgr-1",
				State: json.RawMessage(`{"id":"sgr-1","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"198.51.100.0/24"}`),
			}},
		},
		"rules added, one of another group": {
			harmless("AuthorizeSecurityGroupIngress", `{"groupId":"sg-1"}`, `{"securityGroupRuleSet":{"items":[`+office+`,
				{"groupId":"sg-1","securityGroupRuleId":"sgr-2","ipProtocol":"-1","referencedGroupInfo":{"groupId":"sg-2"}},
				{"groupId":"sg-1","securityGroupRuleId":"sgr-3","ipProtocol":"-1","cidrIpv4":"10.0.0.0/8","isEgress":true}]}}`),
			[]detect.State{
				{
					Aspect: "security-group-rule", Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"}, Name: "sgr-1",
					State: json.RawMessage(`{"id":"sgr-1","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"198.51.100.0/24"}`),
				},
				{Aspect: "security-group-rule", Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"}, Name: "sgr-2", State: json.RawMessage(`null`)},
			},
		},
		"rules modified, one to a list of prefixes": {
			harmless("ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":[
				{"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"198.51.100.0/24"}},
				{"SecurityGroupRuleId":"sgr-2","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"PrefixListId":"pl-1"}}]}}`, `null`),
			[]detect.State{
				{
					Aspect: "security-group-rule", Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"}, Name: "sgr-1",
					State: json.RawMessage(`{"id":"sgr-1","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"198.51.100.0/24"}`),
				},
				{Aspect: "security-group-rule", Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"}, Name: "sgr-2", State: json.RawMessage(`null`)},
			},
		},
		"rule, no answer": {harmless("AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"198.51.100.0/24"}`, `null`), nil},
		"entry that denies": {
			harmless("CreateNetworkAclEntry", `{"networkAclId":"acl-1","ruleNumber":100,"egress":false,"ruleAction":"deny","aclProtocol":"6","portRange":{"from":22,"to":22},"cidrBlock":"0.0.0.0/0"}`, `null`),
			[]detect.State{{
				Aspect: "network-acl-entry", Resource: detect.Resource{Type: detect.NetworkACL, ID: "acl-1"}, Name: "100",
				State: json.RawMessage(`{"entry":{"number":100,"allow":false,"protocol":"6","from_port":22,"to_port":22,"icmp_type":-1,"icmp_code":-1,"cidr_ipv4":"0.0.0.0/0"}}`),
			}},
		},
		"outbound entry":         {harmless("CreateNetworkAclEntry", `{"networkAclId":"acl-1","ruleNumber":100,"egress":true,"ruleAction":"allow","aclProtocol":"-1","cidrBlock":"0.0.0.0/0"}`, `null`), nil},
		"entry, odd number":      {harmless("CreateNetworkAclEntry", `{"networkAclId":"acl-1","ruleNumber":"many","egress":false,"ruleAction":"deny","aclProtocol":"-1","cidrBlock":"0.0.0.0/0"}`, `null`), nil},
		"outbound entry deleted": {harmless("DeleteNetworkAclEntry", `{"networkAclId":"acl-1","ruleNumber":100,"egress":true}`, `null`), nil},
		"entry deleted": {
			harmless("DeleteNetworkAclEntry", `{"networkAclId":"acl-1","ruleNumber":100,"egress":false}`, `null`),
			[]detect.State{{
				Aspect: "network-acl-entry", Resource: detect.Resource{Type: detect.NetworkACL, ID: "acl-1"}, Name: "100", State: json.RawMessage(`{"entry":null}`),
			}},
		},
		"route to what nobody knows": {
			harmless("ReplaceRoute", `{"routeTableId":"rtb-1","destinationCidrBlock":"0.0.0.0/0","odbNetworkArn":"arn:aws:odb:us-east-1:111122223333:odb-network/n"}`, `null`),
			[]detect.State{{
				Aspect: "route", Resource: detect.Resource{Type: detect.RouteTable, ID: "rtb-1"}, Name: "0.0.0.0/0", State: json.RawMessage(`null`),
			}},
		},
		"route to a NAT gateway": {
			harmless("CreateRoute", `{"routeTableId":"rtb-1","destinationCidrBlock":"203.0.113.7/0","natGatewayId":"nat-1"}`, `null`),
			[]detect.State{{
				Aspect: "route", Resource: detect.Resource{Type: detect.RouteTable, ID: "rtb-1"}, Name: "0.0.0.0/0",
				State: json.RawMessage(`{"route":{"destination_ipv4":"203.0.113.7/0","nat_gateway":"nat-1"}}`),
			}},
		},
		"route to a list of prefixes": {harmless("CreateRoute", `{"routeTableId":"rtb-1","destinationPrefixListId":"pl-1","natGatewayId":"nat-1"}`, `null`), nil},
		"subnet deleted":              {harmless("DeleteSubnet", `{"subnetId":"subnet-1"}`, `null`), nil},
	} {
		got := detect.NewIndex(network.Rules()).Good(tt.ev)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestActionParams holds what a finding says to the action that answers it, and where it offers none.
func TestActionParams(t *testing.T) {
	const rule = `{"id":"sgr-01b2c3d4e5f600101","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0","description":"temporary"}`
	for event, tt := range map[string]struct {
		action string
		params map[string]string
	}{
		"ec2/CreateNetworkAclEntry.ssh.json": {"delete-network-acl-entry", map[string]string{
			detect.ParamPart:     "100",
			detect.ParamACLEntry: `{"number":100,"allow":true,"protocol":"6","from_port":22,"to_port":22,"icmp_type":-1,"icmp_code":-1,"cidr_ipv4":"0.0.0.0/0"}`,
		}},
		"ec2/CreateNetworkAclEntry.ipv6-postgres.json": {"delete-network-acl-entry", map[string]string{
			detect.ParamPart:     "100",
			detect.ParamACLEntry: `{"number":100,"allow":true,"protocol":"6","from_port":5432,"to_port":5432,"icmp_type":-1,"icmp_code":-1,"cidr_ipv6":"::/0"}`,
		}},
		"ec2/DeleteNetworkAclEntry.ingress.json":       {"", nil},
		"ec2/ReplaceNetworkAclAssociation.subnet.json": {"", nil},
		"ec2/CreateRoute.interface-ipv6.json": {"restore-route", map[string]string{
			detect.ParamPart: "::/0", detect.ParamRoute: `{"destination_ipv6":"::/0","network_interface":"eni-0a1b2c3d4e5f60718"}`,
		}},
		"ec2/CreateRoute.firewall.json": {"restore-route", map[string]string{
			detect.ParamPart: "0.0.0.0/0", detect.ParamRoute: `{"destination_ipv4":"0.0.0.0/0","gateway":"vpce-0123456789abcdef0"}`,
		}},
		"ec2/AcceptVpcPeeringConnection.other-account.json": {"delete-vpc-peering-connection", nil},
		"ec2/DeleteSubnet.console.json":                     {"", nil},
		"ec2/ModifySecurityGroupRules.ssh.json": {"restore-modified-security-group-rule", map[string]string{
			detect.ParamPart: "sgr-01b2c3d4e5f600101", detect.ParamRuleIDs: "sgr-01b2c3d4e5f600101", detect.ParamRules: "[" + rule + "]",
		}},
	} {
		found := detect.NewIndex(network.Rules()).Match(ruletest.Events(t)[event])
		if len(found) == 0 {
			t.Errorf("%s: no finding", event)
			continue
		}
		f := found[0]
		if (tt.action == "") != (len(f.Actions) == 0) || tt.action != "" && (len(f.Actions) != 1 || f.Actions[0] != tt.action) {
			t.Errorf("%s: actions %v, want %q", event, f.Actions, tt.action)
		}
		if diff := cmp.Diff(tt.params, f.Params); diff != "" {
			t.Errorf("%s (-want +got):\n%s", event, diff)
		}
	}
}

// TestAnswerLeavesOut holds that a rule which only the request names is found too, and one that both name is found once, however
// each spells it.
func TestAnswerLeavesOut(t *testing.T) {
	ev := harmless("AuthorizeSecurityGroupIngress", `{"groupName":"web","ipPermissions":{"items":[
		{"ipProtocol":"6","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"208.236.235.254/0"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}},
		{"ipProtocol":"-1","ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}`,
		`{"securityGroupRuleSet":{"items":[
		{"groupId":"sg-1","securityGroupRuleId":"sgr-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"},
		{"groupId":"sg-1","securityGroupRuleId":"sgr-2","ipProtocol":"-1","fromPort":-1,"toPort":-1,"cidrIpv4":"0.0.0.0/0"}]}}`)
	found, err := network.SecurityGroupOpenedToWorld().Match(ev)
	if err != nil || len(found) != 1 || found[0].Resource.ID != "sg-1" {
		t.Fatalf("found %+v, %v", found, err)
	}
	const want = `[{"id":"sgr-1","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0"},` +
		`{"id":"sgr-2","protocol":"-1","from_port":-1,"to_port":-1,"cidr_ipv4":"0.0.0.0/0"},` +
		`{"protocol":"6","from_port":22,"to_port":22,"cidr_ipv6":"::/0"}]`
	if got := found[0].Params[detect.ParamRules]; got != want {
		t.Errorf("rules %s, want %s", got, want)
	}
}
