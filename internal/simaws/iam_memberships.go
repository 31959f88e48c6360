package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func membershipHandlers() handlers {
	h := handlers{}
	reads(h, listGroupsForUser)
	writes(h, addUserToGroup)
	writes(h, removeUserFromGroup)
	return h
}

func listGroupsForUser(r *request, in *iam.ListGroupsForUserInput) (*iam.ListGroupsForUserOutput, error) {
	p, err := r.holder(detect.User, in.UserName)
	if err != nil {
		return nil, err
	}
	names, next := page(r, p.memberships, in.Marker)
	out := &iam.ListGroupsForUserOutput{Groups: []types.Group{}, Marker: next, IsTruncated: next != nil}
	for _, name := range names {
		g := r.principals[principalKey{detect.Group, name}]
		out.Groups = append(out.Groups, types.Group{
			GroupName: aws.String(name), Path: aws.String(g.path), CreateDate: aws.Time(g.created),
			Arn: r.principalARN(detect.Group, g.path, name), GroupId: aws.String("AGPASIMULATED" + name),
		})
	}
	return out, nil
}

func addUserToGroup(r *request, in *iam.AddUserToGroupInput) (*iam.AddUserToGroupOutput, error) {
	p, err := r.member(in.UserName, in.GroupName)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(p.memberships, *in.GroupName) {
		p.memberships = append(p.memberships, *in.GroupName)
	}
	return &iam.AddUserToGroupOutput{}, nil
}

func removeUserFromGroup(r *request, in *iam.RemoveUserFromGroupInput) (*iam.RemoveUserFromGroupOutput, error) {
	p, err := r.member(in.UserName, in.GroupName)
	if err != nil {
		return nil, err
	}
	p.memberships = slices.DeleteFunc(p.memberships, func(g string) bool { return g == *in.GroupName })
	return &iam.RemoveUserFromGroupOutput{}, nil
}

// member returns a user, where the group exists as well.
func (r *request) member(user, group *string) (*principal, error) {
	if _, err := r.holder(detect.Group, group); err != nil {
		return nil, err
	}
	return r.holder(detect.User, user)
}
