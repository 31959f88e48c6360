package cloudtrail_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
)

func valuesAt(v *cloudtrail.Values, path int) []string {
	var out []string
	for i := v.First(path); i >= 0; i = v.Next(i) {
		out = append(out, string(v.At(i).Raw))
	}
	return out
}

func TestFields(t *testing.T) {
	tests := []struct {
		name, record, path string
		want               []string
	}{
		{"text", `{"a":"x"}`, "a", []string{`"x"`}},
		{"nested", `{"z":[{"a":0}],"a":{"b":{"c":1}}}`, "a.b.c", []string{"1"}},
		{"absent", `{"a":{"b":1}}`, "a.c", nil},
		{"through a scalar", `{"a":1}`, "a.b", nil},
		{"null", `{"a":null}`, "a", []string{"null"}},
		{"object", `{"a": { "b" : 1 } }`, "a", []string{`{ "b" : 1 }`}},
		{"list", `{"a":[1, "x",[2,[3]], {"b":4}]}`, "a", []string{"1", `"x"`, "2", "3", `{"b":4}`}},
		{"empty list", `{"a":[ ]}`, "a", []string{"[ ]"}},
		{"through a list", `{"a":[{"b":1},{"c":2},5,{"b":[3,4]}]}`, "a.b", []string{"1", "3", "4"}},
		{"the whole", `{"a":1}`, "", []string{`{"a":1}`}},
		{"last of two", `{"a":{"b":1},"c":2,"a":{"b":3}}`, "a.b", []string{"3"}},
		{"last of two in an element", `{"a":[{"b":1},{"b":2,"b":3},{"b":4}]}`, "a.b", []string{"1", "3", "4"}},
		{"last of two, written in two ways", `{"a":1,"\u0061":2}`, "a", []string{"2"}},
		{"last of two is something else", `{"a":{"b":1},"a":7}`, "a.b", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			paths := []string{"unused", tt.path, "other.one"}
			for _, f := range []*cloudtrail.Fields{cloudtrail.NewFields(paths), cloudtrail.NewFields(paths).Only([]int{1})} {
				var v cloudtrail.Values
				for range 2 { // a Values can be used again
					if !f.Find([]byte(tt.record), &v) {
						t.Fatal("not found")
					}
					if diff := cmp.Diff(tt.want, valuesAt(&v, 1)); diff != "" {
						t.Errorf("(-want +got)\n%s", diff)
					}
				}
			}
		})
	}
}

func TestFieldsOfManyNames(t *testing.T) {
	var paths, members []string
	for i := range 150 {
		paths = append(paths, fmt.Sprintf("n%d", i))
		members = append(members, fmt.Sprintf(`"n%d":%d`, i, i))
	}
	var v cloudtrail.Values
	if !cloudtrail.NewFields(paths).Find([]byte("{"+strings.Join(members, ",")+"}"), &v) {
		t.Fatal("not found")
	}
	for i := range paths {
		if got := valuesAt(&v, i); len(got) != 1 || got[0] != fmt.Sprint(i) {
			t.Errorf("%s: %v", paths[i], got)
		}
	}
}

func TestFieldsRefuse(t *testing.T) {
	f := cloudtrail.NewFields([]string{"a.b"})
	for _, record := range []string{
		"", "[]", "1", `{`, `{"a"`, `{"a":`, `{"a":[`, `{"a":[1`, `{"a":[1 2]}`, `{"a":{"b":1}`, `{"a":{"b" 1}}`,
		`{"a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`,
	} {
		var v cloudtrail.Values
		if f.Find([]byte(record), &v) {
			t.Errorf("found something in %.40s", record)
		}
	}
}

func TestFieldsOfEnvelopes(t *testing.T) {
	f := cloudtrail.NewFields([]string{"eventName"})
	tests := []struct {
		name, b string
		want    string // "" where it cannot tell
	}{
		{"record", `{"eventSource":"s","eventName":"N"}`, `"N"`},
		{"envelope", `{"id":"1","detail":{"eventSource":"s","eventName":"N"}}`, `"N"`},
		{"both", `{"eventSource":"s","eventName":"M","detail":{"eventSource":"s","eventName":"N"}}`, ""},
		{"detail as text", `{"id":"1","detail":"{\"eventName\":\"N\"}"}`, ""},
		{"two details", `{"detail":[{"eventName":"M"},{"eventName":"N"}]}`, ""},
		{"broken", `{"detail":`, ""},
	}
	for _, tt := range tests {
		var v cloudtrail.Values
		got := ""
		if f.FindAny([]byte(tt.b), &v) {
			got = strings.Join(valuesAt(&v, 0), " ")
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// plainValues finds what stands at a path with encoding/json.
func plainValues(raw json.RawMessage, path []string) []string {
	raw = bytes.TrimSpace(raw)
	var list []json.RawMessage
	if raw[0] == '[' && json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		var out []string
		for _, item := range list {
			out = append(out, plainValues(item, path)...)
		}
		return out
	}
	if len(path) == 0 {
		return []string{string(raw)}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members[path[0]] == nil {
		return nil
	}
	return plainValues(members[path[0]], path[1:])
}

func FuzzFields(f *testing.F) {
	for _, record := range []string{
		`{"a":{"b":[1,{"c":2}]},"b":"x"}`, `{"a":[[],[{"b":null}]],"a":{"b":{"c":[]}}}`, `{"\u0061":{"b":1,"\u0062":2}}`,
		`{"a":{"b":{"c":1,"c":[2,3]},"b":{"c":4}}}`, ` { "a" : [ { "b" : "\"" } ] } `,
	} {
		f.Add([]byte(record))
	}
	paths := []string{"", "a", "a.b", "a.b.c", "b"}
	fields := cloudtrail.NewFields(paths)
	f.Fuzz(func(t *testing.T, record []byte) {
		if !json.Valid(record) || bytes.Count(record, []byte("[")) > 90 {
			return
		}
		record = bytes.TrimSpace(record)
		var v cloudtrail.Values
		if fields.Find(record, &v) != (record[0] == '{') {
			t.Fatalf("objects are found, and nothing else: %s", record)
		}
		for i, path := range paths {
			if record[0] != '{' {
				return
			}
			var names []string
			if path != "" {
				names = strings.Split(path, ".")
			}
			if want, got := plainValues(record, names), valuesAt(&v, i); !slices.Equal(want, got) {
				t.Errorf("%q of %s: %v, want %v", path, record, got, want)
			}
		}
	})
}
