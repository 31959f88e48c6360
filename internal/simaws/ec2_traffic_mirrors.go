package simaws

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// mirrorSession is a session by the region in which it is. Its answer never changes.
type mirrorSession struct {
	region string
	answer types.TrafficMirrorSession
}

func mirrorHandlers() handlers {
	h := handlers{}
	reads(h, describeTrafficMirrorSessions)
	writes(h, createTrafficMirrorSession)
	writes(h, deleteTrafficMirrorSession)
	return h
}

func describeTrafficMirrorSessions(r *request, in *ec2.DescribeTrafficMirrorSessionsInput) (*ec2.DescribeTrafficMirrorSessionsOutput, error) {
	var all []types.TrafficMirrorSession
	for _, s := range r.mirrors {
		fits := s.region == r.region
		for _, f := range in.Filters {
			switch aws.ToString(f.Name) {
			case "network-interface-id":
				fits = fits && slices.Contains(f.Values, *s.answer.NetworkInterfaceId)
			case "session-number":
				fits = fits && slices.Contains(f.Values, strconv.Itoa(int(*s.answer.SessionNumber)))
			default:
				return nil, ec2Error("InvalidParameterValue", "the simulated account does not know the filter "+aws.ToString(f.Name))
			}
		}
		if fits {
			all = append(all, s.answer)
		}
	}
	sessions, next := page(r, all, in.NextToken)
	return &ec2.DescribeTrafficMirrorSessionsOutput{TrafficMirrorSessions: sessions, NextToken: next}, nil
}

func createTrafficMirrorSession(r *request, in *ec2.CreateTrafficMirrorSessionInput) (*ec2.CreateTrafficMirrorSessionOutput, error) {
	for _, s := range r.mirrors {
		if s.region == r.region && *s.answer.NetworkInterfaceId == *in.NetworkInterfaceId && *s.answer.SessionNumber == *in.SessionNumber {
			return nil, ec2Error("TrafficMirrorSessionNumberInUse", "the session number is in use for this network interface")
		}
	}
	answer := types.TrafficMirrorSession{
		TrafficMirrorSessionId: aws.String(r.newID("tms-%017x")), NetworkInterfaceId: in.NetworkInterfaceId, SessionNumber: in.SessionNumber,
		TrafficMirrorTargetId: in.TrafficMirrorTargetId, TrafficMirrorFilterId: in.TrafficMirrorFilterId, PacketLength: in.PacketLength,
		VirtualNetworkId: in.VirtualNetworkId, Description: in.Description, OwnerId: aws.String(r.account),
	}
	if answer.VirtualNetworkId == nil {
		r.made++
		answer.VirtualNetworkId = aws.Int32(int32(r.made))
	}
	r.mirrors = append(slices.Clone(r.mirrors), mirrorSession{r.region, answer})
	return &ec2.CreateTrafficMirrorSessionOutput{TrafficMirrorSession: &answer}, nil
}

func deleteTrafficMirrorSession(r *request, in *ec2.DeleteTrafficMirrorSessionInput) (*ec2.DeleteTrafficMirrorSessionOutput, error) {
	n := slices.IndexFunc(r.mirrors, func(s mirrorSession) bool {
		return s.region == r.region && *s.answer.TrafficMirrorSessionId == *in.TrafficMirrorSessionId
	})
	if n < 0 {
		return nil, ec2Error("InvalidTrafficMirrorSessionId.NotFound", "The traffic mirror session does not exist")
	}
	r.mirrors = slices.Delete(slices.Clone(r.mirrors), n, n+1)
	return &ec2.DeleteTrafficMirrorSessionOutput{TrafficMirrorSessionId: in.TrafficMirrorSessionId}, nil
}
