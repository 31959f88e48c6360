package identity

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodVersion returns the default version that an event gave a managed policy.
func goodVersion(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		PolicyARN, VersionID cloudtrail.Text
		SetAsDefault         cloudtrail.Flag
	}](ev)
	if err != nil {
		return detect.State{}, false
	}
	policy, version := string(req.PolicyARN), string(req.VersionID)
	switch ev.Name {
	case createPolicy:
		policy, version = createdARN(ev), "v1"
	case createPolicyVersion:
		resp, err := cloudtrail.ResponseOf[struct {
			PolicyVersion struct {
				VersionID        cloudtrail.Text
				IsDefaultVersion cloudtrail.Flag
			}
		}](ev)
		if err != nil || !bool(req.SetAsDefault || resp.PolicyVersion.IsDefaultVersion) {
			return detect.State{}, false
		}
		version = string(resp.PolicyVersion.VersionID)
	}
	if policy == "" || version == "" {
		return detect.State{}, false
	}
	raw, err := json.Marshal(version)
	return detect.State{Aspect: "default-policy-version", Resource: detect.Resource{Type: detect.Policy, ID: policy}, State: raw}, err == nil
}
