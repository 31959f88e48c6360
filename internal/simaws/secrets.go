package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

func secretHandlers() handlers {
	h := handlers{}
	writes(h, createSecret)
	writes(h, deleteSecret)
	reads(h, getSecretPolicy)
	writes(h, putSecretPolicy)
	writes(h, deleteSecretPolicy)
	return h
}

func (r *request) secret(name *string) (thing, error) {
	key := thing{"secret", r.region, aws.ToString(name)}
	if _, ok := r.shared.policies[key]; !ok {
		return key, &types.ResourceNotFoundException{Message: aws.String("Secrets Manager can't find the specified secret.")}
	}
	return key, nil
}

func createSecret(r *request, in *secretsmanager.CreateSecretInput) (*secretsmanager.CreateSecretOutput, error) {
	r.shared.policies[thing{"secret", r.region, *in.Name}] = ""
	return &secretsmanager.CreateSecretOutput{Name: in.Name}, nil
}

func deleteSecret(r *request, in *secretsmanager.DeleteSecretInput) (*secretsmanager.DeleteSecretOutput, error) {
	key, err := r.secret(in.SecretId)
	if err != nil {
		return nil, err
	}
	delete(r.shared.policies, key)
	return &secretsmanager.DeleteSecretOutput{}, nil
}

func getSecretPolicy(r *request, in *secretsmanager.GetResourcePolicyInput) (*secretsmanager.GetResourcePolicyOutput, error) {
	key, err := r.secret(in.SecretId)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.GetResourcePolicyOutput{Name: in.SecretId}
	if policy := r.shared.policies[key]; policy != "" {
		out.ResourcePolicy = aws.String(policy)
	}
	return out, nil
}

func putSecretPolicy(r *request, in *secretsmanager.PutResourcePolicyInput) (*secretsmanager.PutResourcePolicyOutput, error) {
	key, err := r.secret(in.SecretId)
	if err != nil {
		return nil, err
	}
	r.shared.policies[key] = *in.ResourcePolicy
	return &secretsmanager.PutResourcePolicyOutput{Name: in.SecretId}, nil
}

func deleteSecretPolicy(r *request, in *secretsmanager.DeleteResourcePolicyInput) (*secretsmanager.DeleteResourcePolicyOutput, error) {
	key, err := r.secret(in.SecretId)
	if err != nil {
		return nil, err
	}
	r.shared.policies[key] = ""
	return &secretsmanager.DeleteResourcePolicyOutput{Name: in.SecretId}, nil
}
