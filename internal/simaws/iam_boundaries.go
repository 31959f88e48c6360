package simaws

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func boundaryHandlers() handlers {
	h := handlers{}
	writes(h, func(r *request, in *iam.PutUserPermissionsBoundaryInput) (*iam.PutUserPermissionsBoundaryOutput, error) {
		return &iam.PutUserPermissionsBoundaryOutput{}, r.putBoundary(detect.User, in.UserName, *in.PermissionsBoundary)
	})
	writes(h, func(r *request, in *iam.PutRolePermissionsBoundaryInput) (*iam.PutRolePermissionsBoundaryOutput, error) {
		return &iam.PutRolePermissionsBoundaryOutput{}, r.putBoundary(detect.Role, in.RoleName, *in.PermissionsBoundary)
	})
	writes(h, func(r *request, in *iam.DeleteUserPermissionsBoundaryInput) (*iam.DeleteUserPermissionsBoundaryOutput, error) {
		return &iam.DeleteUserPermissionsBoundaryOutput{}, r.deleteBoundary(detect.User, in.UserName)
	})
	writes(h, func(r *request, in *iam.DeleteRolePermissionsBoundaryInput) (*iam.DeleteRolePermissionsBoundaryOutput, error) {
		return &iam.DeleteRolePermissionsBoundaryOutput{}, r.deleteBoundary(detect.Role, in.RoleName)
	})
	return h
}

func (p *principal) boundaryOf() *types.AttachedPermissionsBoundary {
	if p.boundary == "" {
		return nil
	}
	return &types.AttachedPermissionsBoundary{
		PermissionsBoundaryArn:  aws.String(p.boundary),
		PermissionsBoundaryType: types.PermissionsBoundaryAttachmentTypePolicy,
	}
}

func (r *request) putBoundary(kind detect.ResourceType, name *string, policyARN string) error {
	p, err := r.changeable(kind, name)
	if err != nil {
		return err
	}
	if r.policies[policyARN] == nil && !strings.HasPrefix(policyARN, "arn:aws:iam::aws:policy/") {
		return noSuchEntity("Policy %s does not exist or is not attachable.", policyARN)
	}
	p.boundary = policyARN
	return nil
}

func (r *request) deleteBoundary(kind detect.ResourceType, name *string) error {
	p, err := r.changeable(kind, name)
	if err == nil {
		p.boundary = ""
	}
	return err
}
