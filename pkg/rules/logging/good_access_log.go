package logging

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodAccessLog returns where a harmless event let a bucket log who accesses it.
func goodAccessLog(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName          cloudtrail.Text
		BucketLoggingStatus cloudtrail.List[struct {
			LoggingEnabled cloudtrail.List[struct {
				TargetBucket, TargetPrefix cloudtrail.Text
				TargetObjectKeyFormat      json.RawMessage
			}]
		}]
	}](ev)
	if err != nil || req.BucketName == "" || len(req.BucketLoggingStatus) != 1 || len(req.BucketLoggingStatus[0].LoggingEnabled) != 1 {
		return detect.State{}, false
	}
	to := req.BucketLoggingStatus[0].LoggingEnabled[0]
	if to.TargetBucket == "" || len(to.TargetObjectKeyFormat) > 0 { // how an event spells the format is not known
		return detect.State{}, false
	}
	raw, err := json.Marshal(map[string]string{"bucket": string(to.TargetBucket), "prefix": string(to.TargetPrefix)})
	return detect.State{
		Aspect: "bucket-logging", Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)}, State: raw,
	}, err == nil
}
