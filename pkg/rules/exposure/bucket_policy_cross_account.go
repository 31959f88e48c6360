package exposure

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

// BucketPolicyCrossAccount fires when a bucket policy lets in another account.
func BucketPolicyCrossAccount() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-002",
		Title:    "Bucket opened to another account by its policy",
		Class:    "s3-bucket-policy-cross-account",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Data that another account may read leaves by the storage network, unseen by firewalls and
outside of the reach of this account's policies. It is a quiet way to carry a bucket away.

The rule judges the document from the event: an Allow for a principal of another account than the bucket's. Reading is
medium, changing is high. Own accounts, those that you trust and the own organisation stay quiet. Where you did not say
which organisation that is, one that a condition names is taken for it. Access points are judged in the same way.

**False positives.** Accounts of the same organisation: list them as your own; services that deliver from accounts of AWS,
as the older log delivery of load balancers does; partners who fetch data by agreement.

**What to do.** Find out whose account it is. Narrow the statement to one role of that account, or remove it. Look at
what was read meanwhile. Access for everyone, and a policy that cannot be judged, are EXP-001.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.8", URL: cisURL},
			{
				Kind: "AWS", Name: "Bucket owner granting cross-account bucket permissions",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html",
			},
		},
		Pattern: bucketPolicyCalls(),
		Actions: []string{removeBucketStatements},
		Match:   matchBucketPolicyCrossAccount,
	}
}

func matchBucketPolicyCrossAccount(ev *cloudtrail.Event) ([]detect.Finding, error) {
	a, err := bucketPolicyAccess(ev)
	if err != nil || !a.verdict.Judged {
		return nil, nil //nolint:nilerr // EXP-001 reports what neither can judge
	}
	return a.bucketFindings(iampolicy.ExternalAccount), nil
}
