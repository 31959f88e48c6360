package network_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/network"
)

// TestParams holds that a finding names the rules that are open to the world, and no neighbour.
func TestParams(t *testing.T) {
	tests := []struct {
		event string
		ids   string
		acts  bool
		rules []detect.SecurityGroupRule
	}{
		{
			"ec2/AuthorizeSecurityGroupIngress.mixed.json", "sgr-01b2c3d4e5f60000a", true,
			[]detect.SecurityGroupRule{{
				ID: "sgr-01b2c3d4e5f60000a", Protocol: "tcp", FromPort: 8080, ToPort: 8090, CIDRIPv4: "0.0.0.0/0", Description: "apps",
			}},
		},
		{
			"ec2/AuthorizeSecurityGroupIngress.all-traffic.json", "sgr-01b2c3d4e5f600004,sgr-01b2c3d4e5f600005", true,
			[]detect.SecurityGroupRule{
				{ID: "sgr-01b2c3d4e5f600004", Protocol: "-1", FromPort: -1, ToPort: -1, CIDRIPv4: "0.0.0.0/0", Description: "temp"},
				{ID: "sgr-01b2c3d4e5f600005", Protocol: "-1", FromPort: -1, ToPort: -1, CIDRIPv6: "::/0", Description: "temp"},
			},
		},
		{
			"ec2/AuthorizeSecurityGroupIngress.request-only.json", "", true,
			[]detect.SecurityGroupRule{{Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv4: "0.0.0.0/0"}},
		},
		{
			"ec2/ModifySecurityGroupRules.several.json", "sgr-01b2c3d4e5f600102,sgr-01b2c3d4e5f600103", false,
			[]detect.SecurityGroupRule{
				{ID: "sgr-01b2c3d4e5f600102", Protocol: "tcp", FromPort: 3306, ToPort: 3306, CIDRIPv6: "::/0"},
				{ID: "sgr-01b2c3d4e5f600103", Protocol: "-1", FromPort: -1, ToPort: -1, CIDRIPv4: "0.0.0.0/0"},
			},
		},
	}
	all := ruletest.Events(t)
	index := detect.NewIndex(network.Rules())
	for _, tt := range tests {
		t.Run(tt.event, func(t *testing.T) {
			found := index.Match(all[tt.event])
			if len(found) != 1 {
				t.Fatalf("%d findings", len(found))
			}
			var rules []detect.SecurityGroupRule
			if err := json.Unmarshal([]byte(found[0].Params[detect.ParamRules]), &rules); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.rules, rules); diff != "" {
				t.Errorf("rules (-want +got)\n%s", diff)
			}
			if got := found[0].Params[detect.ParamRuleIDs]; got != tt.ids {
				t.Errorf("rule ids %q, want %q", got, tt.ids)
			}
			if acts := len(found[0].Actions) > 0; acts != tt.acts {
				t.Errorf("actions %v", found[0].Actions)
			}
		})
	}
}

func authorize(request, response string) *cloudtrail.Event {
	return &cloudtrail.Event{
		Source: "ec2.amazonaws.com", Name: "AuthorizeSecurityGroupIngress", Account: "111122223333",
		Request: cloudtrail.NewPayload([]byte(request)), Response: cloudtrail.NewPayload([]byte(response)),
	}
}

// TestOddShapes holds what no sample event shows.
func TestOddShapes(t *testing.T) {
	const openRule = `{"groupId":"sg-1","securityGroupRuleId":"sgr-1","ipProtocol":"tcp","fromPort":"22","toPort":"22","cidrIpv4":"0.0.0.0/0"}`
	tests := []struct {
		name, request, response string
		findings                int
		unjudged                bool
	}{
		{"response alone", `{"omitted":true}`, `{"securityGroupRuleSet":{"items":[` + openRule + `]}}`, 1, false},
		{"response as a bare list, ports as text", `{}`, `{"securityGroupRuleSet":[` + openRule + `]}`, 1, false},
		{"request alone", `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}`, `null`, 1, false},
		{"group by name", `{"groupName":"default","cidrIp":"0.0.0.0/0","ipProtocol":"-1"}`, `null`, 1, false},
		{"both forms", `{"groupId":"sg-1","cidrIp":"0.0.0.0/0","fromPort":22,"toPort":22,"ipProtocol":"tcp","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":5432,"toPort":5432,"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]}}]}}`, `null`, 1, false},
		{"two groups", `{}`, `{"securityGroupRuleSet":{"items":[` + openRule + `,{"groupId":"sg-2","securityGroupRuleId":"sgr-2","ipProtocol":"-1","cidrIpv6":"::/0"}]}}`, 2, false},
		{"outbound", `{}`, `{"securityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-1","isEgress":true,"ipProtocol":"-1","cidrIpv4":"0.0.0.0/0"}]}}`, 0, false},
		{"from a security group, flat", `{"groupId":"sg-1","sourceSecurityGroupName":"web"}`, `null`, 0, false},
		{"nothing authorised", `{"groupId":"sg-1","ipPermissions":{}}`, `null`, 1, true},
		{"no group", `{"cidrIp":"0.0.0.0/0","ipProtocol":"-1"}`, `null`, 1, true},
		{"no CIDR", `{"groupId":"sg-1","cidrIp":"...","ipProtocol":"tcp","fromPort":22,"toPort":22}`, `null`, 1, true},
		{"port is no number", `{"groupId":"sg-1","cidrIp":"0.0.0.0/0","ipProtocol":"tcp","fromPort":"ssh","toPort":"ssh"}`, `null`, 1, true},
		{"response of another shape", `{"groupId":"sg-1"}`, `{"securityGroupRuleSet":"many"}`, 1, true},
		{"one readable, one not", `{}`, `{"securityGroupRuleSet":{"items":[` + openRule + `,{"groupId":"sg-2","ipProtocol":"-1","cidrIpv4":"?"}]}}`, 2, true},
	}
	index := detect.NewIndex(network.Rules())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := index.Match(authorize(tt.request, tt.response))
			unjudged := false
			for _, f := range found {
				unjudged = unjudged || f.Unjudged != ""
			}
			if len(found) != tt.findings || unjudged != tt.unjudged {
				t.Errorf("%d findings, not judged %v: %+v", len(found), unjudged, found)
			}
		})
	}
}
