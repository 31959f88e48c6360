package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func versionHandlers() handlers {
	h := handlers{}
	reads(h, listPolicyVersions)
	reads(h, getPolicyVersion)
	writes(h, createPolicyVersion)
	writes(h, setDefaultPolicyVersion)
	writes(h, deletePolicyVersion)
	return h
}

// versionsPerPolicy is IAM's quota.
const versionsPerPolicy = 5

func (r *request) version(policyARN, id *string) (*policy, int, error) {
	p, err := r.policy(policyARN)
	if err != nil {
		return nil, 0, err
	}
	n := slices.IndexFunc(p.versions, func(v policyVersion) bool { return v.id == aws.ToString(id) })
	if n < 0 {
		return nil, 0, noSuchEntity("Policy %s version %s does not exist.", *policyARN, aws.ToString(id))
	}
	return p, n, nil
}

func (p *policy) answer(v policyVersion) types.PolicyVersion {
	return types.PolicyVersion{
		VersionId: aws.String(v.id), CreateDate: aws.Time(v.created), IsDefaultVersion: v.id == p.defaultID,
	}
}

func listPolicyVersions(r *request, in *iam.ListPolicyVersionsInput) (*iam.ListPolicyVersionsOutput, error) {
	p, err := r.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	versions, next := page(r, p.versions, in.Marker)
	out := &iam.ListPolicyVersionsOutput{Marker: next, IsTruncated: next != nil, Versions: []types.PolicyVersion{}}
	for _, v := range versions {
		out.Versions = append(out.Versions, p.answer(v))
	}
	return out, nil
}

func getPolicyVersion(r *request, in *iam.GetPolicyVersionInput) (*iam.GetPolicyVersionOutput, error) {
	p, n, err := r.version(in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	v := p.answer(p.versions[n])
	v.Document = encoded(p.versions[n].document)
	return &iam.GetPolicyVersionOutput{PolicyVersion: &v}, nil
}

func createPolicyVersion(r *request, in *iam.CreatePolicyVersionInput) (*iam.CreatePolicyVersionOutput, error) {
	p, err := r.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if err := wellFormed(in.PolicyDocument); err != nil {
		return nil, err
	}
	if len(p.versions) >= versionsPerPolicy {
		return nil, limited("A managed policy can have up to %d versions.", versionsPerPolicy)
	}
	id := p.add(*in.PolicyDocument, r.now)
	if in.SetAsDefault {
		p.defaultID = id
	}
	v := p.answer(p.versions[0])
	return &iam.CreatePolicyVersionOutput{PolicyVersion: &v}, nil
}

func setDefaultPolicyVersion(r *request, in *iam.SetDefaultPolicyVersionInput) (*iam.SetDefaultPolicyVersionOutput, error) {
	p, n, err := r.version(in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	p.defaultID = p.versions[n].id
	return &iam.SetDefaultPolicyVersionOutput{}, nil
}

func deletePolicyVersion(r *request, in *iam.DeletePolicyVersionInput) (*iam.DeletePolicyVersionOutput, error) {
	p, n, err := r.version(in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	if p.versions[n].id == p.defaultID {
		return nil, conflict("Cannot delete the default version of a policy.")
	}
	p.versions = slices.Delete(p.versions, n, n+1)
	return &iam.DeletePolicyVersionOutput{}, nil
}
