package logging

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodSelectors returns the event selectors that a harmless event gave a trail.
func goodSelectors(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		TrailName cloudtrail.Text
		selectorsRequest
	}](ev)
	if err != nil || ev.Name != "PutEventSelectors" || req.TrailName == "" {
		return detect.State{}, false
	}
	selectors := putSelectors(ev, req.selectorsRequest)
	if len(selectors.Basic)+len(selectors.Advanced) == 0 {
		return detect.State{}, false
	}
	raw, err := json.Marshal(selectors)
	return detect.State{
		Aspect: "trail-event-selectors", Resource: detect.Resource{Type: detect.Trail, ID: trailName(ev, string(req.TrailName))}, State: raw,
	}, err == nil
}
