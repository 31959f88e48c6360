package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func repositoryHandlers() handlers {
	h := handlers{}
	writes(h, createRepository)
	writes(h, deleteRepository)
	reads(h, getRepositoryPolicy)
	writes(h, setRepositoryPolicy)
	writes(h, deleteRepositoryPolicy)
	return h
}

func (r *request) repository(name *string) (thing, error) {
	key := thing{"repository", r.region, aws.ToString(name)}
	if _, ok := r.shared.policies[key]; !ok {
		return key, &types.RepositoryNotFoundException{Message: aws.String("The repository '" + key.name + "' does not exist")}
	}
	return key, nil
}

// policed is repository for calls that need it to have a policy.
func (r *request) policed(name *string) (thing, error) {
	key, err := r.repository(name)
	if err == nil && r.shared.policies[key] == "" {
		return key, &types.RepositoryPolicyNotFoundException{Message: aws.String("Repository policy does not exist for '" + key.name + "'")}
	}
	return key, err
}

func createRepository(r *request, in *ecr.CreateRepositoryInput) (*ecr.CreateRepositoryOutput, error) {
	r.shared.policies[thing{"repository", r.region, *in.RepositoryName}] = ""
	return &ecr.CreateRepositoryOutput{}, nil
}

func deleteRepository(r *request, in *ecr.DeleteRepositoryInput) (*ecr.DeleteRepositoryOutput, error) {
	key, err := r.repository(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	delete(r.shared.policies, key)
	return &ecr.DeleteRepositoryOutput{}, nil
}

func getRepositoryPolicy(r *request, in *ecr.GetRepositoryPolicyInput) (*ecr.GetRepositoryPolicyOutput, error) {
	key, err := r.policed(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	return &ecr.GetRepositoryPolicyOutput{RepositoryName: in.RepositoryName, PolicyText: aws.String(r.shared.policies[key])}, nil
}

func setRepositoryPolicy(r *request, in *ecr.SetRepositoryPolicyInput) (*ecr.SetRepositoryPolicyOutput, error) {
	key, err := r.repository(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	r.shared.policies[key] = *in.PolicyText
	return &ecr.SetRepositoryPolicyOutput{RepositoryName: in.RepositoryName, PolicyText: in.PolicyText}, nil
}

func deleteRepositoryPolicy(r *request, in *ecr.DeleteRepositoryPolicyInput) (*ecr.DeleteRepositoryPolicyOutput, error) {
	key, err := r.policed(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	r.shared.policies[key] = ""
	return &ecr.DeleteRepositoryPolicyOutput{}, nil
}
