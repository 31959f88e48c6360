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

// DeleteVPCPeeringConnection cuts the connection to a stranger's network. The aspect is whether there is one, or may come
// to be. EC2 forgets a deleted connection after some hours, which is no difference.
func DeleteVPCPeeringConnection(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, bool]{
		Action: actions.DeleteVPCPeeringConnection(),
		Lens: remedy.Lens[*ec2.Client, bool]{
			Client: access.Client(accounts, ec2Client),
			Read:   readPeering,
			Write:  writePeering,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := remedy.TargetOf(f)
			if f.Resource.Type != detect.PeeringConnection || !strings.HasPrefix(t.ID, "pcx-") || f.Event.Name != "AcceptVpcPeeringConnection" {
				return t, remedy.Refuse("%s is no peering connection that was accepted", f.Resource)
			}
			return t, nil
		},
		Want: func(context.Context, *ec2.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return false, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("peering connection %s: deleted", t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("peering connection %s is gone", t.ID)
		},
	})
}

func readPeering(ctx context.Context, api *ec2.Client, t remedy.Target) (bool, error) {
	out, err := api.DescribeVpcPeeringConnections(ctx, &ec2.DescribeVpcPeeringConnectionsInput{VpcPeeringConnectionIds: []string{t.ID}})
	if coded(err, "InvalidVpcPeeringConnectionID.NotFound") {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, c := range out.VpcPeeringConnections {
		if aws.ToString(c.VpcPeeringConnectionId) == t.ID && c.Status != nil {
			return connects(c.Status.Code), nil
		}
	}
	return false, nil
}

// connects reports whether a connection in that state lets traffic through, or may come to. One that is not known may.
func connects(state types.VpcPeeringConnectionStateReasonCode) bool {
	switch state {
	case types.VpcPeeringConnectionStateReasonCodeDeleted, types.VpcPeeringConnectionStateReasonCodeDeleting,
		types.VpcPeeringConnectionStateReasonCodeRejected, types.VpcPeeringConnectionStateReasonCodeFailed,
		types.VpcPeeringConnectionStateReasonCodeExpired:
		return false
	default:
		return true
	}
}

func writePeering(ctx context.Context, api *ec2.Client, t remedy.Target, _, to bool) error {
	if to {
		return remedy.Refuse("peering connection %s cannot be brought back: the other account has to ask for a new one", t.ID)
	}
	_, err := api.DeleteVpcPeeringConnection(ctx, &ec2.DeleteVpcPeeringConnectionInput{VpcPeeringConnectionId: aws.String(t.ID)})
	if coded(err, "InvalidVpcPeeringConnectionID.NotFound") {
		return nil // deleted meanwhile
	}
	return err
}
