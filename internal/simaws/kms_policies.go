package simaws

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

func keyPolicyHandlers() handlers {
	h := handlers{}
	reads(h, getKeyPolicy)
	writes(h, putKeyPolicy)
	return h
}

// keyPolicyOf returns where the policy of a key is kept.
func (r *request) keyPolicyOf(id *string) (thing, error) {
	key := thing{"key", r.region, strings.TrimPrefix(aws.ToString(id), r.keyARN(""))}
	_, err := r.kmsKey(id)
	return key, err
}

// getKeyPolicy answers with the default policy, which lets in the account, where none has been put.
func getKeyPolicy(r *request, in *kms.GetKeyPolicyInput) (*kms.GetKeyPolicyOutput, error) {
	key, err := r.keyPolicyOf(in.KeyId)
	if err != nil {
		return nil, err
	}
	policy, ok := r.shared.policies[key]
	if !ok {
		policy = `{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow",` +
			`"Principal":{"AWS":"arn:aws:iam::` + r.account + `:root"},"Action":"kms:*","Resource":"*"}]}`
	}
	return &kms.GetKeyPolicyOutput{Policy: aws.String(policy), PolicyName: aws.String("default")}, nil
}

func putKeyPolicy(r *request, in *kms.PutKeyPolicyInput) (*kms.PutKeyPolicyOutput, error) {
	key, err := r.keyPolicyOf(in.KeyId)
	if err != nil {
		return nil, err
	}
	r.shared.policies[key] = *in.Policy
	return &kms.PutKeyPolicyOutput{}, nil
}
