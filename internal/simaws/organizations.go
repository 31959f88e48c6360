package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// organizationPolicy is a policy of the organization with what it is attached to.
type organizationPolicy struct {
	name    string
	targets []string
}

func organizationHandlers() handlers {
	h := handlers{}
	reads(h, listTargetsForPolicy)
	writes(h, createOrganization)
	writes(h, createOrganizationPolicy)
	writes(h, deleteOrganizationPolicy)
	writes(h, attachOrganizationPolicy)
	writes(h, detachOrganizationPolicy)
	return h
}

func (r *request) organizationPolicy(id *string) (*organizationPolicy, error) {
	if p, ok := r.organizationPolicies[aws.ToString(id)]; ok {
		return p, nil
	}
	return nil, &types.PolicyNotFoundException{Message: aws.String("You specified a policy that doesn't exist.")}
}

func createOrganization(*request, *organizations.CreateOrganizationInput) (*organizations.CreateOrganizationOutput, error) {
	return &organizations.CreateOrganizationOutput{}, nil // the account is the management account of one
}

func createOrganizationPolicy(r *request, in *organizations.CreatePolicyInput) (*organizations.CreatePolicyOutput, error) {
	id := r.newID("p-%08x")
	r.organizationPolicies[id] = &organizationPolicy{name: *in.Name}
	return &organizations.CreatePolicyOutput{Policy: &types.Policy{PolicySummary: &types.PolicySummary{Id: aws.String(id), Name: in.Name}}}, nil
}

func deleteOrganizationPolicy(r *request, in *organizations.DeletePolicyInput) (*organizations.DeletePolicyOutput, error) {
	p, err := r.organizationPolicy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	if len(p.targets) > 0 {
		return nil, &types.PolicyInUseException{Message: aws.String("The policy is attached to one or more entities.")}
	}
	delete(r.organizationPolicies, *in.PolicyId)
	return &organizations.DeletePolicyOutput{}, nil
}

func listTargetsForPolicy(r *request, in *organizations.ListTargetsForPolicyInput) (*organizations.ListTargetsForPolicyOutput, error) {
	p, err := r.organizationPolicy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	var all []types.PolicyTargetSummary
	for _, id := range p.targets {
		all = append(all, types.PolicyTargetSummary{TargetId: aws.String(id)})
	}
	targets, next := page(r, all, in.NextToken)
	return &organizations.ListTargetsForPolicyOutput{Targets: targets, NextToken: next}, nil
}

func attachOrganizationPolicy(r *request, in *organizations.AttachPolicyInput) (*organizations.AttachPolicyOutput, error) {
	p, err := r.organizationPolicy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	if slices.Contains(p.targets, *in.TargetId) {
		return nil, &types.DuplicatePolicyAttachmentException{Message: aws.String("The selected policy is already attached to the specified target.")}
	}
	p.targets = append(slices.Clone(p.targets), *in.TargetId)
	return &organizations.AttachPolicyOutput{}, nil
}

func detachOrganizationPolicy(r *request, in *organizations.DetachPolicyInput) (*organizations.DetachPolicyOutput, error) {
	p, err := r.organizationPolicy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	n := slices.Index(p.targets, *in.TargetId)
	if n < 0 {
		return nil, &types.PolicyNotAttachedException{Message: aws.String("The policy isn't attached to the specified target.")}
	}
	p.targets = slices.Delete(slices.Clone(p.targets), n, n+1)
	return &organizations.DetachPolicyOutput{}, nil
}
