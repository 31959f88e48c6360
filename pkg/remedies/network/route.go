package network

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// route is where a route table sends what goes to one destination; nil where it has no route for that.
type route struct {
	Route *detect.Route `json:"route"`
}

func (r route) equal(other route) bool {
	if r.Route == nil || other.Route == nil {
		return r.Route == other.Route
	}
	return sameWay(*r.Route, *other.Route)
}

// sameWay reports whether two routes lead to the same: an instance and its network interface are told together by EC2,
// and a request names one of them.
func sameWay(a, b detect.Route) bool {
	if a.Instance != "" && a.Instance == b.Instance || a.NetworkInterface != "" && a.NetworkInterface == b.NetworkInterface {
		a.Instance, b.Instance, a.NetworkInterface, b.NetworkInterface = "", "", "", ""
	}
	a.DestinationIPv4, b.DestinationIPv4 = cidr(a.DestinationIPv4), cidr(b.DestinationIPv4)
	a.DestinationIPv6, b.DestinationIPv6 = cidr(a.DestinationIPv6), cidr(b.DestinationIPv6)
	return a == b
}

// String returns the way for a person: "to igw-…".
func (r route) String() string {
	if r.Route == nil {
		return "no route"
	}
	way := r.Route.NetworkInterface // also where the instance is told
	for _, w := range []string{
		r.Route.Gateway, r.Route.Instance, r.Route.NATGateway, r.Route.EgressOnly, r.Route.Peering,
		r.Route.TransitGateway, r.Route.LocalGateway, r.Route.CarrierGateway, r.Route.CoreNetwork,
	} {
		if w != "" {
			way = w
		}
	}
	return r.Route.DestinationIPv4 + r.Route.DestinationIPv6 + " to " + way
}

// routeOf returns the route of the event.
func routeOf(t remedy.Target) (detect.Route, error) {
	var r detect.Route
	if err := json.Unmarshal([]byte(t.Params[detect.ParamRoute]), &r); err != nil {
		return r, &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say which route of route table %s was made", t.ID), Err: err}
	}
	if (cidr(r.DestinationIPv4) == "") == (cidr(r.DestinationIPv6) == "") {
		return r, remedy.Refuse("route table %s: %s has no destination that can be read", t.ID, route{&r})
	}
	if r == (detect.Route{DestinationIPv4: r.DestinationIPv4, DestinationIPv6: r.DestinationIPv6}) {
		return r, remedy.Refuse("route table %s: the finding does not say where the route leads", t.ID)
	}
	return r, nil
}

// liveRoute returns what EC2 answers as a route.
func liveRoute(r types.Route) detect.Route {
	return detect.Route{
		DestinationIPv4: aws.ToString(r.DestinationCidrBlock), DestinationIPv6: aws.ToString(r.DestinationIpv6CidrBlock),
		Gateway: aws.ToString(r.GatewayId), Instance: aws.ToString(r.InstanceId), NetworkInterface: aws.ToString(r.NetworkInterfaceId),
		NATGateway: aws.ToString(r.NatGatewayId), EgressOnly: aws.ToString(r.EgressOnlyInternetGatewayId),
		Peering: aws.ToString(r.VpcPeeringConnectionId), TransitGateway: aws.ToString(r.TransitGatewayId),
		LocalGateway: aws.ToString(r.LocalGatewayId), CarrierGateway: aws.ToString(r.CarrierGatewayId), CoreNetwork: aws.ToString(r.CoreNetworkArn),
	}
}
