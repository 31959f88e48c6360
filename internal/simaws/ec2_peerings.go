package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// peering is a peering connection. Deleted ones stay visible.
type peering struct {
	region string
	state  types.VpcPeeringConnectionStateReasonCode
}

func peeringHandlers() handlers {
	h := handlers{}
	reads(h, describePeerings)
	writes(h, createPeering)
	writes(h, acceptPeering)
	writes(h, deletePeering)
	return h
}

func (r *request) peering(id *string) (*peering, error) {
	p, ok := r.peerings[aws.ToString(id)]
	if !ok || p.region != r.region {
		return nil, ec2Error("InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID '"+aws.ToString(id)+"' does not exist")
	}
	return p, nil
}

func (p *peering) answer(id string) types.VpcPeeringConnection {
	return types.VpcPeeringConnection{
		VpcPeeringConnectionId: aws.String(id), Status: &types.VpcPeeringConnectionStateReason{Code: p.state},
	}
}

func describePeerings(r *request, in *ec2.DescribeVpcPeeringConnectionsInput) (*ec2.DescribeVpcPeeringConnectionsOutput, error) {
	out := &ec2.DescribeVpcPeeringConnectionsOutput{}
	for _, id := range in.VpcPeeringConnectionIds {
		p, err := r.peering(&id)
		if err != nil {
			return nil, err
		}
		out.VpcPeeringConnections = append(out.VpcPeeringConnections, p.answer(id))
	}
	return out, nil
}

func createPeering(r *request, _ *ec2.CreateVpcPeeringConnectionInput) (*ec2.CreateVpcPeeringConnectionOutput, error) {
	id := r.newID("pcx-%017x")
	p := &peering{region: r.region, state: types.VpcPeeringConnectionStateReasonCodePendingAcceptance}
	r.peerings[id] = p
	answer := p.answer(id)
	return &ec2.CreateVpcPeeringConnectionOutput{VpcPeeringConnection: &answer}, nil
}

func acceptPeering(r *request, in *ec2.AcceptVpcPeeringConnectionInput) (*ec2.AcceptVpcPeeringConnectionOutput, error) {
	p, err := r.peering(in.VpcPeeringConnectionId)
	if err != nil {
		return nil, err
	}
	p.state = types.VpcPeeringConnectionStateReasonCodeActive
	answer := p.answer(*in.VpcPeeringConnectionId)
	return &ec2.AcceptVpcPeeringConnectionOutput{VpcPeeringConnection: &answer}, nil
}

func deletePeering(r *request, in *ec2.DeleteVpcPeeringConnectionInput) (*ec2.DeleteVpcPeeringConnectionOutput, error) {
	p, err := r.peering(in.VpcPeeringConnectionId)
	if err != nil {
		return nil, err
	}
	p.state = types.VpcPeeringConnectionStateReasonCodeDeleted
	return &ec2.DeleteVpcPeeringConnectionOutput{Return: aws.Bool(true)}, nil
}
