package simaws

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func bucketLoggingHandlers() handlers {
	h := handlers{}
	reads(h, getBucketLogging)
	writes(h, putBucketLogging)
	return h
}

func getBucketLogging(r *request, in *s3.GetBucketLoggingInput) (*s3.GetBucketLoggingOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	return &s3.GetBucketLoggingOutput{LoggingEnabled: b.logging}, nil
}

func putBucketLogging(r *request, in *s3.PutBucketLoggingInput) (*s3.PutBucketLoggingOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	target := in.BucketLoggingStatus.LoggingEnabled
	if target != nil && r.storage.buckets[*target.TargetBucket] == nil {
		return nil, s3Error("InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
	}
	b.logging = target
	return &s3.PutBucketLoggingOutput{}, nil
}
