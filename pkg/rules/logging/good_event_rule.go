package logging

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodEventRule returns the state that an event gave an EventBridge rule.
func goodEventRule(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct{ Name, State, EventBusName cloudtrail.Text }](ev)
	if err != nil || req.Name == "" || !slices.Contains([]string{"PutRule", "EnableRule"}, ev.Name) {
		return detect.State{}, false
	}
	raw, err := json.Marshal(map[string]string{"state": cmp.Or(string(req.State), "ENABLED")})
	return detect.State{
		Aspect: "event-rule", Resource: detect.Resource{Type: detect.EventRule, ID: string(req.Name)},
		Name: busName(string(req.EventBusName)), State: raw,
	}, err == nil
}

// busName returns an event bus by its name, "" for the default one. Requests have it by its name or by its ARN.
func busName(bus string) string {
	name := bus[strings.LastIndexByte(bus, '/')+1:]
	if name == "default" {
		return ""
	}
	return name
}
