package simaws

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func policyHandlers() handlers {
	h := handlers{}
	reads(h, getPolicy)
	writes(h, createPolicy)
	writes(h, deletePolicy)
	return h
}

func (p *policy) add(document string, now time.Time) (id string) {
	id = fmt.Sprintf("v%d", p.nextVersion)
	p.nextVersion++
	p.versions = slices.Insert(p.versions, 0, policyVersion{id: id, document: document, created: now})
	return id
}

func (r *request) policy(policyARN *string) (*policy, error) {
	if p, ok := r.policies[aws.ToString(policyARN)]; ok {
		return p, nil
	}
	return nil, noSuchEntity("Policy %s was not found.", aws.ToString(policyARN))
}

func (r *request) attachments(policyARN string) int32 {
	var n int32
	for _, p := range r.principals {
		if slices.Contains(p.attached, policyARN) {
			n++
		}
	}
	return n
}

func createPolicy(r *request, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, error) {
	if err := wellFormed(in.PolicyDocument); err != nil {
		return nil, err
	}
	path := "/"
	if in.Path != nil {
		path = *in.Path
	}
	policyARN := *r.principalARN("Policy", path, *in.PolicyName)
	if r.policies[policyARN] != nil {
		return nil, exists("A policy called %s already exists.", *in.PolicyName)
	}
	p := &policy{created: r.now, nextVersion: 1}
	p.defaultID = p.add(*in.PolicyDocument, r.now)
	r.policies[policyARN] = p
	return &iam.CreatePolicyOutput{Policy: &types.Policy{
		Arn: aws.String(policyARN), PolicyName: in.PolicyName, Path: aws.String(path),
		DefaultVersionId: aws.String(p.defaultID), CreateDate: aws.Time(p.created),
	}}, nil
}

func getPolicy(r *request, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, error) {
	p, err := r.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.GetPolicyOutput{Policy: &types.Policy{
		Arn: in.PolicyArn, DefaultVersionId: aws.String(p.defaultID), CreateDate: aws.Time(p.created),
		AttachmentCount: aws.Int32(r.attachments(*in.PolicyArn)),
	}}, nil
}

func deletePolicy(r *request, in *iam.DeletePolicyInput) (*iam.DeletePolicyOutput, error) {
	p, err := r.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if len(p.versions) > 1 || r.attachments(*in.PolicyArn) > 0 {
		return nil, conflict("Cannot delete a policy that is attached or has more than one version.")
	}
	delete(r.policies, *in.PolicyArn)
	return &iam.DeletePolicyOutput{}, nil
}

func conflict(message string) error {
	return &types.DeleteConflictException{Message: aws.String(message)}
}
