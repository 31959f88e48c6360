package simaws

import (
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"riposte/pkg/iampolicy"
)

func bucketPolicyHandlers() handlers {
	h := handlers{}
	reads(h, getBucketPolicy)
	writes(h, putBucketPolicy)
	writes(h, deleteBucketPolicy)
	return h
}

func getBucketPolicy(r *request, in *s3.GetBucketPolicyInput) (*s3.GetBucketPolicyOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.policy == "" {
		return nil, s3Error("NoSuchBucketPolicy", "The bucket policy does not exist")
	}
	return &s3.GetBucketPolicyOutput{Policy: aws.String(b.policy)}, nil
}

func putBucketPolicy(r *request, in *s3.PutBucketPolicyInput) (*s3.PutBucketPolicyOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if !json.Valid([]byte(*in.Policy)) {
		return nil, s3Error("MalformedPolicy", "This policy contains invalid Json")
	}
	blocked := b.block != nil && aws.ToBool(b.block.BlockPublicPolicy) || r.storage.block != nil && aws.ToBool(r.storage.block.BlockPublicPolicy)
	v := iampolicy.JudgeResource([]byte(*in.Policy), "s3", iampolicy.Context{Account: r.account})
	if blocked && slices.Contains(v.Codes(), iampolicy.Public) {
		return nil, s3Error("AccessDenied", "because public policies are blocked by the BlockPublicPolicy block public access setting")
	}
	b.policy = *in.Policy
	return &s3.PutBucketPolicyOutput{}, nil
}

func deleteBucketPolicy(r *request, in *s3.DeleteBucketPolicyInput) (*s3.DeleteBucketPolicyOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.policy = ""
	return &s3.DeleteBucketPolicyOutput{}, nil
}
