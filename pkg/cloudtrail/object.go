package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
type object struct {
	raw     json.RawMessage
	whole   string // raw as a string, so that texts can be cut from it without allocating; empty where there is none
	members []member
	decoded []string // the keys that were written with escapes
	inner   *object  // the member that starts at innerAt, where it was split in the same pass
	innerAt int32
}

// A member says where a key and its value stand in the object's text. It holds no pointers, so that a record's members
// cost the garbage collector nothing.
type member struct {
	key, length int32 // where the key stands, or its index among the decoded keys, and its length
	from, to    int32 // where the value stands
	escaped     bool
}

// parseObject splits a JSON object into its members, whose values it does not decode. It refuses values that are nested
// deeper than depth. Whole is raw as a string or empty.
func parseObject(raw json.RawMessage, whole string, depth int) (object, error) {
	o, end, err := readObject(raw, whole, 0, depth, "")
	return ended(o, end, depth, err)
}

// parseWithin does what parseObject does and in the same pass splits the member called inner, where it is an object.
func parseWithin(raw json.RawMessage, whole, inner string) (object, error) {
	o, end, err := readObject(raw, whole, 0, jsonscan.MaxDepth, inner)
	return ended(o, end, jsonscan.MaxDepth, err)
}

// ended makes an error of an object that is broken or does not end where its text does.
func ended(o object, end, depth int, err error) (object, error) {
	switch {
	case err != nil:
		return object{}, err
	case end == jsonscan.Deep && depth < jsonscan.MaxDepth:
		return object{}, errDeep
	case end < 0 || jsonscan.Space(o.raw, end) != len(o.raw):
		return object{}, notAnObject(o.raw)
	}
	return o, nil
}

// readObject reads the object that starts at or after raw[i]. End is the index after it, or what jsonscan returns in
// place of one.
func readObject(raw json.RawMessage, whole string, i, depth int, inner string) (parsed object, end int, err error) {
	parsed = object{raw: raw, whole: whole, members: make([]member, 0, min(32, (len(raw)-i)/16+1))} // a record has about 25
	o := jsonscan.Members(raw, i)
	for o.Next() {
		m := member{key: int32(o.KeyAt + 1), length: int32(len(o.Key)), from: int32(o.At)}
		if o.Escaped {
			key, err := decodedKey(raw, &o)
			if err != nil {
				return parsed, jsonscan.Malformed, err
			}
			m.key, m.length, m.escaped = int32(len(parsed.decoded)), int32(len(key)), true
			parsed.decoded = append(parsed.decoded, key)
		}
		if inner != "" && string(o.Key) == inner && o.At < len(raw) && raw[o.At] == '{' {
			var within object
			if within, o.At, err = readObject(raw, whole, o.At, depth-1, ""); err != nil {
				return parsed, jsonscan.Malformed, err
			}
			parsed.inner, parsed.innerAt = &within, m.from
		} else {
			o.At = jsonscan.Value(raw, o.At, depth)
		}
		if o.At >= 0 {
			m.to = int32(o.At)
			parsed.members = append(parsed.members, m)
		}
	}
	return parsed, o.At, nil
}

var errDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)

func decodedKey(raw json.RawMessage, o *jsonscan.Object) (string, error) {
	var key string
	err := json.Unmarshal(raw[o.KeyAt:o.KeyAt+len(o.Key)+2], &key)
	return key, err
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

// find returns the index of the member of a name, or -1, and whether its key is spelt exactly so.
func (o object) find(name string) (found int, exact bool) {
	found = -1
	for i := len(o.members) - 1; i >= 0; i-- {
		m := &o.members[i]
		if int(m.length) != len(name) {
			continue
		}
		key := []byte(o.raw[m.key:])
		if m.escaped {
			key = []byte(o.decoded[m.key])
		}
		key = key[:len(name)]
		if string(key) == name {
			return i, true
		}
		if found < 0 && sameFold(key, name) {
			found = i
		}
	}
	return found, false
}

// exactly returns the value of a member whose key is spelt exactly so, be it null.
func (o object) exactly(name string) (json.RawMessage, bool) {
	i, exact := o.find(name)
	if !exact {
		return nil, false
	}
	return o.raw[o.members[i].from:o.members[i].to], true
}

// value returns a member's value and, where the object has it, the same as a string; nil where it is absent or null.
func (o object) value(name string) (json.RawMessage, string) {
	i, _ := o.find(name)
	if i < 0 {
		return nil, ""
	}
	from, to := o.members[i].from, o.members[i].to
	switch {
	case string(o.raw[from:to]) == "null":
		return nil, ""
	case o.whole == "":
		return o.raw[from:to], ""
	}
	return o.raw[from:to], o.whole[from:to]
}

// get returns a member's value, or nil where it is absent or null.
func (o object) get(name string) json.RawMessage {
	raw, _ := o.value(name)
	return raw
}

// text reads a string, a number or a boolean. What is neither reads as empty.
func (o object) text(name string) string { return textOf(o.value(name)) }

// textOf reads a value as text does. Whole is the value as a string or empty.
func textOf(raw json.RawMessage, whole string) string {
	if plain(raw) {
		if whole == "" {
			whole = string(raw)
		}
		return whole[1 : len(whole)-1]
	}
	var t Text
	if raw == nil || json.Unmarshal(raw, &t) != nil {
		return ""
	}
	return string(t)
}

// plain reports whether a value is a string whose bytes between the quotes are its text.
func plain(raw []byte) bool {
	return len(raw) > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw)
}

func (o object) flag(name string) bool { return flagged(o.get(name)) }

// flagged reads a value as a Flag does.
func flagged(raw json.RawMessage) bool {
	switch string(raw) {
	case "", "false":
		return false
	case "true":
		return true
	}
	var f Flag
	return json.Unmarshal(raw, &f) == nil && bool(f)
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
	raw, whole := o.value(name)
	return nestedObject(name, raw, whole)
}

func nestedObject(name string, raw json.RawMessage, whole string) (object, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return object{}, nil
	}
	inner, err := parseObject(raw, whole, maxDepth-1)
	switch {
	case errors.Is(err, errDeep):
		return object{}, fmt.Errorf("%s is %w", name, err)
	case err != nil:
		return object{}, fmt.Errorf("%s: %w", name, err)
	}
	return inner, nil
}

// within returns the member of a name where it was split already.
func (o object) within(name string) (object, bool) {
	i, _ := o.find(name)
	if i < 0 || o.inner == nil || o.members[i].from != o.innerAt {
		return object{}, false
	}
	return *o.inner, true
}

// lookUp returns a member of an object as get does, without keeping the others. The error says that raw is no object or is
// nested deeper than maxDepth.
func lookUp(raw json.RawMessage, name string) (found json.RawMessage, err error) {
	exact := false
	o := jsonscan.Members(raw, 0)
	for o.Next() {
		key := o.Key
		if o.Escaped {
			text, err := decodedKey(raw, &o)
			if err != nil {
				return nil, err
			}
			key = []byte(text)
		}
		from := o.At
		if o.At = jsonscan.Value(raw, from, maxDepth-1); o.At < 0 || len(key) != len(name) {
			continue
		}
		if same := string(key) == name; same || !exact && sameFold(key, name) {
			found, exact = raw[from:o.At], exact || same
		}
	}
	switch {
	case o.At == jsonscan.Deep:
		return nil, errDeep
	case o.At < 0 || jsonscan.Space(raw, o.At) != len(raw):
		return nil, notAnObject(raw)
	case string(found) == "null":
		return nil, nil
	}
	return found, nil
}

func quoted(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// unquoted returns the text inside a JSON string, and any other value as it is.
func unquoted(raw json.RawMessage) json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if !quoted(raw) {
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
