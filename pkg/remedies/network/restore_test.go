package network

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const awsRegion = "eu-central-1"

func emptyAccount() (*simaws.Account, access.Accounts, *ec2.Client) {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	return sim, access.HomeAccount(sim.Config("us-east-1"), access.Known(account)), ec2.NewFromConfig(sim.Config(awsRegion))
}

func about(t *testing.T, kind detect.ResourceType, id, event, param string, value any) detect.Finding {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return detect.Finding{
		Rule: "NET-1", Resource: detect.Resource{Type: kind, ID: id}, Params: map[string]string{param: string(raw), detect.ParamPart: "sgr-1"},
		Event: detect.EventRef{Name: event, Account: account, Region: awsRegion, Partition: "aws"},
	}
}

// remembered says of every aspect what is given.
func remembered(t *testing.T, state any) remedy.Known {
	t.Helper()
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	return func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) { return raw, true, nil }
}

func refused(err error) bool {
	var refusal *remedy.Refusal
	return errors.As(err, &refusal)
}

func open(number int32, cidr string) detect.ACLEntry {
	return detect.ACLEntry{Number: number, Allow: true, Protocol: "6", FromPort: 22, ToPort: 22, ICMPType: -1, ICMPCode: -1, CIDRIPv4: cidr}
}

// newACL makes a network ACL with inbound entries and an outbound one of the first's number.
func newACL(t *testing.T, api *ec2.Client, list ...detect.ACLEntry) string {
	t.Helper()
	out, err := api.CreateNetworkAcl(t.Context(), &ec2.CreateNetworkAclInput{VpcId: aws.String("vpc-1")})
	if err != nil {
		t.Fatal(err)
	}
	id := out.NetworkAcl.NetworkAclId
	outbound := list[0]
	outbound.Egress = true
	for _, e := range append(list, outbound) {
		in := requestOf(e)
		in.NetworkAclId = id
		if _, err := api.CreateNetworkAclEntry(t.Context(), &in); err != nil {
			t.Fatal(err)
		}
	}
	return *id
}

func entriesOf(t *testing.T, api *ec2.Client, acl string) []types.NetworkAclEntry {
	t.Helper()
	out, err := api.DescribeNetworkAcls(t.Context(), &ec2.DescribeNetworkAclsInput{NetworkAclIds: []string{acl}})
	if err != nil {
		t.Fatal(err)
	}
	return out.NetworkAcls[0].Entries
}

// TestACLEntryAlone holds that of a network ACL only the event's entry goes, and comes back as it was.
func TestACLEntryAlone(t *testing.T) {
	ping := detect.ACLEntry{Number: 110, Allow: true, Protocol: "1", FromPort: -1, ToPort: -1, ICMPType: 8, ICMPCode: 0, CIDRIPv4: "0.0.0.0/0"}
	postgres6 := detect.ACLEntry{Number: 120, Allow: true, Protocol: "6", FromPort: 5432, ToPort: 5432, ICMPType: -1, ICMPCode: -1, CIDRIPv6: "::/0"}
	everything := detect.ACLEntry{Number: 130, Allow: true, Protocol: "-1", FromPort: -1, ToPort: -1, ICMPType: -1, ICMPCode: -1, CIDRIPv4: "0.0.0.0/0"}
	list := []detect.ACLEntry{open(100, "0.0.0.0/0"), ping, postgres6, everything}
	for _, e := range list {
		_, accounts, api := emptyAccount()
		acl := newACL(t, api, list...)
		before := entriesOf(t, api, acl)
		r := DeleteNetworkACLEntry(accounts)
		c, _, err := r.Plan(t.Context(), about(t, detect.NetworkACL, acl, "CreateNetworkAclEntry", detect.ParamACLEntry, e), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Apply(t.Context(), *c); err != nil {
			t.Fatal(err)
		}
		if got := len(entriesOf(t, api, acl)); got != len(before)-1 {
			t.Errorf("%s: %d entries are left of %d", c.Summary, got, len(before))
		}
		if err := r.Undo(t.Context(), *c); err != nil {
			t.Fatal(err)
		}
		byNumber := cmpopts.SortSlices(func(a, b types.NetworkAclEntry) bool {
			return *a.RuleNumber < *b.RuleNumber || *a.RuleNumber == *b.RuleNumber && !*a.Egress && *b.Egress
		})
		ignore := cmpopts.IgnoreUnexported(types.NetworkAclEntry{}, types.PortRange{}, types.IcmpTypeCode{})
		if diff := cmp.Diff(before, entriesOf(t, api, acl), byNumber, ignore); diff != "" {
			t.Errorf("%s: apply and undo changed (-before +after):\n%s", c.Summary, diff)
		}
	}
}

func TestACLEntryRefuses(t *testing.T) {
	_, accounts, api := emptyAccount()
	acl := newACL(t, api, open(100, "0.0.0.0/0"))
	r := DeleteNetworkACLEntry(accounts)
	event := func(name string, e detect.ACLEntry) detect.Finding {
		return about(t, detect.NetworkACL, acl, name, detect.ParamACLEntry, e)
	}
	egress, deny, nowhere := open(100, "0.0.0.0/0"), open(100, "0.0.0.0/0"), open(100, "")
	egress.Egress, deny.Allow = true, false
	named := event("CreateNetworkAclEntry", open(100, "0.0.0.0/0"))
	named.Resource.ID = "default"
	unsaid := event("CreateNetworkAclEntry", open(100, "0.0.0.0/0"))
	unsaid.Params = nil
	for name, tt := range map[string]struct {
		f     detect.Finding
		known remedy.Known
	}{
		"egress":                     {f: event("CreateNetworkAclEntry", egress)},
		"deny":                       {f: event("CreateNetworkAclEntry", deny)},
		"no range":                   {f: event("CreateNetworkAclEntry", nowhere)},
		"no number":                  {f: event("CreateNetworkAclEntry", open(0, "0.0.0.0/0"))},
		"no id":                      {f: named},
		"nothing said":               {f: unsaid},
		"replaced, nobody knows":     {f: event("ReplaceNetworkAclEntry", open(100, "0.0.0.0/0"))},
		"replaced, another's memory": {event("ReplaceNetworkAclEntry", open(100, "0.0.0.0/0")), remembered(t, map[string]any{"entry": open(90, "192.0.2.0/24")})},
		"deleted":                    {f: event("DeleteNetworkAclEntry", open(100, "0.0.0.0/0"))},
	} {
		if c, _, err := r.Plan(t.Context(), tt.f, tt.known); c != nil || !refused(err) {
			t.Errorf("%s: %v, %v; want a refusal", name, c, err)
		}
	}
	for name, e := range map[string]detect.ACLEntry{
		"narrowed since": open(100, "192.0.2.0/24"), "gone": open(101, "0.0.0.0/0"),
	} {
		if c, nothing, err := r.Plan(t.Context(), event("CreateNetworkAclEntry", e), nil); c != nil || nothing == "" || err != nil {
			t.Errorf("%s: %v, %q, %v; want nothing left to do", name, c, nothing, err)
		}
	}
}

func TestRouteRefuses(t *testing.T) {
	sim, accounts, _ := emptyAccount()
	r := RestoreRoute(accounts)
	way := detect.Route{DestinationIPv4: "0.0.0.0/0", Gateway: "igw-1"}
	both := way
	both.DestinationIPv6 = "::/0"
	for name, f := range map[string]detect.Finding{
		"no id":        about(t, detect.RouteTable, "main", "CreateRoute", detect.ParamRoute, way),
		"no way":       about(t, detect.RouteTable, "rtb-1", "CreateRoute", detect.ParamRoute, detect.Route{DestinationIPv4: "0.0.0.0/0"}),
		"nowhere":      about(t, detect.RouteTable, "rtb-1", "CreateRoute", detect.ParamRoute, detect.Route{Gateway: "igw-1"}),
		"two places":   about(t, detect.RouteTable, "rtb-1", "CreateRoute", detect.ParamRoute, both),
		"nothing said": about(t, detect.RouteTable, "rtb-1", "CreateRoute", detect.ParamRules, way),
		"a peering":    about(t, detect.PeeringConnection, "pcx-1", "AcceptVpcPeeringConnection", detect.ParamRoute, way),
	} {
		if c, _, err := r.Plan(t.Context(), f, nil); c != nil || !refused(err) || len(sim.Calls()) > 0 {
			t.Errorf("%s: %v, %v; want a refusal", name, c, err)
		}
	}
}

// TestRoutes holds what becomes of a route by how it came and where it leads by now.
func TestRoutes(t *testing.T) {
	made := detect.Route{DestinationIPv4: "0.0.0.0/0", Instance: "i-1"}
	live := detect.Route{DestinationIPv4: "0.0.0.0/0", Instance: "i-1", NetworkInterface: "eni-1"} // EC2 tells both
	nat := detect.Route{DestinationIPv4: "0.0.0.0/0", NATGateway: "nat-1"}
	for name, tt := range map[string]struct {
		event   string
		live    detect.Route
		known   any
		after   *detect.Route
		refused bool
		nothing bool
	}{
		"added":                     {event: "CreateRoute", live: live},
		"added, the former known":   {event: "CreateRoute", live: live, known: nat},
		"replaced":                  {event: "ReplaceRoute", live: live, known: nat, after: &nat},
		"replaced, nobody knows":    {event: "ReplaceRoute", live: live, refused: true},
		"replaced, another's known": {event: "ReplaceRoute", live: live, known: detect.Route{DestinationIPv4: "10.0.0.0/8", NATGateway: "nat-1"}, refused: true},
		"led elsewhere since":       {event: "ReplaceRoute", live: nat, known: nat, nothing: true},
		"another call":              {event: "DeleteRoute", live: live, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, accounts, api := emptyAccount()
			table, err := api.CreateRouteTable(t.Context(), &ec2.CreateRouteTableInput{VpcId: aws.String("vpc-1")})
			if err != nil {
				t.Fatal(err)
			}
			id := table.RouteTable.RouteTableId
			_, err1 := api.CreateRoute(t.Context(), &ec2.CreateRouteInput{RouteTableId: id, DestinationCidrBlock: aws.String("10.1.0.0/16"), GatewayId: aws.String("vgw-1")})
			_, err2 := api.CreateRoute(t.Context(), &ec2.CreateRouteInput{
				RouteTableId: id, DestinationCidrBlock: aws.String("0.0.0.0/0"), InstanceId: optional(tt.live.Instance),
				NetworkInterfaceId: optional(tt.live.NetworkInterface), NatGatewayId: optional(tt.live.NATGateway),
			})
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			var memory remedy.Known
			if tt.known != nil {
				memory = remembered(t, map[string]any{"route": tt.known})
			}
			r := RestoreRoute(accounts)
			c, nothing, err := r.Plan(t.Context(), about(t, detect.RouteTable, *id, tt.event, detect.ParamRoute, made), memory)
			if refused(err) != tt.refused || (nothing != "") != tt.nothing || err != nil && !tt.refused {
				t.Fatalf("plan: %v, %q, %v", c, nothing, err)
			}
			if c == nil {
				return
			}
			if err := r.Apply(t.Context(), *c); err != nil {
				t.Fatal(err)
			}
			out, err := api.DescribeRouteTables(t.Context(), &ec2.DescribeRouteTablesInput{RouteTableIds: []string{*id}})
			if err != nil {
				t.Fatal(err)
			}
			want := []detect.Route{{DestinationIPv4: "10.1.0.0/16", Gateway: "vgw-1"}}
			if tt.after != nil {
				want = append(want, *tt.after)
			}
			var got []detect.Route
			for _, r := range out.RouteTables[0].Routes {
				got = append(got, liveRoute(r))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("routes (-want +got):\n%s", diff)
			}
			if err := r.Undo(t.Context(), *c); err != nil {
				t.Error(err)
			}
			if _, err := r.VerifyUndo(t.Context(), *c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestModifiedRuleRefuses(t *testing.T) {
	egress := ssh("sgr-1")
	egress.Egress = true
	for name, tt := range map[string]struct {
		live  detect.SecurityGroupRule
		event []detect.SecurityGroupRule
		by    string
		known any
	}{
		"nobody knows":         {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("sgr-1")}, "ModifySecurityGroupRules", nil},
		"known of another":     {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("sgr-1")}, "ModifySecurityGroupRules", narrow(ssh("sgr-2"))},
		"a group was let in":   {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("sgr-1")}, "ModifySecurityGroupRules", detect.SecurityGroupRule{ID: "sgr-1", Protocol: "tcp"}},
		"it lets out":          {egress, []detect.SecurityGroupRule{ssh("sgr-1")}, "ModifySecurityGroupRules", narrow(ssh("sgr-1"))},
		"several rules":        {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("sgr-1"), ssh6("sgr-2")}, "ModifySecurityGroupRules", narrow(ssh("sgr-1"))},
		"no id":                {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("")}, "ModifySecurityGroupRules", narrow(ssh("sgr-1"))},
		"added, not modified":  {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("sgr-1")}, "AuthorizeSecurityGroupIngress", narrow(ssh("sgr-1"))},
		"another than is said": {ssh("sgr-1"), []detect.SecurityGroupRule{ssh("sgr-9")}, "ModifySecurityGroupRules", narrow(ssh("sgr-9"))},
	} {
		sim, accounts, _ := emptyAccount()
		sim.AddSecurityGroupRule(awsRegion, group, tt.live)
		var memory remedy.Known
		if tt.known != nil {
			memory = remembered(t, tt.known)
		}
		c, _, err := RestoreModifiedSecurityGroupRule(accounts).Plan(t.Context(), about(t, detect.SecurityGroup, group, tt.by, detect.ParamRules, tt.event), memory)
		if c != nil || !refused(err) || len(sim.Writes()) > 0 {
			t.Errorf("%s: %v, %v; want a refusal", name, c, err)
		}
	}
}

func TestModifiedRuleIsGone(t *testing.T) {
	sim, accounts, _ := emptyAccount()
	sim.AddSecurityGroupRule(awsRegion, group, ssh("sgr-2"))
	f := about(t, detect.SecurityGroup, group, "ModifySecurityGroupRules", detect.ParamRules, []detect.SecurityGroupRule{ssh("sgr-1")})
	c, nothing, err := RestoreModifiedSecurityGroupRule(accounts).Plan(t.Context(), f, remembered(t, narrow(ssh("sgr-1"))))
	if c != nil || !strings.Contains(nothing, "no longer exists") || err != nil {
		t.Errorf("plan: %v, %q, %v; want nothing left to do", c, nothing, err)
	}
}

// TestTokensOfOtherInstances holds that only the event's instance is changed, and none that is known to need IMDSv1.
func TestTokensOfOtherInstances(t *testing.T) {
	_, accounts, api := emptyAccount()
	var ids []string
	for range 2 {
		out, err := api.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-1"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *out.Instances[0].InstanceId)
	}
	r := RequireInstanceMetadataTokens(accounts)
	f := about(t, detect.Instance, ids[0], "ModifyInstanceMetadataOptions", detect.ParamRules, nil)
	if c, _, err := r.Plan(t.Context(), f, remembered(t, types.HttpTokensStateOptional)); c != nil || !refused(err) {
		t.Errorf("an instance that needs IMDSv1: %v, %v; want a refusal", c, err)
	}
	for name, f := range map[string]detect.Finding{
		"defaults":  about(t, detect.Account, account, "ModifyInstanceMetadataDefaults", detect.ParamRules, nil),
		"user data": about(t, detect.Instance, ids[0], "ModifyInstanceAttribute", detect.ParamRules, nil),
	} {
		if c, _, err := r.Plan(t.Context(), f, nil); c != nil || !refused(err) {
			t.Errorf("%s: %v, %v; want a refusal", name, c, err)
		}
	}
	c, _, err := r.Plan(t.Context(), f, remembered(t, types.HttpTokensStateRequired))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	for n, want := range []types.HttpTokensState{types.HttpTokensStateRequired, types.HttpTokensStateOptional} {
		got, err := readTokens(t.Context(), api, remedy.Target{ID: ids[n]})
		if err != nil || got != want {
			t.Errorf("instance %d: %s, %v; want %s", n, got, err, want)
		}
	}
}

// TestMirrorSessions holds which session goes: the event's, by its interface, its number and where it copies to.
func TestMirrorSessions(t *testing.T) {
	const eni, target, filter = "eni-1", "tmt-1", "tmf-1"
	made := detect.MirrorOf{Number: 2, Target: target, Filter: filter}
	for name, tt := range map[string]struct {
		made    detect.MirrorOf
		kind    detect.ResourceType
		refused bool
		left    []string
	}{
		"the event's":       {made: made, kind: detect.NetworkInterface, left: []string{"eni-1/1", "eni-2/2"}},
		"another target":    {made: detect.MirrorOf{Number: 2, Target: "tmt-9", Filter: filter}, kind: detect.NetworkInterface, left: []string{"eni-1/1", "eni-1/2", "eni-2/2"}},
		"another filter":    {made: detect.MirrorOf{Number: 2, Target: target, Filter: "tmf-9"}, kind: detect.NetworkInterface, left: []string{"eni-1/1", "eni-1/2", "eni-2/2"}},
		"gone":              {made: detect.MirrorOf{Number: 3, Target: target, Filter: filter}, kind: detect.NetworkInterface, left: []string{"eni-1/1", "eni-1/2", "eni-2/2"}},
		"no number":         {made: detect.MirrorOf{Target: target, Filter: filter}, kind: detect.NetworkInterface, refused: true, left: []string{"eni-1/1", "eni-1/2", "eni-2/2"}},
		"a session changed": {made: made, kind: detect.MirrorSession, refused: true, left: []string{"eni-1/1", "eni-1/2", "eni-2/2"}},
	} {
		t.Run(name, func(t *testing.T) {
			sim, accounts, api := emptyAccount()
			for _, s := range []struct {
				eni    string
				number int32
			}{{eni, 1}, {eni, 2}, {"eni-2", 2}} {
				_, err := api.CreateTrafficMirrorSession(t.Context(), &ec2.CreateTrafficMirrorSessionInput{
					NetworkInterfaceId: &s.eni, SessionNumber: &s.number, TrafficMirrorTargetId: aws.String(target),
					TrafficMirrorFilterId: aws.String(filter), PacketLength: aws.Int32(100),
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			sessions := func() (names []string) {
				out, err := api.DescribeTrafficMirrorSessions(t.Context(), &ec2.DescribeTrafficMirrorSessionsInput{})
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range out.TrafficMirrorSessions {
					names = append(names, *s.NetworkInterfaceId+"/"+strconv.Itoa(int(*s.SessionNumber)))
				}
				slices.Sort(names)
				return names
			}
			r := DeleteTrafficMirrorSession(accounts)
			c, _, err := r.Plan(t.Context(), about(t, tt.kind, eni, "CreateTrafficMirrorSession", detect.ParamMirror, tt.made), nil)
			if refused(err) != tt.refused || err != nil && !tt.refused {
				t.Fatal(err)
			}
			if c != nil {
				if err := r.Apply(t.Context(), *c); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.left, sessions()); diff != "" {
				t.Errorf("sessions (-want +got):\n%s", diff)
			}
			if c == nil {
				return
			}
			if err := r.Undo(t.Context(), *c); err != nil || len(sessions()) != 3 {
				t.Errorf("undo: %v, %v", err, sessions())
			}
			writes := sim.Writes()
			if in := writes[len(writes)-1].Input.(*ec2.CreateTrafficMirrorSessionInput); *in.PacketLength != 100 || *in.SessionNumber != 2 {
				t.Errorf("undo made %+v", in)
			}
		})
	}
}

// TestPeerings holds that one that is gone needs nothing, and that one which was never accepted by the event is refused.
func TestPeerings(t *testing.T) {
	sim, accounts, api := emptyAccount()
	out, err := api.CreateVpcPeeringConnection(t.Context(), &ec2.CreateVpcPeeringConnectionInput{VpcId: aws.String("vpc-1"), PeerVpcId: aws.String("vpc-2")})
	if err != nil {
		t.Fatal(err)
	}
	id := *out.VpcPeeringConnection.VpcPeeringConnectionId
	r := DeleteVPCPeeringConnection(accounts)
	if r.Action().Reversible {
		t.Error("the action promises an undo")
	}
	for name, f := range map[string]detect.Finding{
		"asked for": about(t, detect.PeeringConnection, id, "CreateVpcPeeringConnection", detect.ParamRules, nil),
		"a network": about(t, detect.VPC, "vpc-1", "AcceptVpcPeeringConnection", detect.ParamRules, nil),
	} {
		if c, _, err := r.Plan(t.Context(), f, nil); c != nil || !refused(err) {
			t.Errorf("%s: %v, %v; want a refusal", name, c, err)
		}
	}
	f := about(t, detect.PeeringConnection, "pcx-0f", "AcceptVpcPeeringConnection", detect.ParamRules, nil)
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || nothing == "" || err != nil || len(sim.Writes()) != 1 {
		t.Errorf("one that is gone: %v, %q, %v; want nothing left to do", c, nothing, err)
	}
}
