package simaws

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
)

func securityGroupHandlers() handlers {
	h := handlers{}
	reads(h, describeSecurityGroups)
	writes(h, createSecurityGroup)
	writes(h, deleteSecurityGroup)
	return h
}

func ec2Error(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message, Fault: smithy.FaultClient}
}

func (r *request) group(id *string) (*securityGroup, error) {
	g, ok := r.groups[aws.ToString(id)]
	if !ok || g.region != r.region {
		return nil, ec2Error("InvalidGroup.NotFound", "The security group '"+aws.ToString(id)+"' does not exist")
	}
	return g, nil
}

func describeSecurityGroups(r *request, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	if len(in.Filters) > 0 || len(in.GroupNames) > 0 {
		return nil, ec2Error("InvalidParameterValue", "the simulated account lists security groups by id only")
	}
	ids := in.GroupIds
	if len(ids) == 0 {
		ids = slices.Sorted(maps.Keys(r.groups))
		ids = slices.DeleteFunc(ids, func(id string) bool { return r.groups[id].region != r.region })
	}
	out := &ec2.DescribeSecurityGroupsOutput{SecurityGroups: []types.SecurityGroup{}}
	for _, id := range ids {
		g, err := r.group(&id)
		if err != nil {
			return nil, err
		}
		out.SecurityGroups = append(out.SecurityGroups, types.SecurityGroup{
			GroupId: aws.String(id), GroupName: aws.String(g.name), Description: aws.String(g.description),
			OwnerId: aws.String(r.account),
		})
	}
	return out, nil
}

func createSecurityGroup(r *request, in *ec2.CreateSecurityGroupInput) (*ec2.CreateSecurityGroupOutput, error) {
	for _, g := range r.groups {
		if g.name == *in.GroupName && g.region == r.region {
			return nil, ec2Error("InvalidGroup.Duplicate", "The security group '"+g.name+"' already exists")
		}
	}
	id := r.newID("sg-%017x")
	r.groups[id] = &securityGroup{name: *in.GroupName, region: r.region, description: *in.Description}
	return &ec2.CreateSecurityGroupOutput{GroupId: aws.String(id)}, nil
}

func deleteSecurityGroup(r *request, in *ec2.DeleteSecurityGroupInput) (*ec2.DeleteSecurityGroupOutput, error) {
	if _, err := r.group(in.GroupId); err != nil {
		return nil, err
	}
	delete(r.groups, *in.GroupId)
	return &ec2.DeleteSecurityGroupOutput{GroupId: in.GroupId, Return: aws.Bool(true)}, nil
}
