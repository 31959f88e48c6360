package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"
)

func publicAccessHandlers() handlers {
	h := handlers{}
	reads(h, getBucketBlock)
	writes(h, putBucketBlock)
	writes(h, deleteBucketBlock)
	reads(h, getAccountBlock)
	writes(h, putAccountBlock)
	writes(h, deleteAccountBlock)
	return h
}

func noBlock() error {
	return s3Error("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
}

// blockOf returns a configuration that says something of every setting: one that a request leaves out is off.
func blockOf(acls, ignore, policy, restrict *bool) *types.PublicAccessBlockConfiguration {
	said := func(b *bool) *bool { return aws.Bool(aws.ToBool(b)) }
	return &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: said(acls), IgnorePublicAcls: said(ignore), BlockPublicPolicy: said(policy), RestrictPublicBuckets: said(restrict),
	}
}

func getBucketBlock(r *request, in *s3.GetPublicAccessBlockInput) (*s3.GetPublicAccessBlockOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.block == nil {
		return nil, noBlock()
	}
	return &s3.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: b.block}, nil
}

func putBucketBlock(r *request, in *s3.PutPublicAccessBlockInput) (*s3.PutPublicAccessBlockOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	c := in.PublicAccessBlockConfiguration
	b.block = blockOf(c.BlockPublicAcls, c.IgnorePublicAcls, c.BlockPublicPolicy, c.RestrictPublicBuckets)
	return &s3.PutPublicAccessBlockOutput{}, nil
}

func deleteBucketBlock(r *request, in *s3.DeletePublicAccessBlockInput) (*s3.DeletePublicAccessBlockOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.block = nil
	return &s3.DeletePublicAccessBlockOutput{}, nil
}

// own holds that a call about an account comes from it.
func (r *request) own(account *string) error {
	if aws.ToString(account) != r.account {
		return s3Error("AccessDenied", "Access Denied")
	}
	return nil
}

func getAccountBlock(r *request, in *s3control.GetPublicAccessBlockInput) (*s3control.GetPublicAccessBlockOutput, error) {
	if err := r.own(in.AccountId); err != nil {
		return nil, err
	}
	c := r.storage.block
	if c == nil {
		return nil, noBlock()
	}
	return &s3control.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{
		BlockPublicAcls: c.BlockPublicAcls, IgnorePublicAcls: c.IgnorePublicAcls,
		BlockPublicPolicy: c.BlockPublicPolicy, RestrictPublicBuckets: c.RestrictPublicBuckets,
	}}, nil
}

func putAccountBlock(r *request, in *s3control.PutPublicAccessBlockInput) (*s3control.PutPublicAccessBlockOutput, error) {
	if err := r.own(in.AccountId); err != nil {
		return nil, err
	}
	c := in.PublicAccessBlockConfiguration
	r.storage.block = blockOf(c.BlockPublicAcls, c.IgnorePublicAcls, c.BlockPublicPolicy, c.RestrictPublicBuckets)
	return &s3control.PutPublicAccessBlockOutput{}, nil
}

func deleteAccountBlock(r *request, in *s3control.DeletePublicAccessBlockInput) (*s3control.DeletePublicAccessBlockOutput, error) {
	if err := r.own(in.AccountId); err != nil {
		return nil, err
	}
	r.storage.block = nil
	return &s3control.DeletePublicAccessBlockOutput{}, nil
}
