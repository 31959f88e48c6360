package ocsf

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// published is what the schema says of the class and of the objects that are used here: "make oracles" holds it against the
// schema itself, and validates the golden files with that.
//
//go:embed testdata/ocsf-1.5.0.json
var published []byte

// A schema is the part of OCSF that is used here.
type schema struct {
	Version string
	Objects map[string]object
}

type object struct {
	Attributes map[string]attribute
	AtLeastOne []string `json:"at_least_one"`
}

type attribute struct {
	Type, Object                string
	Array, Required, Deprecated bool
	Enum                        map[string]string
}

func readSchema(t *testing.T) schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal(published, &s); err != nil {
		t.Fatal(err)
	}
	if s.Version != Version || len(s.Objects["detection_finding"].Attributes) == 0 {
		t.Fatalf("schema of version %q", s.Version)
	}
	return s
}

// faults returns what is wrong with an event: attributes that the schema does not know or has given up, those that it
// requires, other types, and numbers without their captions.
func (s schema) faults(event []byte) []string {
	var tree map[string]any
	if err := json.Unmarshal(event, &tree); err != nil {
		return []string{err.Error()}
	}
	return s.inObject("", "detection_finding", tree)
}

func (s schema) inObject(path, kind string, tree map[string]any) []string {
	o, ok := s.Objects[kind]
	if !ok {
		return []string{path + ": no object " + kind + " in the extract of the schema"}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(o.Attributes)) {
		if _, there := tree[name]; !there && o.Attributes[name].Required {
			out = append(out, path+"."+name+" is required")
		}
	}
	if o.AtLeastOne != nil && !slices.ContainsFunc(o.AtLeastOne, func(name string) bool { _, ok := tree[name]; return ok }) {
		out = append(out, fmt.Sprintf("%s has none of %v", path, o.AtLeastOne))
	}
	for name, value := range tree {
		at := path + "." + name
		a, ok := o.Attributes[name]
		if !ok || a.Deprecated {
			out = append(out, at+" is not known, or given up")
			continue
		}
		out = append(out, s.inAttribute(at, a, value)...)
		if caption, ok := a.Enum[number(value)]; ok && strings.HasSuffix(name, "_id") && caption != "Other" {
			if said := tree[strings.TrimSuffix(name, "_id")]; said != nil && said != caption {
				out = append(out, fmt.Sprintf("%s is %v, which is %q and not %q", at, value, caption, said))
			}
		}
	}
	return out
}

func (s schema) inAttribute(path string, a attribute, value any) []string {
	if list, ok := value.([]any); ok != a.Array {
		return []string{path + " is a list, or should be one"}
	} else if ok {
		var out []string
		a.Array = false
		for i, item := range list {
			out = append(out, s.inAttribute(fmt.Sprintf("%s[%d]", path, i), a, item)...)
		}
		return out
	}
	if a.Enum != nil {
		if _, ok := a.Enum[number(value)]; !ok {
			return []string{fmt.Sprintf("%s is %v", path, value)}
		}
	}
	tree, isObject := value.(map[string]any)
	text, isText := value.(string)
	_, isNumber := value.(float64)
	_, isBool := value.(bool)
	ok := false
	switch a.Type {
	case "object_t":
		if a.Object == "object" {
			ok = isObject
			break
		}
		return s.inObject(path, a.Object, tree)
	case "integer_t", "long_t", "timestamp_t":
		ok = isNumber && value == math.Trunc(value.(float64))
	case "boolean_t":
		ok = isBool
	case "ip_t":
		_, err := netip.ParseAddr(text)
		ok = err == nil
	case "string_t", "url_t", "username_t", "resource_uid_t", "hostname_t":
		ok = isText && text != ""
	}
	if !ok {
		return []string{fmt.Sprintf("%s is %v, want %s", path, value, a.Type)}
	}
	return nil
}

func number(value any) string {
	n, ok := value.(float64)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// TestFaults holds that the check of events finds what is wrong with one.
func TestFaults(t *testing.T) {
	s := readSchema(t)
	for want, event := range map[string]string{
		".metadata is required":                   `{}`,
		".class_uid is 2003":                      `{"class_uid":2003}`,
		".severity_id is 4, which is":             `{"severity_id":4,"severity":"Low"}`,
		".colour is not known":                    `{"colour":"red"}`,
		".cloud.provider is required":             `{"cloud":{}}`,
		".resources is a list, or should be one":  `{"resources":{"uid":"x"}}`,
		".resources[0] has none of":               `{"resources":[{"region":"x"}]}`,
		".time is now, want timestamp_t":          `{"time":"now"}`,
		".evidences[0].src_endpoint.ip is bob":    `{"evidences":[{"src_endpoint":{"ip":"bob"}}]}`,
		".metadata.product has none of":           `{"metadata":{"product":{}}}`,
		".finding_info.product_uid is not known,": `{"finding_info":{"product_uid":"x"}}`,
	} {
		if got := s.faults([]byte(event)); !slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, want) }) {
			t.Errorf("%s: %q, want %q", event, got, want)
		}
	}
}
