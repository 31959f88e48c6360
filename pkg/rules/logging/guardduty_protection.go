package logging

import (
	"encoding/json"
	"errors"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// protectionDisabled judges an update of the detector, or of member accounts' detectors, that switches protection plans
// off. Where the request switches the whole detector off that counts alone.
func protectionDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Enable      *cloudtrail.Flag
		Features    cloudtrail.List[feature]
		DataSources json.RawMessage
		AccountIDs  cloudtrail.List[cloudtrail.Text]
	}](ev)
	switch {
	case errors.Is(err, cloudtrail.ErrOmitted) && ev.Name == updateDetector:
		return nil, nil // LOG-007 tells of it
	case err != nil:
		return nil, err
	}
	if req.Enable != nil && !bool(*req.Enable) {
		return nil, nil
	}
	var off []string
	for _, f := range req.Features {
		off = append(off, f.disabled()...)
	}
	older, err := sourcesOff(req.DataSources, "")
	if err != nil {
		return nil, err
	}
	off = append(off, older...)
	if len(off) == 0 {
		return nil, nil
	}
	said := "GuardDuty's protection plans were switched off: " + few(off)
	if len(req.AccountIDs) > 0 {
		left := unprocessed(ev)
		done := slices.DeleteFunc(req.AccountIDs, func(id cloudtrail.Text) bool { return slices.Contains(left, id) })
		if len(done) == 0 {
			return nil, nil
		}
		said += ", in the member accounts " + few(done)
	}
	return ofDetector(stating(detect.Medium, said))(ev)
}

type feature struct {
	Name, Status            cloudtrail.Text
	AdditionalConfiguration cloudtrail.List[struct{ Name, Status cloudtrail.Text }]
}

func (f feature) disabled() []string {
	if f.Status == "DISABLED" {
		return []string{string(f.Name)}
	}
	var off []string
	for _, part := range f.AdditionalConfiguration {
		if part.Status == "DISABLED" {
			off = append(off, string(part.Name))
		}
	}
	return off
}

// sourcesOff returns the names under which an older request's dataSources say enable=false, such as s3Logs.
func sourcesOff(raw json.RawMessage, name string) ([]string, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, nil
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, errors.New("request parameters: unreadable dataSources")
	}
	var off []string
	for key, value := range parts {
		if key != "enable" && key != "ebsVolumes" {
			inner, err := sourcesOff(value, key)
			if err != nil {
				return nil, err
			}
			off = append(off, inner...)
			continue
		}
		if string(value) == "false" {
			off = append(off, name)
		}
	}
	slices.Sort(off)
	return off, nil
}
