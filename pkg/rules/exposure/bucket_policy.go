package exposure

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	s3Source        = "s3.amazonaws.com"
	putBucketPolicy = "PutBucketPolicy"
)

// bucketPolicyAccess judges the policy that a call of PutBucketPolicy wrote.
func bucketPolicyAccess(ev *cloudtrail.Event) (access, error) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName   cloudtrail.Text
		BucketPolicy cloudtrail.Document
	}](ev)
	if err != nil {
		return access{}, err
	}
	if req.BucketName == "" || len(req.BucketPolicy) == 0 {
		return access{}, errors.New("request parameters: no bucketName or no bucketPolicy")
	}
	name := string(req.BucketName)
	bucket := detect.Resource{Type: detect.Bucket, ID: name}
	return documentAccess(ev, "s3", "policy of bucket "+detect.Text(name), bucket, req.BucketPolicy), nil
}
