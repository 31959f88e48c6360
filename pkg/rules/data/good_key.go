package data

import (
	"encoding/json"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	createKey         = "CreateKey"
	enableKey         = "EnableKey"
	cancelKeyDeletion = "CancelKeyDeletion"
	enableKeyRotation = "EnableKeyRotation"
)

// keepsKey reports whether a call takes nothing from a key: it is watched for what a later one takes.
func keepsKey(call string) bool {
	switch call {
	case createKey, enableKey, cancelKeyDeletion, enableKeyRotation:
		return true
	}
	return false
}

// goodKey returns what an event made of a key: whether it works, or how often it is rotated.
func goodKey(ev *cloudtrail.Event) (detect.State, bool) {
	const yearly = 365 // where the request does not say
	req, err := cloudtrail.RequestOf[struct{ KeyID, RotationPeriodInDays cloudtrail.Text }](ev)
	if err != nil {
		return detect.State{}, false
	}
	s := detect.State{Aspect: "key-state", Resource: detect.Resource{Type: detect.Key, ID: bareKey(namedKey(ev, string(req.KeyID)))}}
	var value any
	switch ev.Name {
	case createKey:
		resp, err := cloudtrail.ResponseOf[struct {
			KeyMetadata struct{ KeyID, KeyState cloudtrail.Text }
		}](ev)
		if err != nil {
			return detect.State{}, false
		}
		s.Resource.ID, value = string(resp.KeyMetadata.KeyID), string(resp.KeyMetadata.KeyState)
	case enableKey:
		value = "Enabled"
	case disableKey, cancelKeyDeletion:
		value = "Disabled"
	case disableKeyRotation:
		s.Aspect, value = "key-rotation", map[string]int64{"days": 0}
	case enableKeyRotation:
		days, err := strconv.ParseInt(string(req.RotationPeriodInDays), 10, 32)
		if err != nil || days <= 0 {
			days = yearly
		}
		s.Aspect, value = "key-rotation", map[string]int64{"days": days}
	}
	if s.Resource.ID == "" || strings.Contains(s.Resource.ID, "/") || value == nil || value == "" {
		return detect.State{}, false
	}
	s.State, err = json.Marshal(value)
	return s, err == nil
}

// bareKey returns the id of a key that is named by its ARN.
func bareKey(name string) string {
	if _, id, isARN := strings.Cut(name, ":key/"); isARN {
		return id
	}
	return name
}

// namedKey returns the key that a request names. An alias may stand for another key later: the record says which key it was.
func namedKey(ev *cloudtrail.Event, name string) string {
	if !strings.HasPrefix(name, "alias/") && !strings.Contains(name, ":alias/") {
		return name
	}
	var record struct {
		Resources []struct{ ARN string }
	}
	if err := json.Unmarshal(ev.Record, &record); err == nil && len(record.Resources) == 1 && strings.Contains(record.Resources[0].ARN, ":key/") {
		return record.Resources[0].ARN
	}
	return name
}
