package simaws

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func attachmentHandlers() handlers {
	h := handlers{}
	reads(h, func(r *request, in *iam.ListAttachedUserPoliciesInput) (*iam.ListAttachedUserPoliciesOutput, error) {
		policies, next, err := r.attached(detect.User, in.UserName, in.Marker)
		return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: policies, Marker: next, IsTruncated: next != nil}, err
	})
	writes(h, func(r *request, in *iam.AttachUserPolicyInput) (*iam.AttachUserPolicyOutput, error) {
		return &iam.AttachUserPolicyOutput{}, r.attach(detect.User, in.UserName, in.PolicyArn)
	})
	writes(h, func(r *request, in *iam.DetachUserPolicyInput) (*iam.DetachUserPolicyOutput, error) {
		return &iam.DetachUserPolicyOutput{}, r.detach(detect.User, in.UserName, in.PolicyArn)
	})
	reads(h, func(r *request, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, error) {
		policies, next, err := r.attached(detect.Role, in.RoleName, in.Marker)
		return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: policies, Marker: next, IsTruncated: next != nil}, err
	})
	writes(h, func(r *request, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, error) {
		return &iam.AttachRolePolicyOutput{}, r.attach(detect.Role, in.RoleName, in.PolicyArn)
	})
	writes(h, func(r *request, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, error) {
		return &iam.DetachRolePolicyOutput{}, r.detach(detect.Role, in.RoleName, in.PolicyArn)
	})
	reads(h, func(r *request, in *iam.ListAttachedGroupPoliciesInput) (*iam.ListAttachedGroupPoliciesOutput, error) {
		policies, next, err := r.attached(detect.Group, in.GroupName, in.Marker)
		return &iam.ListAttachedGroupPoliciesOutput{AttachedPolicies: policies, Marker: next, IsTruncated: next != nil}, err
	})
	writes(h, func(r *request, in *iam.AttachGroupPolicyInput) (*iam.AttachGroupPolicyOutput, error) {
		return &iam.AttachGroupPolicyOutput{}, r.attach(detect.Group, in.GroupName, in.PolicyArn)
	})
	writes(h, func(r *request, in *iam.DetachGroupPolicyInput) (*iam.DetachGroupPolicyOutput, error) {
		return &iam.DetachGroupPolicyOutput{}, r.detach(detect.Group, in.GroupName, in.PolicyArn)
	})
	return h
}

// policiesPerPrincipal is IAM's quota.
const policiesPerPrincipal = 10

func (r *request) attached(kind detect.ResourceType, name, marker *string) (list []types.AttachedPolicy, next *string, err error) {
	p, err := r.holder(kind, name)
	if err != nil {
		return nil, nil, err
	}
	arns, next := page(r, p.attached, marker)
	list = []types.AttachedPolicy{}
	for _, a := range arns {
		list = append(list, types.AttachedPolicy{PolicyArn: aws.String(a), PolicyName: aws.String(a[strings.LastIndexByte(a, '/')+1:])})
	}
	return list, next, nil
}

func (r *request) attach(kind detect.ResourceType, name, policyARN *string) error {
	p, err := r.changeable(kind, name)
	if err != nil {
		return err
	}
	if !awsManaged(*policyARN) && r.policies[*policyARN] == nil {
		return noSuchEntity("Policy %s does not exist or is not attachable.", *policyARN)
	}
	if slices.Contains(p.attached, *policyARN) {
		return nil
	}
	if len(p.attached) >= policiesPerPrincipal {
		return limited("Cannot exceed quota for PoliciesPer%s: %d", kind, policiesPerPrincipal)
	}
	p.attached = append(p.attached, *policyARN)
	return nil
}

func (r *request) detach(kind detect.ResourceType, name, policyARN *string) error {
	p, err := r.changeable(kind, name)
	if err != nil {
		return err
	}
	n := slices.Index(p.attached, *policyARN)
	if n < 0 {
		return noSuchEntity("Policy %s was not found.", *policyARN)
	}
	p.attached = slices.Delete(p.attached, n, n+1)
	return nil
}

// awsManaged reports whether a policy is AWS's own. Every one of them exists.
func awsManaged(policyARN string) bool {
	return strings.HasPrefix(policyARN, "arn:aws:iam::aws:policy/")
}
