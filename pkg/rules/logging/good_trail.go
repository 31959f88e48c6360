package logging

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// trailSettings are settings of a trail as requests and answers have them. The names are those that UpdateTrail gives them.
type trailSettings struct {
	IsMultiRegionTrail, IncludeGlobalServiceEvents *cloudtrail.Flag
	EnableLogFileValidation                        *cloudtrail.Flag // in requests
	LogFileValidationEnabled                       *cloudtrail.Flag // in answers
	S3BucketName, S3KeyPrefix, KMSKeyID            *cloudtrail.Text
	SNSTopicName                                   *cloudtrail.Text // in requests, by its name or its ARN
	SNSTopicARN                                    *cloudtrail.Text // in answers
	IsOrganizationTrail                            *cloudtrail.Flag
}

// goodTrail returns what a new trail is set to, each setting by itself: from the answer, which has all of them.
func goodTrail(ev *cloudtrail.Event) []detect.State {
	if ev.Name != "CreateTrail" {
		return nil
	}
	req, err := cloudtrail.RequestOf[struct{ Name cloudtrail.Text }](ev)
	made, answerErr := cloudtrail.ResponseOf[trailSettings](ev)
	if err != nil || answerErr != nil || req.Name == "" || made.S3BucketName == nil {
		return nil
	}
	settings := made.texts()
	for _, unset := range []string{"S3KeyPrefix", "SnsTopicName", "KmsKeyId"} { // the answer leaves out what is not set
		if _, ok := settings[unset]; !ok {
			settings[unset] = ""
		}
	}
	settings["IsOrganizationTrail"] = fmt.Sprint(made.IsOrganizationTrail != nil && bool(*made.IsOrganizationTrail))
	return settingStates(ev, string(req.Name), settings)
}

// goodSettings returns the settings that a harmless update named, as the answer has them. What it did not name may have been
// made worse before.
func goodSettings(ev *cloudtrail.Event) []detect.State {
	req, err := cloudtrail.RequestOf[struct {
		Name cloudtrail.Text
		trailSettings
	}](ev)
	is, answerErr := cloudtrail.ResponseOf[trailSettings](ev)
	if err != nil || answerErr != nil || req.Name == "" {
		return nil
	}
	answered, settings := is.texts(), map[string]string{}
	for name := range req.texts() {
		if value, ok := answered[name]; ok {
			settings[name] = value
		}
	}
	return settingStates(ev, string(req.Name), settings)
}

// texts returns the settings that are there.
func (s trailSettings) texts() map[string]string {
	out := map[string]string{}
	for name, flags := range map[string][]*cloudtrail.Flag{
		"IsMultiRegionTrail": {s.IsMultiRegionTrail}, "IncludeGlobalServiceEvents": {s.IncludeGlobalServiceEvents},
		"EnableLogFileValidation": {s.EnableLogFileValidation, s.LogFileValidationEnabled},
	} {
		for _, flag := range flags {
			if flag != nil {
				out[name] = fmt.Sprint(bool(*flag))
			}
		}
	}
	for name, texts := range map[string][]*cloudtrail.Text{
		"S3BucketName": {s.S3BucketName}, "S3KeyPrefix": {s.S3KeyPrefix}, "KmsKeyId": {s.KMSKeyID}, "SnsTopicName": {s.SNSTopicName, s.SNSTopicARN},
	} {
		for _, text := range texts {
			if text != nil {
				out[name] = string(*text)
			}
		}
	}
	return out
}

func settingStates(ev *cloudtrail.Event, trail string, settings map[string]string) []detect.State {
	var out []detect.State
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		raw, err := json.Marshal(settings[name])
		if err != nil {
			return nil // unreachable: texts can be written
		}
		out = append(out, detect.State{
			Aspect: "trail-setting", Resource: detect.Resource{Type: detect.Trail, ID: trailName(ev, trail)}, Name: name, State: raw,
		})
	}
	return out
}
