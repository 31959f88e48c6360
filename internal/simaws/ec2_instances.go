package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

type instance struct {
	region     string
	tokens     types.HttpTokensState
	terminated bool
}

func instanceHandlers() handlers {
	h := handlers{}
	reads(h, describeInstances)
	writes(h, runInstances)
	writes(h, terminateInstances)
	writes(h, modifyInstanceMetadataOptions)
	return h
}

func (r *request) instance(id *string) (*instance, error) {
	i, ok := r.instances[aws.ToString(id)]
	if !ok || i.region != r.region {
		return nil, ec2Error("InvalidInstanceID.NotFound", "The instance ID '"+aws.ToString(id)+"' does not exist")
	}
	return i, nil
}

func (i *instance) answer(id string) types.Instance {
	state := types.InstanceStateNameRunning
	if i.terminated {
		state = types.InstanceStateNameTerminated
	}
	return types.Instance{
		InstanceId: aws.String(id), State: &types.InstanceState{Name: state},
		MetadataOptions: &types.InstanceMetadataOptionsResponse{HttpTokens: i.tokens, State: types.InstanceMetadataOptionsStateApplied},
	}
}

func describeInstances(r *request, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	out := &ec2.DescribeInstancesOutput{}
	for _, id := range in.InstanceIds {
		i, err := r.instance(&id)
		if err != nil {
			return nil, err
		}
		out.Reservations = append(out.Reservations, types.Reservation{Instances: []types.Instance{i.answer(id)}})
	}
	return out, nil
}

func runInstances(r *request, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	i := &instance{region: r.region, tokens: types.HttpTokensStateOptional}
	if in.MetadataOptions != nil && in.MetadataOptions.HttpTokens != "" {
		i.tokens = in.MetadataOptions.HttpTokens
	}
	id := r.newID("i-%017x")
	r.instances[id] = i
	return &ec2.RunInstancesOutput{Instances: []types.Instance{i.answer(id)}}, nil
}

func terminateInstances(r *request, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	for _, id := range in.InstanceIds {
		if _, err := r.instance(&id); err != nil {
			return nil, err
		}
	}
	for _, id := range in.InstanceIds {
		r.instances[id].terminated = true
	}
	return &ec2.TerminateInstancesOutput{}, nil
}

func modifyInstanceMetadataOptions(r *request, in *ec2.ModifyInstanceMetadataOptionsInput) (*ec2.ModifyInstanceMetadataOptionsOutput, error) {
	i, err := r.instance(in.InstanceId)
	if err != nil {
		return nil, err
	}
	if i.terminated {
		return nil, ec2Error("IncorrectInstanceState", "The instance is terminated.")
	}
	if in.HttpTokens != "" {
		i.tokens = in.HttpTokens
	}
	return &ec2.ModifyInstanceMetadataOptionsOutput{InstanceId: in.InstanceId, InstanceMetadataOptions: i.answer("").MetadataOptions}, nil
}
