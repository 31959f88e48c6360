package exposure

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/attempt"
)

// BucketPolicyPublic fires when a bucket policy lets everyone in.
func BucketPolicyPublic() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-001",
		Title:    "Bucket opened to everyone by its policy",
		Class:    "s3-bucket-policy-public",
		Severity: detect.High,
		Doc: `**Why it matters.** Whoever knows or guesses the name of a public bucket reads it, without an AWS account and
without leaving a name. Public buckets are searched for all the time.

The rule judges the document from the event: an Allow whose principal is everyone, in any spelling, without a condition
that keeps strangers out. Reading is high; writing, deleting and changing the policy are critical. The policy of an access
point, which is a door of its own to a bucket, is judged in the same way. The call fails where S3 Block Public Access
forbids public policies: a call that was denied is told two steps lower.

**False positives.** Websites and downloads that are meant for everyone; they are better served by CloudFront with origin
access control.

**What to do.** Block public access on the bucket, then ask the caller. Look at the server access log or at data events
for what was read meanwhile. The former policy is not in the event.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1530", URL: "https://attack.mitre.org/techniques/T1530/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 2.1.4, 4.8", URL: cisURL},
			{
				Kind: "AWS", Name: "Blocking public access to your Amazon S3 storage",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
			},
		},
		Pattern: append(bucketPolicyCalls(), detect.Events{Source: s3Source, Names: []string{deleteBucketPolicy}}),
		Denied:  true,
		Actions: []string{removeBucketStatements},
		Good:    goodBucketPolicy,
		Match:   attempt.Grave(matchBucketPolicyPublic),
	}
}

func matchBucketPolicyPublic(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == deleteBucketPolicy { // looked at for what is known to be good: nothing, from then on
		return nil, nil
	}
	a, err := bucketPolicyAccess(ev)
	if err != nil {
		return nil, err
	}
	return a.bucketFindings(iampolicy.Public), nil
}
