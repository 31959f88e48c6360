package simaws

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/detect"
)

func inlineHandlers() handlers {
	h := handlers{}
	reads(h, func(r *request, in *iam.ListUserPoliciesInput) (*iam.ListUserPoliciesOutput, error) {
		names, next, err := r.inlineNames(detect.User, in.UserName, in.Marker)
		return &iam.ListUserPoliciesOutput{PolicyNames: names, Marker: next, IsTruncated: next != nil}, err
	})
	reads(h, func(r *request, in *iam.GetUserPolicyInput) (*iam.GetUserPolicyOutput, error) {
		document, err := r.inline(detect.User, in.UserName, in.PolicyName)
		return &iam.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: document}, err
	})
	writes(h, func(r *request, in *iam.PutUserPolicyInput) (*iam.PutUserPolicyOutput, error) {
		return &iam.PutUserPolicyOutput{}, r.putInline(detect.User, in.UserName, in.PolicyName, in.PolicyDocument)
	})
	writes(h, func(r *request, in *iam.DeleteUserPolicyInput) (*iam.DeleteUserPolicyOutput, error) {
		return &iam.DeleteUserPolicyOutput{}, r.deleteInline(detect.User, in.UserName, in.PolicyName)
	})
	reads(h, func(r *request, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, error) {
		names, next, err := r.inlineNames(detect.Role, in.RoleName, in.Marker)
		return &iam.ListRolePoliciesOutput{PolicyNames: names, Marker: next, IsTruncated: next != nil}, err
	})
	reads(h, func(r *request, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, error) {
		document, err := r.inline(detect.Role, in.RoleName, in.PolicyName)
		return &iam.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: document}, err
	})
	writes(h, func(r *request, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, error) {
		return &iam.PutRolePolicyOutput{}, r.putInline(detect.Role, in.RoleName, in.PolicyName, in.PolicyDocument)
	})
	writes(h, func(r *request, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, error) {
		return &iam.DeleteRolePolicyOutput{}, r.deleteInline(detect.Role, in.RoleName, in.PolicyName)
	})
	reads(h, func(r *request, in *iam.ListGroupPoliciesInput) (*iam.ListGroupPoliciesOutput, error) {
		names, next, err := r.inlineNames(detect.Group, in.GroupName, in.Marker)
		return &iam.ListGroupPoliciesOutput{PolicyNames: names, Marker: next, IsTruncated: next != nil}, err
	})
	reads(h, func(r *request, in *iam.GetGroupPolicyInput) (*iam.GetGroupPolicyOutput, error) {
		document, err := r.inline(detect.Group, in.GroupName, in.PolicyName)
		return &iam.GetGroupPolicyOutput{GroupName: in.GroupName, PolicyName: in.PolicyName, PolicyDocument: document}, err
	})
	writes(h, func(r *request, in *iam.PutGroupPolicyInput) (*iam.PutGroupPolicyOutput, error) {
		return &iam.PutGroupPolicyOutput{}, r.putInline(detect.Group, in.GroupName, in.PolicyName, in.PolicyDocument)
	})
	writes(h, func(r *request, in *iam.DeleteGroupPolicyInput) (*iam.DeleteGroupPolicyOutput, error) {
		return &iam.DeleteGroupPolicyOutput{}, r.deleteInline(detect.Group, in.GroupName, in.PolicyName)
	})
	return h
}

func (r *request) inlineNames(kind detect.ResourceType, name, marker *string) (names []string, next *string, err error) {
	p, err := r.holder(kind, name)
	if err != nil {
		return nil, nil, err
	}
	names, next = page(r, slices.Sorted(maps.Keys(p.inline)), marker)
	return names, next, nil
}

func (r *request) inline(kind detect.ResourceType, name, policyName *string) (document *string, err error) {
	p, err := r.holder(kind, name)
	if err != nil {
		return nil, err
	}
	text, ok := p.inline[*policyName]
	if !ok {
		return nil, noSuchInline(kind, policyName)
	}
	return encoded(text), nil
}

func (r *request) putInline(kind detect.ResourceType, name, policyName, document *string) error {
	p, err := r.changeable(kind, name)
	if err != nil {
		return err
	}
	if err := wellFormed(document); err != nil {
		return err
	}
	p.inline[*policyName] = *document
	return nil
}

func (r *request) deleteInline(kind detect.ResourceType, name, policyName *string) error {
	p, err := r.changeable(kind, name)
	if err != nil {
		return err
	}
	if _, ok := p.inline[*policyName]; !ok {
		return noSuchInline(kind, policyName)
	}
	delete(p.inline, *policyName)
	return nil
}

func noSuchInline(kind detect.ResourceType, policyName *string) error {
	return noSuchEntity("The %s policy with name %s cannot be found.", kind, *policyName)
}
