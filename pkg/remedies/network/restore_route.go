package network

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RestoreRoute takes back a route. The aspect is where one route table sends what goes to the event's destination.
func RestoreRoute(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, route]{
		Action: actions.RestoreRoute(),
		Lens: remedy.Lens[*ec2.Client, route]{
			Client: access.Client(accounts, ec2Client),
			Read:   readRoute,
			Write:  writeRoute,
			Equal:  route.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := remedy.TargetOf(f, detect.ParamRoute, detect.ParamPart)
			if f.Resource.Type != detect.RouteTable || !strings.HasPrefix(t.ID, "rtb-") {
				return t, remedy.Refuse("%s is no route table with an id", f.Resource)
			}
			_, err := routeOf(t)
			return t, err
		},
		Want: func(_ context.Context, _ *ec2.Client, f detect.Finding, t remedy.Target, before route) (route, error) {
			return wantRoute(f, t, before, nil)
		},
		Aspect: "route",
		Restore: func(_ context.Context, _ *ec2.Client, f detect.Finding, t remedy.Target, before, good route) (route, error) {
			return wantRoute(f, t, before, &good)
		},
		Summary: func(t remedy.Target, before, after route) string {
			if after.Route == nil {
				return fmt.Sprintf("route table %s: deleted the route %s", t.ID, before)
			}
			return fmt.Sprintf("route table %s: the route %s leads %s again", t.ID, before, after)
		},
		Nothing: func(t remedy.Target, live route) string {
			return fmt.Sprintf("route table %s no longer has the route of the event: it has %s there", t.ID, live)
		},
	})
}

// wantRoute wants no route where the event made one, and the known way where it replaced one. A route that leads elsewhere
// by now stays.
func wantRoute(f detect.Finding, t remedy.Target, before route, good *route) (route, error) {
	made, err := routeOf(t)
	if err != nil {
		return before, err
	}
	switch {
	case !before.equal(route{&made}):
		return before, nil
	case f.Event.Name == "CreateRoute":
		return route{}, nil
	case f.Event.Name != "ReplaceRoute":
		return before, remedy.Refuse("route table %s was changed by %s, which this does not answer", t.ID, f.Event.Name)
	case good == nil || good.Route == nil:
		return before, remedy.Refuse("route table %s: nobody knows where the route %s led before", t.ID, before)
	}
	if !sameDestination(*good.Route, made) {
		return before, remedy.Refuse("route table %s: what is known of the route before, %s, goes to another destination", t.ID, good)
	}
	return *good, nil
}

func sameDestination(a, b detect.Route) bool {
	return cidr(a.DestinationIPv4) == cidr(b.DestinationIPv4) && cidr(a.DestinationIPv6) == cidr(b.DestinationIPv6)
}

func readRoute(ctx context.Context, api *ec2.Client, t remedy.Target) (route, error) {
	made, err := routeOf(t)
	if err != nil {
		return route{}, err
	}
	out, err := api.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{RouteTableIds: []string{t.ID}})
	if err != nil {
		return route{}, notFound(err)
	}
	for _, table := range out.RouteTables {
		if aws.ToString(table.RouteTableId) != t.ID {
			continue
		}
		for _, r := range table.Routes {
			live := liveRoute(r)
			if r.Origin == types.RouteOriginEnableVgwRoutePropagation || !sameDestination(live, made) {
				continue // a propagated route gives way to one that was made
			}
			return route{&live}, nil
		}
		return route{}, nil
	}
	return route{}, remedy.ErrGone
}

func writeRoute(ctx context.Context, api *ec2.Client, t remedy.Target, from, to route) error {
	made, err := routeOf(t)
	if err != nil {
		return err
	}
	table, v4, v6 := aws.String(t.ID), optional(cidr(made.DestinationIPv4)), optional(cidr(made.DestinationIPv6))
	if to.Route == nil {
		_, err := api.DeleteRoute(ctx, &ec2.DeleteRouteInput{RouteTableId: table, DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6})
		if coded(err, "InvalidRoute.NotFound") {
			return nil // deleted meanwhile
		}
		return notFound(err)
	}
	way := *to.Route
	in := ec2.CreateRouteInput{
		RouteTableId: table, DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6,
		NatGatewayId: optional(way.NATGateway), EgressOnlyInternetGatewayId: optional(way.EgressOnly),
		VpcPeeringConnectionId: optional(way.Peering), TransitGatewayId: optional(way.TransitGateway),
		LocalGatewayId: optional(way.LocalGateway), CarrierGatewayId: optional(way.CarrierGateway), CoreNetworkArn: optional(way.CoreNetwork),
		NetworkInterfaceId: optional(way.NetworkInterface),
	}
	if way.NetworkInterface == "" { // EC2 takes one of both
		in.InstanceId = optional(way.Instance)
	}
	if strings.HasPrefix(way.Gateway, "vpce-") {
		in.VpcEndpointId = optional(way.Gateway)
	} else {
		in.GatewayId = optional(way.Gateway)
	}
	if from.Route == nil {
		_, err := api.CreateRoute(ctx, &in)
		return notFound(err)
	}
	_, err = api.ReplaceRoute(ctx, &ec2.ReplaceRouteInput{
		RouteTableId: table, DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6,
		GatewayId: in.GatewayId, VpcEndpointId: in.VpcEndpointId, InstanceId: in.InstanceId, NetworkInterfaceId: in.NetworkInterfaceId,
		NatGatewayId: in.NatGatewayId, EgressOnlyInternetGatewayId: in.EgressOnlyInternetGatewayId,
		VpcPeeringConnectionId: in.VpcPeeringConnectionId, TransitGatewayId: in.TransitGatewayId,
		LocalGatewayId: in.LocalGatewayId, CarrierGatewayId: in.CarrierGatewayId, CoreNetworkArn: in.CoreNetworkArn,
	})
	return notFound(err)
}

// optional returns a text for a request that leaves out what is empty.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return aws.String(s)
}
