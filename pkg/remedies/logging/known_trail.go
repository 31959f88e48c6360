package logging

import (
	"context"
	"encoding/json"
	"maps"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// organization is the setting by which a trail records all accounts of the organization. It is known and never put back.
const organization = "IsOrganizationTrail"

// recallSettings returns the last good settings of a trail: as they were read together, and over that each that an event is
// known to have set.
func recallSettings(ctx context.Context, known remedy.Known, t remedy.Target) (settings, bool, error) {
	good := settings{}
	raw, ok, err := known(ctx, "trail", t)
	if err != nil {
		return nil, false, err
	}
	if ok && json.Unmarshal(raw, &good) != nil {
		good = settings{}
	}
	for _, name := range []string{multiRegion, globalServices, validation, bucket, keyPrefix, topic, key, organization} {
		part := t
		part.Params = map[string]string{detect.ParamPart: name}
		raw, ok, err := known(ctx, "trail-setting", part)
		if err != nil {
			return nil, false, err
		}
		var value string
		if ok && json.Unmarshal(raw, &value) == nil {
			good[name] = value
		}
	}
	return good, len(good) > 0, nil
}

// recallRecording returns what a trail last recorded, and where to: as it was read together, or else from what events set.
// Where nobody knows its selectors it has none, which records all management events.
func recallRecording(ctx context.Context, known remedy.Known, t remedy.Target) (recording, bool, error) {
	var good recording
	raw, ok, err := known(ctx, "trail-recording", t)
	if err != nil {
		return good, false, err
	}
	if ok && json.Unmarshal(raw, &good) == nil {
		return good, true, nil
	}
	all, _, err := recallSettings(ctx, known, t)
	if err != nil {
		return good, false, err
	}
	for _, name := range []string{multiRegion, globalServices, validation, bucket, keyPrefix, topic, key} {
		if _, ok := all[name]; !ok {
			return recording{}, false, nil
		}
	}
	good = recording{Settings: maps.Clone(all), Organization: all[organization] == "true"}
	delete(good.Settings, organization)
	raw, ok, err = known(ctx, "trail-event-selectors", t)
	if err != nil {
		return recording{}, false, err
	}
	if ok && json.Unmarshal(raw, &good.Selectors) != nil {
		good.Selectors = detect.TrailSelectors{}
	}
	return good, true, nil
}
