package storage

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// versioning is whether a bucket keeps versions of its objects. MFADelete says who may change that; it is no part of the
// aspect.
type versioning struct {
	Status    types.BucketVersioningStatus `json:"status"` // "" where it never did
	MFADelete bool                         `json:"mfa_delete,omitempty"`
}

// EnableBucketVersioning makes a bucket keep versions of its objects again, where the event suspended that.
func EnableBucketVersioning(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*store, versioning]{
		Action: actions.EnableBucketVersioning(),
		Lens: remedy.Lens[*store, versioning]{
			Client: client(accounts),
			Read:   readVersioning,
			Write:  writeVersioning,
			Equal:  func(a, b versioning) bool { return a.Status == b.Status },
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findBucket(f)
			if err == nil && f.Params[detect.ParamVersioning] != string(types.BucketVersioningStatusSuspended) {
				err = remedy.Refuse("the finding about %s does not say that its versioning was suspended", t)
			}
			return t, err
		},
		Want:   wantVersioning,
		Aspect: "bucket-versioning",
		Restore: func(ctx context.Context, api *store, f detect.Finding, t remedy.Target, before, good versioning) (versioning, error) {
			if good.Status != types.BucketVersioningStatusEnabled {
				return before, nil // the event changed nothing
			}
			return wantVersioning(ctx, api, f, t, before)
		},
		Summary: func(t remedy.Target, before, after versioning) string {
			return fmt.Sprintf("versioning of bucket %s: %s → %s", t.ID, before.Status, after.Status)
		},
		Nothing: func(t remedy.Target, live versioning) string {
			if live.Status == types.BucketVersioningStatusEnabled {
				return fmt.Sprintf("bucket %s keeps versions of its objects", t.ID)
			}
			return fmt.Sprintf("bucket %s kept no versions of its objects before the event either", t.ID)
		},
	})
}

func wantVersioning(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before versioning) (versioning, error) {
	switch {
	case before.Status != types.BucketVersioningStatusSuspended:
		return before, nil
	case before.MFADelete:
		return before, remedy.Refuse("bucket %s demands the root user's MFA device for a change of its versioning", t.ID)
	}
	return versioning{Status: types.BucketVersioningStatusEnabled}, nil
}

func readVersioning(ctx context.Context, api *store, t remedy.Target) (v versioning, err error) {
	err = api.call(func(api *s3.Client) error {
		out, err := api.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err == nil {
			v = versioning{Status: out.Status, MFADelete: out.MFADelete == types.MFADeleteStatusEnabled}
		}
		return err
	})
	return v, access.Gone(err, noSuchBucket)
}

func writeVersioning(ctx context.Context, api *store, t remedy.Target, _, to versioning) error {
	return refused(api.call(func(api *s3.Client) error {
		_, err := api.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t),
			VersioningConfiguration: &types.VersioningConfiguration{Status: to.Status},
		})
		return err
	}), "S3 does not let the versioning of bucket "+t.ID+" be changed: MFA delete demands the root user's device, or a policy forbids it")
}
