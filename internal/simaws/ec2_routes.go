package simaws

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

type routeTable struct {
	region string
	routes []types.Route
}

func routeHandlers() handlers {
	h := handlers{}
	reads(h, describeRouteTables)
	writes(h, createVPC)
	writes(h, createInternetGateway)
	writes(h, createRouteTable)
	writes(h, deleteRouteTable)
	writes(h, createRoute)
	writes(h, replaceRoute)
	writes(h, deleteRoute)
	return h
}

func (r *request) routeTable(id *string) (*routeTable, error) {
	t, ok := r.routeTables[aws.ToString(id)]
	if !ok || t.region != r.region {
		return nil, ec2Error("InvalidRouteTableID.NotFound", "The routeTable ID '"+aws.ToString(id)+"' does not exist")
	}
	return t, nil
}

// index returns where the route to a destination stands, -1 where there is none.
func (t *routeTable) index(v4, v6 *string) int {
	same := func(a, b *string) bool {
		p, errA := netip.ParsePrefix(aws.ToString(a))
		q, errB := netip.ParsePrefix(aws.ToString(b))
		return errA == nil && errB == nil && p.Masked() == q.Masked()
	}
	return slices.IndexFunc(t.routes, func(r types.Route) bool {
		return same(r.DestinationCidrBlock, v4) || same(r.DestinationIpv6CidrBlock, v6)
	})
}

func createVPC(r *request, in *ec2.CreateVpcInput) (*ec2.CreateVpcOutput, error) {
	return &ec2.CreateVpcOutput{Vpc: &types.Vpc{VpcId: aws.String(r.newID("vpc-%017x")), CidrBlock: in.CidrBlock}}, nil
}

func createInternetGateway(r *request, _ *ec2.CreateInternetGatewayInput) (*ec2.CreateInternetGatewayOutput, error) {
	return &ec2.CreateInternetGatewayOutput{
		InternetGateway: &types.InternetGateway{InternetGatewayId: aws.String(r.newID("igw-%017x"))},
	}, nil
}

func describeRouteTables(r *request, in *ec2.DescribeRouteTablesInput) (*ec2.DescribeRouteTablesOutput, error) {
	out := &ec2.DescribeRouteTablesOutput{}
	for _, id := range in.RouteTableIds {
		t, err := r.routeTable(&id)
		if err != nil {
			return nil, err
		}
		out.RouteTables = append(out.RouteTables, types.RouteTable{RouteTableId: aws.String(id), Routes: slices.Clone(t.routes)})
	}
	return out, nil
}

func createRouteTable(r *request, in *ec2.CreateRouteTableInput) (*ec2.CreateRouteTableOutput, error) {
	id := r.newID("rtb-%017x")
	r.routeTables[id] = &routeTable{region: r.region}
	return &ec2.CreateRouteTableOutput{RouteTable: &types.RouteTable{RouteTableId: aws.String(id), VpcId: in.VpcId}}, nil
}

func deleteRouteTable(r *request, in *ec2.DeleteRouteTableInput) (*ec2.DeleteRouteTableOutput, error) {
	if _, err := r.routeTable(in.RouteTableId); err != nil {
		return nil, err
	}
	delete(r.routeTables, *in.RouteTableId)
	return &ec2.DeleteRouteTableOutput{}, nil
}

func createRoute(r *request, in *ec2.CreateRouteInput) (*ec2.CreateRouteOutput, error) {
	t, err := r.routeTable(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	if t.index(in.DestinationCidrBlock, in.DestinationIpv6CidrBlock) >= 0 {
		return nil, ec2Error("RouteAlreadyExists", "The route identified by its destination already exists.")
	}
	gateway := in.GatewayId
	if gateway == nil {
		gateway = in.VpcEndpointId
	}
	t.routes = append(t.routes, types.Route{
		DestinationCidrBlock: in.DestinationCidrBlock, DestinationIpv6CidrBlock: in.DestinationIpv6CidrBlock, GatewayId: gateway,
		InstanceId: in.InstanceId, NetworkInterfaceId: in.NetworkInterfaceId, NatGatewayId: in.NatGatewayId,
		EgressOnlyInternetGatewayId: in.EgressOnlyInternetGatewayId, VpcPeeringConnectionId: in.VpcPeeringConnectionId,
		TransitGatewayId: in.TransitGatewayId, LocalGatewayId: in.LocalGatewayId, CarrierGatewayId: in.CarrierGatewayId,
		CoreNetworkArn: in.CoreNetworkArn, State: types.RouteStateActive, Origin: types.RouteOriginCreateRoute,
	})
	return &ec2.CreateRouteOutput{Return: aws.Bool(true)}, nil
}

func replaceRoute(r *request, in *ec2.ReplaceRouteInput) (*ec2.ReplaceRouteOutput, error) {
	t, err := r.routeTable(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	n := t.index(in.DestinationCidrBlock, in.DestinationIpv6CidrBlock)
	if n < 0 {
		return nil, ec2Error("InvalidParameterValue", "There is no route defined for this destination in the route table.")
	}
	gateway := in.GatewayId
	if gateway == nil {
		gateway = in.VpcEndpointId
	}
	t.routes[n] = types.Route{
		DestinationCidrBlock: in.DestinationCidrBlock, DestinationIpv6CidrBlock: in.DestinationIpv6CidrBlock, GatewayId: gateway,
		InstanceId: in.InstanceId, NetworkInterfaceId: in.NetworkInterfaceId, NatGatewayId: in.NatGatewayId,
		EgressOnlyInternetGatewayId: in.EgressOnlyInternetGatewayId, VpcPeeringConnectionId: in.VpcPeeringConnectionId,
		TransitGatewayId: in.TransitGatewayId, LocalGatewayId: in.LocalGatewayId, CarrierGatewayId: in.CarrierGatewayId,
		CoreNetworkArn: in.CoreNetworkArn, State: types.RouteStateActive, Origin: types.RouteOriginCreateRoute,
	}
	return &ec2.ReplaceRouteOutput{}, nil
}

func deleteRoute(r *request, in *ec2.DeleteRouteInput) (*ec2.DeleteRouteOutput, error) {
	t, err := r.routeTable(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	n := t.index(in.DestinationCidrBlock, in.DestinationIpv6CidrBlock)
	if n < 0 {
		return nil, ec2Error("InvalidRoute.NotFound", "no route with this destination in the route table")
	}
	t.routes = slices.Delete(slices.Clone(t.routes), n, n+1)
	return &ec2.DeleteRouteOutput{}, nil
}
