package data

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// BucketDeleted fires when a bucket goes.
func BucketDeleted() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-003",
		Title:    "Bucket deleted",
		Class:    "s3-bucket-deleted",
		Severity: detect.Medium,
		Doc: `**Why it matters.** S3 only deletes empty buckets, so that its objects were deleted before, which only data
events show. And a name that is free can be taken by anybody: whoever still reads from it or writes to it then deals
with a stranger.

**False positives.** The teardown of test environments. What CloudFormation deletes with a stack is low.

**What to do.** Make sure that the bucket was meant to go. Look for its name in policies, DNS records, pipelines and web
pages, and take it again yourself where something still uses it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1485", URL: "https://attack.mitre.org/techniques/T1485/"},
			{
				Kind: "AWS", Name: "Deleting a general purpose bucket",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
			},
		},
		Pattern: detect.Pattern{{Source: s3Source, Names: []string{"DeleteBucket"}}},
		Match:   matchBucketDeleted,
	}
}

func matchBucketDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	bucket, err := bucketOf(ev)
	if err != nil {
		return nil, err
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.Medium),
		Resource: detect.Resource{Type: detect.Bucket, ID: bucket},
		Summary:  "bucket " + detect.Text(bucket) + " was deleted, and its name is free for anybody" + caller.Through(ev),
	}}, nil
}
