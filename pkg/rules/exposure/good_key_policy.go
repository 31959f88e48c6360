package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodKeyPolicy returns the policy that a key has since an event.
func goodKeyPolicy(ev *cloudtrail.Event) (detect.State, bool) {
	k, written, err := keyPolicyOf(ev)
	if err != nil || !written || !k.verdict.Judged || k.bypassed {
		return detect.State{}, false
	}
	raw, err := json.Marshal(string(k.document))
	return detect.State{Aspect: "key-policy", Resource: k.resource, State: raw}, err == nil
}
