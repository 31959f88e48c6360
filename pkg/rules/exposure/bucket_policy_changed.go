package exposure

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// BucketPolicyChanged tells of changes to who may use a bucket that no sharper rule speaks of.
func BucketPolicyChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-019",
		Title:    "Access or replication settings of a bucket changed",
		Class:    "s3-bucket-policy-changed-generic",
		Severity: detect.Info,
		Doc: `**Why it matters.** The CIS benchmark asks for a record of every change to a bucket's policy, access control
list, CORS, lifecycle and replication. One such change says little; many at once, or one that nobody planned, say more.

The rule is quiet where a sharper one speaks of the same event: EXP-001, EXP-002, EXP-003 and EXP-018. Where the record
leaves out what was asked for, it says beside their doubt that something changed.

**False positives.** Nearly all of them: every deployment changes buckets. Send it to a digest, or switch it off.

**What to do.** Nothing by itself. Read it beside the other findings about the same bucket or caller.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1530", URL: "https://attack.mitre.org/techniques/T1530/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.8", URL: cisURL},
			{
				Kind: "AWS", Name: "Amazon S3 CloudTrail events",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: s3Source, Names: []string{
				putBucketPolicy, "DeleteBucketPolicy", putBucketACL, "PutBucketCors", "DeleteBucketCors",
				putBucketReplication, "DeleteBucketReplication", "DeleteBucketLifecycle",
			},
		}},
		Match: matchBucketPolicyChanged,
	}
}

// sharperBucketRules are the rules that speak of the same events, where they find something or cannot judge.
func sharperBucketRules() []*detect.Rule {
	return []*detect.Rule{BucketPolicyPublic(), BucketPolicyCrossAccount(), BucketACLPublic(), ReplicationExternal()}
}

func matchBucketPolicyChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	for _, r := range sharperBucketRules() {
		if ev.Request.Omitted() || !r.Pattern.Matches(ev) {
			continue
		}
		if found, err := r.Match(ev); err != nil || len(found) > 0 {
			return nil, nil //nolint:nilerr // the sharper rule reports what it could not judge
		}
	}
	req, err := cloudtrail.RequestOf[struct{ BucketName cloudtrail.Text }](ev)
	switch {
	case ev.Request.Omitted():
		return []detect.Finding{{
			Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
			Summary:  detect.Text(ev.Name) + " on a bucket that the record does not show",
		}}, nil
	case err != nil:
		return nil, err
	}
	if req.BucketName == "" {
		return nil, errors.New("request parameters: no bucketName")
	}
	return []detect.Finding{{
		Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)},
		Summary:  detect.Text(ev.Name) + " on bucket " + detect.Text(string(req.BucketName)),
	}}, nil
}
