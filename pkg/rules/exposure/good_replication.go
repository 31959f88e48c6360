package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/s3rules"
)

// goodReplication returns the rules by which a bucket is replicated since an event: none where they were taken away.
func goodReplication(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName               cloudtrail.Text
		ReplicationConfiguration struct {
			Role        cloudtrail.Text
			Rule, Rules cloudtrail.List[json.RawMessage]
		}
	}](ev)
	c := req.ReplicationConfiguration
	if err != nil || req.BucketName == "" || len(c.Rule)+len(c.Rules) == 0 && ev.Name != deleteBucketReplication {
		return detect.State{}, false
	}
	var state any // null where it has what is not known: then nobody knows what is there since
	if rules, ok := s3rules.Replication(append(c.Rule, c.Rules...)); ok {
		state = map[string]any{"rules": rules, "role": string(c.Role)}
	}
	raw, err := json.Marshal(state)
	return detect.State{
		Aspect: "bucket-replication", Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)}, State: raw,
	}, err == nil
}
