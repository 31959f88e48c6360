package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"riposte/pkg/cloudtrail/internal/jsonscan"
)

const (
	// maxSize bounds a record and its envelope: EventBridge carries at most 1 MB.
	maxSize = 1 << 20
	// maxDepth bounds the nesting of what is decoded. No AWS call comes near it.
	maxDepth = 100
)

// An object is a JSON object whose members are read by name, exactly or, failing that, in any letter case. Of two
// members with one name the last counts, as in encoding/json.
type object []member

type member struct {
	key   []byte
	value json.RawMessage
}

// parseObject splits a JSON object into its members, whose values it does not decode.
func parseObject(raw []byte) (object, error) {
	members := make(object, 0, min(32, len(raw)/16+1)) // a record has about 25
	o := jsonscan.Members(raw, 0)
	for o.Next() {
		key := o.Key
		if o.Escaped {
			var text string
			if err := json.Unmarshal(raw[o.KeyAt:o.KeyAt+len(key)+2], &text); err != nil {
				return nil, err
			}
			key = []byte(text)
		}
		start := o.At
		if o.At = jsonscan.Value(raw, start, jsonscan.MaxDepth); o.At >= 0 {
			members = append(members, member{key, raw[start:o.At]})
		}
	}
	if o.At < 0 || jsonscan.Space(raw, o.At) != len(raw) {
		return nil, notAnObject(raw)
	}
	return members, nil
}

// notAnObject says what is wrong with a text that parseObject refuses.
func notAnObject(raw []byte) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return errors.New("no JSON object: the text is empty")
	}
	var any json.RawMessage
	if err := json.Unmarshal(raw, &any); err != nil {
		return fmt.Errorf("no JSON object: %w", err)
	}
	return errors.New("no JSON object")
}

// get returns a member's value, or nil where it is absent or null.
func (o object) get(name string) json.RawMessage {
	var found json.RawMessage
	for _, m := range slices.Backward(o) {
		if string(m.key) == name {
			found = m.value
			break
		}
		if found == nil && len(m.key) == len(name) && sameFold(m.key, name) {
			found = m.value
		}
	}
	if string(found) == "null" {
		return nil
	}
	return found
}

// text reads a string, a number or a boolean. What is neither reads as empty.
func (o object) text(name string) string {
	raw := o.get(name)
	if len(raw) > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1])
	}
	var t Text
	if raw == nil || json.Unmarshal(raw, &t) != nil {
		return ""
	}
	return string(t)
}

func (o object) flag(name string) bool {
	var f Flag
	raw := o.get(name)
	return raw != nil && json.Unmarshal(raw, &f) == nil && bool(f)
}

// time reads an RFC 3339 time; what is unreadable is the zero time.
func (o object) time(name string) time.Time {
	t, err := time.Parse(time.RFC3339, strings.TrimSpace(o.text(name)))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// account reads an account id. One that was written as a number has lost its leading zeros.
func (o object) account(name string) string {
	raw := o.get(name)
	if len(raw) == 0 || raw[0] == '"' {
		return o.text(name)
	}
	if n, err := strconv.ParseFloat(string(raw), 64); err == nil && n >= 0 && n < 1e12 && n == float64(int64(n)) {
		return fmt.Sprintf("%012d", int64(n))
	}
	return o.text(name)
}

// object reads a nested object; what is none reads as an empty one.
func (o object) object(name string) (object, error) {
	return nestedObject(name, o.get(name))
}

func nestedObject(name string, raw json.RawMessage) (object, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, nil
	}
	if jsonscan.Value(raw, 0, maxDepth) == jsonscan.Deep {
		return nil, fmt.Errorf("%s is nested deeper than %d levels", name, maxDepth)
	}
	inner, err := parseObject(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return inner, nil
}

// unquoted returns the text inside a JSON string, and any other value as it is.
func unquoted(raw json.RawMessage) json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '"' {
		return raw
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil
	}
	return bytes.TrimSpace([]byte(text))
}

// sameFold reports whether two names of one length are equal but for the case of ASCII letters.
func sameFold[K string | []byte](key K, name string) bool {
	for i := range len(name) {
		if lower(key[i]) != lower(name[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
