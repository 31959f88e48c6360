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

// accessLog is where a bucket logs who accesses it; the zero value where it does not.
type accessLog struct {
	Bucket string `json:"bucket,omitempty"`
	Prefix string `json:"prefix,omitempty"`
	// Format is "simple" or the kind of date by which files are partitioned; "" where nothing is set.
	Format string `json:"format,omitempty"`
}

const simpleFormat = "simple"

func (l accessLog) String() string {
	if l.Bucket == "" {
		return "off"
	}
	return l.Bucket + "/" + l.Prefix
}

// RestoreBucketLogging lets a bucket log again who accesses it.
func RestoreBucketLogging(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*store, accessLog]{
		Action: actions.RestoreBucketLogging(),
		Lens:   remedy.Lens[*store, accessLog]{Client: client(accounts), Read: readAccessLog, Write: writeAccessLog},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findBucket(f)
			if err == nil && f.Event.Name != "PutBucketLogging" {
				err = remedy.Refuse("%s on %s does not switch off an access log", f.Event.Name, f.Resource)
			}
			return t, err
		},
		Want: func(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before accessLog) (accessLog, error) {
			if before.Bucket != "" {
				return before, nil
			}
			return before, remedy.Refuse("nobody knows where bucket %s logged who accesses it", t.ID)
		},
		Aspect: "bucket-logging",
		Restore: func(_ context.Context, _ *store, _ detect.Finding, _ remedy.Target, before, good accessLog) (accessLog, error) {
			if before.Bucket != "" {
				return before, nil
			}
			return good, nil
		},
		Summary: func(t remedy.Target, before, after accessLog) string {
			return fmt.Sprintf("access log of bucket %s: %s → %s", t.ID, before, after)
		},
		Nothing: func(t remedy.Target, live accessLog) string {
			if live.Bucket == "" {
				return fmt.Sprintf("bucket %s did not log who accesses it when it was last known to be good", t.ID)
			}
			return fmt.Sprintf("bucket %s logs who accesses it, to %s", t.ID, live)
		},
	})
}

func readAccessLog(ctx context.Context, api *store, t remedy.Target) (log accessLog, err error) {
	err = api.call(func(api *s3.Client) error {
		out, err := api.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err != nil || out.LoggingEnabled == nil {
			return err
		}
		log = accessLog{Bucket: aws.ToString(out.LoggingEnabled.TargetBucket), Prefix: aws.ToString(out.LoggingEnabled.TargetPrefix)}
		switch format := out.LoggingEnabled.TargetObjectKeyFormat; {
		case format != nil && format.PartitionedPrefix != nil:
			log.Format = string(format.PartitionedPrefix.PartitionDateSource)
		case format != nil && format.SimplePrefix != nil:
			log.Format = simpleFormat
		}
		return nil
	})
	return log, access.Gone(err, noSuchBucket)
}

func writeAccessLog(ctx context.Context, api *store, t remedy.Target, _, to accessLog) error {
	status := &types.BucketLoggingStatus{}
	if to.Bucket != "" {
		status.LoggingEnabled = &types.LoggingEnabled{TargetBucket: aws.String(to.Bucket), TargetPrefix: aws.String(to.Prefix)}
		switch to.Format {
		case "":
		case simpleFormat:
			status.LoggingEnabled.TargetObjectKeyFormat = &types.TargetObjectKeyFormat{SimplePrefix: &types.SimplePrefix{}}
		default:
			status.LoggingEnabled.TargetObjectKeyFormat = &types.TargetObjectKeyFormat{
				PartitionedPrefix: &types.PartitionedPrefix{PartitionDateSource: types.PartitionDateSource(to.Format)},
			}
		}
	}
	err := api.call(func(api *s3.Client) error {
		_, err := api.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t), BucketLoggingStatus: status,
		})
		return err
	})
	if access.Coded(err, "InvalidTargetBucketForLogging", "CrossLocationLoggingProhibitted") {
		return &remedy.Refusal{Reason: fmt.Sprintf("bucket %s does not take the access log of bucket %s any more", to.Bucket, t.ID), Err: err}
	}
	return refused(err, "S3 does not let the access log be changed: a policy forbids it")
}
