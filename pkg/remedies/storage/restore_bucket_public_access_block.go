package storage

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RestoreBucketPublicAccessBlock switches those settings of a bucket's Block Public Access on that the event left off.
func RestoreBucketPublicAccessBlock(accounts access.Accounts) remedy.Remedy {
	return restoreBlock(actions.RestoreBucketPublicAccessBlock(),
		access.Client(accounts, func(cfg aws.Config) blocker { return bucketBlock{newStore(cfg)} }),
		func(f detect.Finding) (remedy.Target, error) { return findBucket(f, detect.ParamSettings) },
		func(t remedy.Target) string { return "bucket " + t.ID })
}

// bucketBlock is the Block Public Access of buckets.
type bucketBlock struct{ *store }

func (s bucketBlock) get(ctx context.Context, t remedy.Target) (*block, error) {
	var out *s3.GetPublicAccessBlockOutput
	err := s.call(func(api *s3.Client) (err error) {
		out, err = api.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		return err
	})
	switch {
	case access.Coded(err, noBlock):
		return nil, nil
	case err != nil:
		return nil, access.Gone(err, noSuchBucket)
	case out.PublicAccessBlockConfiguration == nil:
		return nil, nil
	}
	c := out.PublicAccessBlockConfiguration
	return &block{
		blockACLs: aws.ToBool(c.BlockPublicAcls), ignoreACLs: aws.ToBool(c.IgnorePublicAcls),
		blockPolicy: aws.ToBool(c.BlockPublicPolicy), restrict: aws.ToBool(c.RestrictPublicBuckets),
	}, nil
}

func (s bucketBlock) put(ctx context.Context, t remedy.Target, b block) error {
	return refused(s.call(func(api *s3.Client) error {
		_, err := api.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t),
			PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
				BlockPublicAcls: aws.Bool(b.blockACLs), IgnorePublicAcls: aws.Bool(b.ignoreACLs),
				BlockPublicPolicy: aws.Bool(b.blockPolicy), RestrictPublicBuckets: aws.Bool(b.restrict),
			},
		})
		return err
	}), "S3 does not let the settings of bucket "+t.ID+" be changed: a policy of the bucket or of the organization forbids it")
}

func (s bucketBlock) remove(ctx context.Context, t remedy.Target) error {
	return refused(s.call(func(api *s3.Client) error {
		_, err := api.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		return err
	}), "S3 does not let the settings of bucket "+t.ID+" be removed: a policy of the bucket or of the organization forbids it")
}
