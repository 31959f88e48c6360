package identity

import (
	"encoding/json"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodTrust returns the trust policy that a harmless event gave a role.
func goodTrust(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		RoleName                                 cloudtrail.Text
		PolicyDocument, AssumeRolePolicyDocument cloudtrail.Document
	}](ev)
	if err != nil || req.RoleName == "" {
		return detect.State{}, false
	}
	document := req.PolicyDocument
	if ev.Name == createRole {
		document = req.AssumeRolePolicyDocument
	}
	return documentState("trust-policy", detect.Resource{Type: detect.Role, ID: string(req.RoleName)}, "", document)
}

// goodInline returns the inline policy that a harmless event gave a user, role or group, or that there is none any more: a
// policy that was taken away must not come back when somebody puts another one in its place.
func goodInline(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		holder
		PolicyName     cloudtrail.Text
		PolicyDocument cloudtrail.Document
	}](ev)
	if err != nil || req.PolicyName == "" {
		return detect.State{}, false
	}
	resource, err := req.resource()
	if err != nil {
		return detect.State{}, false
	}
	if strings.HasPrefix(ev.Name, "Delete") {
		return detect.State{Aspect: "inline-policy", Resource: resource, Name: string(req.PolicyName), State: json.RawMessage(`""`)}, true
	}
	return documentState("inline-policy", resource, string(req.PolicyName), req.PolicyDocument)
}

// documentState returns a policy document as a state: its text.
func documentState(aspect string, r detect.Resource, name string, document cloudtrail.Document) (detect.State, bool) {
	if len(document) == 0 {
		return detect.State{}, false
	}
	raw, err := json.Marshal(string(document))
	return detect.State{Aspect: aspect, Resource: r, Name: name, State: raw}, err == nil
}
