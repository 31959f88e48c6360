package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	createRoute   = "CreateRoute"
	replaceRoute  = "ReplaceRoute"
	acceptPeering = "AcceptVpcPeeringConnection"
	deleteVPC     = "DeleteVpc"
	deleteSubnet  = "DeleteSubnet"
)

// RouteChanged fires when a network's traffic comes to take another way out, or a network goes.
func RouteChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-003",
		Title:    "Network route or gateway changed",
		Class:    "vpc-gateway-route-changed",
		Severity: detect.Low,
		Doc: `**Why it matters.** Who controls a subnet's default route sees or stops its traffic: it can be led through
a machine that reads it, into a network of somebody else, or past the firewall that it went through.

A default route through a machine's network interface or into a peering connection is medium, and so is one that is
replaced so that it leads to an Internet gateway, since the subnet was private or behind a firewall before. One to a
transit or VPN gateway, a core network or the endpoint of a firewall is low. A new one to an Internet gateway is info
where it may have been a person's hand: every public subnet has one, and it opens nothing without a public address and a
security group, which NET-001 judges. Accepting a peering connection with a stranger's account is medium. A VPC or a subnet that a person deletes in a session is
info: EC2 only deletes empty ones, and programs clear away much. So is what else a person does in a session to an
attached gateway, a subnet's route table, a network's settings and peering connections, of which the benchmarks ask to
hear. Routes to single networks, to NAT and outbound-only gateways, and the making and taking away of gateways and route
tables are no findings.

**False positives.** NAT and firewall instances; central ways out through a transit gateway; teardowns.

**What to do.** Ask the caller, compare the route table with its description in code, and put the former route back:
the event does not carry it. Riposte takes back a route that was added; one that was led elsewhere only where it knows the former way. Look at the machine that the traffic went through.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1557", URL: "https://attack.mitre.org/techniques/T1557/"},
			{
				Kind: "CIS", Name: "CIS AWS Foundations 4.12, 4.13, 4.14",
				URL: "https://www.cisecurity.org/benchmark/amazon_web_services",
			},
			{
				Kind: "AWS", Name: "Configure route tables",
				URL: "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: ec2Source,
			Names: []string{
				createRoute, replaceRoute, acceptPeering, deleteVPC, deleteSubnet,
				"AttachInternetGateway", "DetachInternetGateway", "CreateCustomerGateway", "DeleteCustomerGateway",
				"ReplaceRouteTableAssociation", "ModifyVpcAttribute", "AttachClassicLinkVpc", "EnableVpcClassicLink",
				"CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection",
			},
		}},
		Actions: []string{"restore-route", "delete-vpc-peering-connection"},
		Good:    goodRoute,
		Match:   matchRouteChanged,
	}
}

func matchRouteChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case createRoute, replaceRoute:
		return defaultRoute(ev)
	case acceptPeering:
		return peeringAccepted(ev)
	case deleteVPC, deleteSubnet:
		return networkDeleted(ev)
	}
	return changedByHand(ev)
}

func defaultRoute(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[routeRequest](ev)
	if err != nil {
		return nil, err
	}
	destination := string(req.DestinationCIDRBlock + req.DestinationIPv6CIDRBlock)
	switch {
	case req.RouteTableID == "":
		return nil, errors.New("request parameters: no routeTableId")
	case destination == "" && req.DestinationPrefixListID != "":
		return nil, nil
	case destination == "":
		return nil, errors.New("request parameters: no destination")
	}
	everything, err := fromWorld(destination)
	if err != nil || !everything {
		return nil, err
	}
	severity, what := req.judged(ev)
	if severity == detect.Inherit {
		return nil, nil
	}
	raw, err := json.Marshal(req.route())
	if err != nil {
		return nil, err
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, severity),
		Resource: detect.Resource{Type: detect.RouteTable, ID: string(req.RouteTableID)},
		Actions:  []string{"restore-route"},
		Params:   map[string]string{detect.ParamRoute: string(raw), detect.ParamPart: masked(destination)},
		Summary: fmt.Sprintf("the default route %s of route table %s leads to %s%s",
			detect.Text(destination), detect.Text(string(req.RouteTableID)), what, caller.Through(ev)),
	}}, nil
}

// routeRequest is the part of a request that says where a route leads.
type routeRequest struct {
	RouteTableID, DestinationCIDRBlock, DestinationIPv6CIDRBlock, DestinationPrefixListID cloudtrail.Text
	target
}

// target is where a route leads to. Exactly one is stated.
type target struct {
	GatewayID, InstanceID, NetworkInterfaceID, VPCPeeringConnectionID, TransitGatewayID cloudtrail.Text
	CoreNetworkARN, VPCEndpointID                                                       cloudtrail.Text
	NATGatewayID, EgressOnlyInternetGatewayID, CarrierGatewayID, LocalGatewayID         cloudtrail.Text
}

// route returns the route for an action.
func (r routeRequest) route() detect.Route {
	return detect.Route{
		DestinationIPv4: string(r.DestinationCIDRBlock), DestinationIPv6: string(r.DestinationIPv6CIDRBlock),
		Gateway: string(r.GatewayID + r.VPCEndpointID), Instance: string(r.InstanceID),
		NetworkInterface: string(r.NetworkInterfaceID), Peering: string(r.VPCPeeringConnectionID),
		TransitGateway: string(r.TransitGatewayID), CoreNetwork: string(r.CoreNetworkARN), NATGateway: string(r.NATGatewayID),
		EgressOnly: string(r.EgressOnlyInternetGatewayID), CarrierGateway: string(r.CarrierGatewayID), LocalGateway: string(r.LocalGatewayID),
	}
}

// judged says how grave it is that a default route leads there, Inherit where it is not.
func (t target) judged(ev *cloudtrail.Event) (detect.Severity, string) {
	text := func(t cloudtrail.Text) string { return detect.Text(string(t)) }
	switch {
	case t.InstanceID != "":
		return detect.Medium, "the instance " + text(t.InstanceID)
	case t.NetworkInterfaceID != "":
		return detect.Medium, "the network interface " + text(t.NetworkInterfaceID)
	case t.VPCPeeringConnectionID != "":
		return detect.Medium, "the peering connection " + text(t.VPCPeeringConnectionID)
	case t.TransitGatewayID != "":
		return detect.Low, "the transit gateway " + text(t.TransitGatewayID)
	case t.CoreNetworkARN != "":
		return detect.Low, "the core network " + text(t.CoreNetworkARN)
	case t.VPCEndpointID != "": // of a Gateway Load Balancer, behind which machines see the traffic
		return detect.Low, "the endpoint " + text(t.VPCEndpointID)
	case strings.HasPrefix(string(t.GatewayID), "igw-"):
		return internetGateway(ev, text(t.GatewayID))
	case strings.HasPrefix(string(t.GatewayID), "vgw-"):
		return detect.Low, "the VPN gateway " + text(t.GatewayID)
	}
	return detect.Inherit, "" // NAT, outbound-only and endpoint gateways
}

// internetGateway judges a default route to an Internet gateway. A new one is what every deployment of a public subnet
// makes; one that is replaced led elsewhere before.
func internetGateway(ev *cloudtrail.Event, gateway string) (detect.Severity, string) {
	what := "the Internet gateway " + gateway
	switch {
	case ev.Name == replaceRoute:
		return detect.Medium, what + " instead of where it led before"
	case caller.IsPerson(ev):
		return detect.Info, what
	}
	return detect.Inherit, ""
}

func peeringAccepted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	resp, err := cloudtrail.ResponseOf[struct {
		VPCPeeringConnection struct {
			VPCPeeringConnectionID            cloudtrail.Text
			RequesterVPCInfo, AccepterVPCInfo struct{ OwnerID, VPCID cloudtrail.Text }
		}
	}](ev)
	if err != nil {
		return nil, err
	}
	c := resp.VPCPeeringConnection
	if c.RequesterVPCInfo.OwnerID == "" {
		return nil, errors.New("response elements: no owner of the requesting VPC")
	}
	if c.RequesterVPCInfo.OwnerID == c.AccepterVPCInfo.OwnerID || ev.Inside(string(c.RequesterVPCInfo.OwnerID)) {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.Medium),
		Resource: detect.Resource{Type: detect.PeeringConnection, ID: string(c.VPCPeeringConnectionID)},
		Actions:  []string{"delete-vpc-peering-connection"},
		Summary: fmt.Sprintf("VPC %s of account %s was let into a peering connection with %s%s",
			detect.Text(string(c.RequesterVPCInfo.VPCID)), detect.Text(string(c.RequesterVPCInfo.OwnerID)),
			detect.Text(string(c.AccepterVPCInfo.VPCID)), caller.Through(ev)),
	}}, nil
}

func networkDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ VPCID, SubnetID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	resource, what := detect.Resource{Type: detect.VPC, ID: string(req.VPCID)}, "VPC "
	if ev.Name == deleteSubnet {
		resource, what = detect.Resource{Type: detect.Subnet, ID: string(req.SubnetID)}, "subnet "
	}
	if resource.ID == "" {
		return nil, errors.New("request parameters: no " + what + "id")
	}
	if !caller.ByHand(ev) {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Info,
		Resource: resource,
		Actions:  []string{},
		Summary:  what + detect.Text(resource.ID) + " was deleted; it was empty, or EC2 would have refused",
	}}, nil
}

// changedByHand tells of ordinary changes that a person makes in a session: each is the whole of what there is to judge,
// so that its name and what it was made on suffice.
func changedByHand(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		RouteTableID, VPCPeeringConnectionID, VPCID, InternetGatewayID, CustomerGatewayID cloudtrail.Text
	}](ev)
	switch {
	case err != nil:
		return nil, err
	case !caller.ByHand(ev):
		return nil, nil
	}
	f := detect.Finding{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  detect.Text(ev.Name),
	}
	switch {
	case req.RouteTableID != "":
		f.Resource = detect.Resource{Type: detect.RouteTable, ID: string(req.RouteTableID)}
	case req.VPCPeeringConnectionID != "":
		f.Resource = detect.Resource{Type: detect.PeeringConnection, ID: string(req.VPCPeeringConnectionID)}
	case req.VPCID != "":
		f.Resource = detect.Resource{Type: detect.VPC, ID: string(req.VPCID)}
	}
	for _, on := range []cloudtrail.Text{req.RouteTableID, req.VPCPeeringConnectionID, req.InternetGatewayID, req.CustomerGatewayID, req.VPCID} {
		if on != "" {
			f.Summary += " on " + detect.Text(string(on))
		}
	}
	f.Summary += " by " + detect.Text(ev.Identity.Name())
	return []detect.Finding{f}, nil
}
