package data

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	createInstance = "CreateDBInstance"
	createCluster  = "CreateDBCluster"
)

// goodDeletionProtection returns whether an event left a database protected from deletion. One that is made is not, where
// the request does not say.
func goodDeletionProtection(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		database
		DeletionProtection *cloudtrail.Flag
	}](ev)
	if err != nil {
		return detect.State{}, false
	}
	resource, err := req.resource()
	protected := req.DeletionProtection
	made := ev.Name == createInstance || ev.Name == createCluster
	if err != nil || resource.Type == detect.GlobalCluster || protected == nil && !made {
		return detect.State{}, false
	}
	raw, err := json.Marshal(protected != nil && bool(*protected))
	return detect.State{Aspect: "deletion-protection", Resource: resource, State: raw}, err == nil
}
