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

// RemoveBucketACLGrants takes the grants to everyone that the event made out of a bucket's access control list.
func RemoveBucketACLGrants(accounts access.Accounts) remedy.Remedy {
	return removeGrants(actions.RemoveBucketACLGrants(),
		access.Client(accounts, func(cfg aws.Config) acl { return bucketACL{newStore(cfg)} }),
		func(f detect.Finding) (remedy.Target, error) { return findBucket(f, detect.ParamBucketGrants) },
		func(t remedy.Target) string { return "bucket " + t.ID })
}

// bucketACL is the access control list of buckets.
type bucketACL struct{ *store }

func (s bucketACL) get(ctx context.Context, t remedy.Target) (list *types.AccessControlPolicy, err error) {
	err = s.call(func(api *s3.Client) error {
		out, err := api.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err == nil {
			list = &types.AccessControlPolicy{Owner: out.Owner, Grants: out.Grants}
		}
		return err
	})
	return list, access.Gone(err, noSuchBucket)
}

func (s bucketACL) put(ctx context.Context, t remedy.Target, list *types.AccessControlPolicy) error {
	return s.call(func(api *s3.Client) error {
		_, err := api.PutBucketAcl(ctx, &s3.PutBucketAclInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t), AccessControlPolicy: list,
		})
		return err
	})
}
