package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodBlock returns the settings that a harmless event gave a bucket or an account: all four are on.
func goodBlock(ev *cloudtrail.Event) (detect.State, bool) {
	switch ev.Name {
	case deleteBucketBlock, deleteAccountBlock, deleteBlock:
		return detect.State{}, false
	}
	off, _, err := blocksOff(ev)
	f, where := guarded(ev)
	if err != nil || where != nil || len(off) > 0 || f.Resource.ID == "" {
		return detect.State{}, false
	}
	raw, err := json.Marshal(map[string]string{
		"configured":      "true",
		"BlockPublicAcls": "true", "IgnorePublicAcls": "true", "BlockPublicPolicy": "true", "RestrictPublicBuckets": "true",
	})
	return detect.State{Aspect: "public-access-block", Resource: f.Resource, State: raw}, err == nil
}
