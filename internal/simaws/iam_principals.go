package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func principalHandlers() handlers {
	h := handlers{}
	writes(h, createUser)
	writes(h, createRole)
	writes(h, createGroup)
	writes(h, deleteUser)
	writes(h, deleteRole)
	writes(h, deleteGroup)
	reads(h, getUser)
	reads(h, getRole)
	return h
}

func (r *request) create(kind detect.ResourceType, path, name *string) (*principal, error) {
	key := principalKey{kind, aws.ToString(name)}
	if r.principals[key] != nil {
		return nil, exists("%s with name %s already exists.", kind, key.name)
	}
	p := r.ensure(kind, key.name)
	if path != nil {
		p.path = *path
	}
	return p, nil
}

func (r *request) remove(kind detect.ResourceType, name *string) error {
	p, err := r.changeable(kind, name)
	if err != nil {
		return err
	}
	if len(p.keys)+len(p.attached)+len(p.inline)+len(p.memberships) > 0 {
		return &types.DeleteConflictException{Message: aws.String("Cannot delete entity, must delete its keys and policies first.")}
	}
	delete(r.principals, principalKey{kind, aws.ToString(name)})
	return nil
}

func createUser(r *request, in *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
	p, err := r.create(detect.User, in.Path, in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.CreateUserOutput{User: r.user(p, *in.UserName)}, nil
}

func (r *request) user(p *principal, name string) *types.User {
	return &types.User{
		UserName: aws.String(name), Path: aws.String(p.path), CreateDate: aws.Time(p.created),
		Arn: r.principalARN(detect.User, p.path, name), UserId: aws.String("AIDASIMULATED" + name),
		PermissionsBoundary: p.boundaryOf(),
	}
}

func createRole(r *request, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
	if err := wellFormed(in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	p, err := r.create(detect.Role, in.Path, in.RoleName)
	if err != nil {
		return nil, err
	}
	p.trust = *in.AssumeRolePolicyDocument
	return &iam.CreateRoleOutput{Role: r.role(p, *in.RoleName)}, nil
}

func (r *request) role(p *principal, name string) *types.Role {
	return &types.Role{
		RoleName: aws.String(name), Path: aws.String(p.path), CreateDate: aws.Time(p.created),
		Arn: r.principalARN(detect.Role, p.path, name), RoleId: aws.String("AROASIMULATED" + name),
		AssumeRolePolicyDocument: encoded(p.trust), PermissionsBoundary: p.boundaryOf(),
	}
}

func createGroup(r *request, in *iam.CreateGroupInput) (*iam.CreateGroupOutput, error) {
	p, err := r.create(detect.Group, in.Path, in.GroupName)
	if err != nil {
		return nil, err
	}
	return &iam.CreateGroupOutput{Group: &types.Group{
		GroupName: in.GroupName, Path: aws.String(p.path), CreateDate: aws.Time(p.created),
		Arn: r.principalARN(detect.Group, p.path, *in.GroupName), GroupId: aws.String("AGPASIMULATED" + *in.GroupName),
	}}, nil
}

func deleteUser(r *request, in *iam.DeleteUserInput) (*iam.DeleteUserOutput, error) {
	return &iam.DeleteUserOutput{}, r.remove(detect.User, in.UserName)
}

func deleteRole(r *request, in *iam.DeleteRoleInput) (*iam.DeleteRoleOutput, error) {
	return &iam.DeleteRoleOutput{}, r.remove(detect.Role, in.RoleName)
}

func deleteGroup(r *request, in *iam.DeleteGroupInput) (*iam.DeleteGroupOutput, error) {
	return &iam.DeleteGroupOutput{}, r.remove(detect.Group, in.GroupName)
}

func getUser(r *request, in *iam.GetUserInput) (*iam.GetUserOutput, error) {
	p, err := r.holder(detect.User, in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.GetUserOutput{User: r.user(p, *in.UserName)}, nil
}

func getRole(r *request, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	p, err := r.holder(detect.Role, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.GetRoleOutput{Role: r.role(p, *in.RoleName)}, nil
}
