package exposure

import (
	"encoding/json"
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	s3Source        = "s3.amazonaws.com"
	putBucketPolicy = "PutBucketPolicy"

	deleteBucketPolicy = "DeleteBucketPolicy"

	s3ControlSource      = "s3-control.amazonaws.com" // where some trails have the calls about access points
	putAccessPointPolicy = "PutAccessPointPolicy"
)

// bucketPolicyCalls are the calls that write who may use a bucket, or an access point, which is a door of its own to one.
func bucketPolicyCalls() detect.Pattern {
	return detect.Pattern{
		{Source: s3Source, Names: []string{putBucketPolicy, putAccessPointPolicy}},
		{Source: s3ControlSource, Names: []string{putAccessPointPolicy}},
	}
}

// bucketPolicyAccess judges the policy that a call of PutBucketPolicy wrote, or one of PutAccessPointPolicy.
func bucketPolicyAccess(ev *cloudtrail.Event) (access, error) {
	if ev.Name == putAccessPointPolicy {
		return accessPointAccess(ev)
	}
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

// accessPointAccess judges the policy of an access point. Its name stands in the address, the policy in the body.
func accessPointAccess(ev *cloudtrail.Event) (access, error) {
	if ev.Request.Omitted() {
		return access{}, fmt.Errorf("request parameters: %w", cloudtrail.ErrOmitted)
	}
	type body struct{ Policy cloudtrail.Document }
	var req struct {
		Name cloudtrail.Text
		body
		PutAccessPointPolicyRequest body
	}
	if err := json.Unmarshal(ev.Request.Raw(), &req); err != nil {
		return access{}, errors.New("request parameters: the name or the policy is of another type")
	}
	document := req.Policy
	if len(document) == 0 {
		document = req.PutAccessPointPolicyRequest.Policy
	}
	if req.Name == "" || len(document) == 0 {
		return access{}, errors.New("request parameters: no name or no policy of an access point")
	}
	name := string(req.Name)
	point := detect.Resource{Type: detect.AccessPoint, ID: name}
	return documentAccess(ev, "s3", "policy of access point "+detect.Text(name), point, document), nil
}
