package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodBucketPolicy returns the policy that a harmless event gave a bucket.
func goodBucketPolicy(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName   cloudtrail.Text
		BucketPolicy cloudtrail.Document
	}](ev)
	deleted := ev.Name == deleteBucketPolicy // what was taken away must not come back
	if err != nil || ev.Name != putBucketPolicy && !deleted || req.BucketName == "" || len(req.BucketPolicy) == 0 && !deleted {
		return detect.State{}, false
	}
	raw, err := json.Marshal(map[string]any{"has": []string{}, "document": string(req.BucketPolicy)})
	return detect.State{Aspect: "bucket-policy", Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)}, State: raw}, err == nil
}
