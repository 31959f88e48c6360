package exposure

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	putBucketACL = "PutBucketAcl"
	putObjectACL = "PutObjectAcl"
	createBucket = "CreateBucket"
)

// BucketACLPublic fires when the access control list of a bucket or an object lets everyone in.
func BucketACLPublic() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-003",
		Title:    "Bucket or object opened to everyone by its access control list",
		Class:    "s3-bucket-acl-public",
		Severity: detect.High,
		Doc: `**Why it matters.** An access control list opens a bucket or an object beside its policy, where few people look.
"Authenticated users" are not the users of this account but everybody who has an AWS account anywhere.

The rule reads every form that S3 records: the canned list in x-amz-acl, the headers x-amz-grant-…, and the list of grants
in the body. Writing, and changing the list, are critical; reading is high; reading the list alone is medium. A new
bucket without a list, and grants to single accounts or to S3's log delivery, stay quiet.

**False positives.** Websites and downloads that are meant for everyone. Where the bucket owner enforces ownership, which
is the default of new buckets, S3 refuses such lists.

**What to do.** Set the list to private, and the bucket's object ownership to "bucket owner enforced", which switches all
lists off. Changes to objects are in the trail only where it records data events.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1530", URL: "https://attack.mitre.org/techniques/T1530/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 2.1.4, 4.8", URL: cisURL},
			{
				Kind: "AWS", Name: "Access control list (ACL) overview",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
			},
		},
		Pattern: detect.Pattern{{Source: s3Source, Names: []string{putBucketACL, putObjectACL, createBucket}}},
		Denied:  true,
		Actions: []string{removeBucketGrants, removeObjectGrants},
		Match:   attempt.Grave(matchBucketACLPublic),
	}
}

// The actions of the rule, of which each finding has the one that fits.
const (
	removeBucketGrants = "remove-bucket-acl-grants"
	removeObjectGrants = "remove-object-acl-grants"
)

func matchBucketACLPublic(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ BucketName, Key, VersionID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	acl, err := aclOf(ev)
	if err != nil {
		return nil, err
	}
	if req.BucketName == "" {
		return nil, errors.New("request parameters: no bucketName")
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)}, Actions: []string{removeBucketGrants},
	}
	what := "bucket " + detect.Text(string(req.BucketName))
	if ev.Name == putObjectACL {
		f.Resource = detect.Resource{Type: detect.Object, ID: string(req.Key), Parent: string(req.BucketName)}
		f.Actions = []string{removeObjectGrants}
		if req.VersionID != "" {
			f.Actions = []string{} // of a version that may not be the current one
		}
		what = "object " + detect.Text(string(req.Key)) + " of " + what
	}
	if len(acl) == 0 && ev.Name != createBucket {
		return nil, errors.New("request parameters: no access control list")
	}
	var told []string
	for _, g := range acl {
		severity, who := g.weigh()
		if severity == detect.Inherit {
			continue
		}
		f.Severity = max(f.Severity, severity)
		if text := g.permission + " to " + who; !slices.Contains(told, text) {
			told = append(told, text)
		}
	}
	if len(told) == 0 {
		return nil, nil
	}
	slices.Sort(told) // headers come in no order
	f.Params = grantParams(acl)
	if f.Params == nil {
		f.Actions = []string{}
	}
	f.Summary = fmt.Sprintf("access control list of %s grants %s", what, strings.Join(told, ", "))
	return []detect.Finding{f}, nil
}
