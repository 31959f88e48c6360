package logging

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/s3rules"
)

// goodLifecycle returns the rules of the lifecycle that a bucket has since an event: none where it was taken away.
func goodLifecycle(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName             cloudtrail.Text
		LifecycleConfiguration cloudtrail.List[struct {
			Rule, Rules cloudtrail.List[json.RawMessage]
		}]
	}](ev)
	if err != nil || req.BucketName == "" {
		return detect.State{}, false
	}
	rules := []json.RawMessage{}
	if ev.Name != "DeleteBucketLifecycle" {
		for _, c := range req.LifecycleConfiguration {
			rules = append(append(rules, c.Rule...), c.Rules...)
		}
		if len(rules) == 0 {
			return detect.State{}, false
		}
	}
	var state any // null where it has what is not known: then nobody knows what is there since
	if rules, ok := s3rules.Lifecycle(rules); ok {
		state = map[string]any{"rules": rules}
	}
	raw, err := json.Marshal(state)
	return detect.State{
		Aspect: "bucket-lifecycle", Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)}, State: raw,
	}, err == nil
}
