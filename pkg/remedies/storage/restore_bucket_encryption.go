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

// encryption is what new objects of a bucket are encrypted with; the zero value where nothing is set.
type encryption struct {
	Algorithm types.ServerSideEncryption `json:"algorithm,omitempty"`
	KeyID     string                     `json:"key,omitempty"`
	BucketKey bool                       `json:"bucket_key,omitempty"`
}

func (e encryption) String() string {
	switch {
	case e.Algorithm == "":
		return "none of its own"
	case e.KeyID != "":
		return string(e.Algorithm) + " with key " + e.KeyID
	}
	return string(e.Algorithm)
}

// RestoreBucketEncryption sets what a bucket's new objects are encrypted with as it was before the event, or to S3's own
// keys.
func RestoreBucketEncryption(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*store, encryption]{
		Action: actions.RestoreBucketEncryption(),
		Lens: remedy.Lens[*store, encryption]{
			Client: client(accounts),
			Read:   readEncryption,
			Write:  writeEncryption,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findBucket(f)
			if err == nil && f.Params[detect.ParamEncryption] == "" {
				err = remedy.Refuse("the finding about %s does not say what became of its encryption", t)
			}
			return t, err
		},
		Want: func(_ context.Context, _ *store, f detect.Finding, _ remedy.Target, before encryption) (encryption, error) {
			return wantEncryption(f, before, encryption{Algorithm: types.ServerSideEncryptionAes256}), nil
		},
		Aspect: "bucket-encryption",
		Restore: func(_ context.Context, _ *store, f detect.Finding, _ remedy.Target, before, good encryption) (encryption, error) {
			if good.KeyID != "" && good.KeyID == f.Params[detect.ParamEncryption] {
				return before, nil // it was the stranger's key before the event
			}
			return wantEncryption(f, before, good), nil
		},
		Summary: func(t remedy.Target, before, after encryption) string {
			return fmt.Sprintf("default encryption of bucket %s: %s → %s", t.ID, before, after)
		},
		Nothing: func(t remedy.Target, live encryption) string {
			return fmt.Sprintf("the default encryption of bucket %s is %s: not what the event may be blamed for", t.ID, live)
		},
	})
}

// wantEncryption returns what to go back to, while the setting still is what the event made it: S3 falls back to its own keys
// where it is deleted.
func wantEncryption(f detect.Finding, before, former encryption) encryption {
	made := f.Params[detect.ParamEncryption]
	deleted := made == detect.EncryptionDeleted && (before.Algorithm == "" || before == encryption{Algorithm: types.ServerSideEncryptionAes256})
	if deleted || before.KeyID != "" && before.KeyID == made {
		return former
	}
	return before
}

func readRules(ctx context.Context, api *store, t remedy.Target) (rules []types.ServerSideEncryptionRule, err error) {
	err = api.call(func(api *s3.Client) error {
		out, err := api.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err == nil && out.ServerSideEncryptionConfiguration != nil {
			rules = out.ServerSideEncryptionConfiguration.Rules
		}
		return err
	})
	if access.Coded(err, "ServerSideEncryptionConfigurationNotFoundError") {
		return nil, nil
	}
	return rules, access.Gone(err, noSuchBucket)
}

func readEncryption(ctx context.Context, api *store, t remedy.Target) (encryption, error) {
	rules, err := readRules(ctx, api, t)
	if err != nil || len(rules) == 0 || rules[0].ApplyServerSideEncryptionByDefault == nil {
		return encryption{}, err
	}
	by := rules[0].ApplyServerSideEncryptionByDefault
	return encryption{
		Algorithm: by.SSEAlgorithm, KeyID: aws.ToString(by.KMSMasterKeyID), BucketKey: aws.ToBool(rules[0].BucketKeyEnabled),
	}, nil
}

// writeEncryption changes what objects are encrypted with by default, and keeps which kinds of encryption are blocked.
func writeEncryption(ctx context.Context, api *store, t remedy.Target, _, to encryption) error {
	rule := types.ServerSideEncryptionRule{}
	live, err := readRules(ctx, api, t)
	if err != nil {
		return err
	}
	if len(live) > 0 {
		rule.BlockedEncryptionTypes = live[0].BlockedEncryptionTypes
	}
	const denied = "S3 does not let the default encryption be changed: a policy forbids it"
	if to == (encryption{}) {
		return refused(api.call(func(api *s3.Client) error {
			_, err := api.DeleteBucketEncryption(ctx, &s3.DeleteBucketEncryptionInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
			return err
		}), denied)
	}
	rule.ApplyServerSideEncryptionByDefault = &types.ServerSideEncryptionByDefault{SSEAlgorithm: to.Algorithm}
	if to.KeyID != "" {
		rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID = aws.String(to.KeyID)
	}
	if to.BucketKey {
		rule.BucketKeyEnabled = aws.Bool(true)
	}
	return refused(api.call(func(api *s3.Client) error {
		_, err := api.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t),
			ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}},
		})
		return err
	}), denied)
}
