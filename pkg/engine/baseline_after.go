package engine

import (
	"encoding/json"
	"reflect"
	"slices"

	"riposte/pkg/detect"
)

// leftBy reports whether reversals put this state back. One that took only the risky part out of what an event made has left
// the rest, and nobody has seen that. part names the part of the resource that the state is of, where it is of one.
func leftBy(after []json.RawMessage, state json.RawMessage, part string) bool {
	good, ok := parseValue(state)
	return len(after) == 0 || ok && !slices.ContainsFunc(after, func(raw json.RawMessage) bool {
		left, ok := parseValue(raw)
		return !ok || !putsBack(left, good, part)
	})
}

// putsBack reports whether what a change left is a state that is remembered, as far as the change was about it: a lens reads
// what its event names, and an event may show more, or a part.
func putsBack(left, good any, part string) bool {
	switch left := left.(type) {
	case map[string]any:
		if value, about := left[part]; about {
			return sameValue(value, good)
		}
		of, whole := good.(map[string]any)
		if part != "" && !whole { // a setting that the change was not about
			return true
		}
		if document, ok := of["document"]; ok {
			return sameValue(left["document"], document)
		}
		if rules, ok := left["rules"].([]any); ok {
			known, _ := of["rules"].([]any)
			return within(rules, known)
		}
		if whole && len(of) > 0 {
			return shows(left, of)
		}
	case []any:
		if part != "" {
			return within([]any{part}, left) == (good == true)
		}
		if known, ok := good.([]any); ok {
			return within(left, known)
		}
	}
	return sameValue(left, good)
}

// shows reports whether a state has all that an event shows of one. A lens may read more.
func shows(left, event map[string]any) bool {
	for name, value := range event {
		if is, about := left[name]; !about || !sameValue(is, value) {
			return false
		}
	}
	return true
}

func within(some, all []any) bool {
	return !slices.ContainsFunc(some, func(one any) bool {
		return !slices.ContainsFunc(all, func(other any) bool { return reflect.DeepEqual(one, other) })
	})
}

// sameValue compares two values, and two documents that are written as texts by what they say.
func sameValue(a, b any) bool {
	one, isOne := a.(string)
	other, isOther := b.(string)
	if isOne && isOther && one != other {
		_, isOne = documentIn(one)
		_, isOther = documentIn(other)
		return isOne && isOther && detect.DocumentHash([]byte(one)) == detect.DocumentHash([]byte(other))
	}
	return reflect.DeepEqual(a, b)
}

// documentIn returns the JSON object that a text is.
func documentIn(text string) (map[string]any, bool) {
	value, _ := parseValue(json.RawMessage(text))
	document, ok := value.(map[string]any)
	return document, ok
}
