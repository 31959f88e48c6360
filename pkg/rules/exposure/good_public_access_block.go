package exposure

import (
	"encoding/json"
	"slices"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodBlock returns the settings that an event left a bucket or an account with.
func goodBlock(ev *cloudtrail.Event) (detect.State, bool) {
	f, err := guarded(ev)
	if err != nil || f.Resource.ID == "" {
		return detect.State{}, false
	}
	off, configured := []string{}, true
	switch ev.Name {
	case deleteBucketBlock, deleteAccountBlock, deleteBlock:
		configured = false
	default:
		if off, _, err = blocksOff(ev); err != nil {
			return detect.State{}, false
		}
	}
	settings := map[string]string{"configured": strconv.FormatBool(configured)}
	for _, name := range []string{"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"} {
		settings[name] = strconv.FormatBool(configured && !slices.Contains(off, name))
	}
	raw, err := json.Marshal(settings)
	return detect.State{Aspect: "public-access-block", Resource: f.Resource, State: raw}, err == nil
}
