package logging

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const s3Source = "s3.amazonaws.com"

// S3AccessLoggingDisabled fires when a bucket's server access logging is switched off.
func S3AccessLoggingDisabled() *detect.Rule {
	judged := calls{s3Source: {"PutBucketLogging": bucketLoggingPut}}
	return &detect.Rule{
		ID:       "LOG-012",
		Title:    "S3 server access logging disabled",
		Class:    "s3-access-logging-disabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Most trails leave out what happens to objects. Where they do, a bucket's access log is the only
record of who read or deleted them.

One call switches logging on, elsewhere and off: it is off where the request has no target.

**False positives.** Buckets whose objects are recorded by CloudTrail data events instead.

**What to do.** Set the target bucket and prefix again: the event history holds the former call. Look at what happens to
the bucket next, above all its policy and its public access block.`,
		Refs: []detect.Ref{
			attack("T1562.008"), cis("3.4"),
			aws("Logging requests with server access logging", "AmazonS3/latest/userguide/ServerLogs.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"restore-bucket-logging"},
		Match:   judged.match,
		Good:    goodAccessLog,
	}
}

func bucketLoggingPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName          cloudtrail.Text
		BucketLoggingStatus *cloudtrail.List[struct {
			LoggingEnabled cloudtrail.List[struct{ TargetBucket cloudtrail.Text }]
		}]
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.BucketLoggingStatus == nil {
		return nil, missing("BucketLoggingStatus")
	}
	for _, status := range *req.BucketLoggingStatus {
		for _, target := range status.LoggingEnabled {
			if target.TargetBucket != "" {
				return nil, nil
			}
		}
	}
	off := named("bucketName", detect.Bucket, detect.Medium, "bucket %s no longer logs who accesses it")
	return remedied("restore-bucket-logging", off)(ev)
}
