package engine

import (
	"encoding/json"
	"slices"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// documentOf reports whether the document of a call is the incident's, or the event selectors are those of a change of it:
// an action may put back selectors that a rule finds too narrow.
func documentOf(in ledger.Incident, f detect.Finding) bool {
	hash := f.Params[detect.ParamDocumentHash]
	if hash == "" || hash == in.Finding.Params[detect.ParamDocumentHash] {
		return true
	}
	return f.Resource.Type == detect.Trail && slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
		return selectorsAre(c.Before, hash) || selectorsAre(c.After, hash)
	})
}

func selectorsAre(state json.RawMessage, hash string) bool {
	var s detect.TrailSelectors
	return json.Unmarshal(state, &s) == nil && len(s.Basic)+len(s.Advanced) > 0 && s.Hash() == hash
}

// withinSettings reports whether every setting of a call is one that a change of the incident found or wanted.
func withinSettings(in ledger.Incident, f detect.Finding) bool {
	if f.Params[detect.ParamSettings] == "" {
		return true
	}
	var made map[string]string
	if json.Unmarshal([]byte(f.Params[detect.ParamSettings]), &made) != nil {
		return false
	}
	for name, value := range made {
		if !slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
			return settingIs(c.Before, name, value) || settingIs(c.After, name, value)
		}) {
			return false
		}
	}
	return true
}

func settingIs(state json.RawMessage, name, value string) bool {
	var s map[string]string
	if json.Unmarshal(state, &s) != nil {
		return false
	}
	was, ok := s[name]
	return ok && was == value
}

// withinAlarms reports whether every alarm of a call is one of the incident's.
func withinAlarms(was, f detect.Finding) bool {
	if f.Params[detect.ParamAlarms] == "" {
		return true
	}
	var old, now []string
	if json.Unmarshal([]byte(was.Params[detect.ParamAlarms]), &old) != nil || json.Unmarshal([]byte(f.Params[detect.ParamAlarms]), &now) != nil {
		return false
	}
	return !slices.ContainsFunc(now, func(name string) bool { return !slices.Contains(old, name) })
}
