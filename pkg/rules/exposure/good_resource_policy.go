package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodMessagePolicy returns the policy that a topic or a queue has since a harmless event: none that is known where only
// some statements were changed, or where it was made or emptied.
func goodMessagePolicy(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[messaging](ev)
	if err != nil {
		return detect.State{}, false
	}
	r, _, err := req.resource(ev)
	if err != nil || remedyOf(r) == "" {
		return detect.State{}, false
	}
	switch ev.Name {
	case addPermission, removePermission:
		return resourcePolicy(r, nil)
	}
	names := req.AttributeName == "Policy"
	if req.Attributes != nil {
		names = len(req.Attributes.Policy) > 0 || policyEmptied(ev)
	}
	if created := ev.Name == "CreateTopic" || ev.Name == "CreateQueue"; !names && !created {
		return detect.State{}, false // of other attributes
	}
	document, err := req.policy(ev)
	if err != nil {
		return detect.State{}, false
	}
	return resourcePolicy(r, document)
}

// policyEmptied reports whether a request takes the policy of a queue away.
func policyEmptied(ev *cloudtrail.Event) bool {
	req, err := cloudtrail.RequestOf[struct {
		Attributes map[string]json.RawMessage
	}](ev)
	return err == nil && len(req.Attributes["Policy"]) > 0
}

// goodResourcePolicy returns the policy that a repository or a secret has since a harmless event: none where it was deleted.
func goodResourcePolicy(ev *cloudtrail.Event) (detect.State, bool) {
	var a access
	var err error
	switch {
	case ev.Name == deleteRepositoryPolicy || ev.Name == deleteResourcePolicy:
		req, err := cloudtrail.RequestOf[struct{ RepositoryName, SecretID cloudtrail.Text }](ev)
		r := detect.Resource{Type: detect.Repository, ID: string(req.RepositoryName)}
		if ev.Source == secretsSource {
			r = detect.Resource{Type: detect.Secret, ID: secretName(ev, string(req.SecretID))}
		}
		if err != nil || r.ID == "" {
			return detect.State{}, false
		}
		return resourcePolicy(r, nil)
	case ev.Source == ecrSource && ev.Name != putRegistryPolicy:
		a, err = registryAccess(ev)
	case ev.Source == secretsSource:
		a, err = secretAccess(ev)
	default:
		return detect.State{}, false
	}
	if err != nil || !a.verdict.Judged {
		return detect.State{}, false
	}
	return resourcePolicy(a.resource, a.document)
}

// resourcePolicy returns a policy as what a resource has: null, without a document, where nobody knows it.
func resourcePolicy(r detect.Resource, document cloudtrail.Document) (detect.State, bool) {
	var state any
	if len(document) > 0 {
		state = map[string]any{"statements": []string{}, "document": string(document)}
	}
	raw, err := json.Marshal(state)
	return detect.State{Aspect: "resource-policy", Resource: r, State: raw}, err == nil
}
