package simaws_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"riposte/internal/simaws"
)

// unordered are the lists of an account in which AWS keeps no order. What is taken out and put back may come in at another
// place.
var unordered = regexp.MustCompile(`^(principals/[^/]+/(attached|memberships)|groups/[^/]+/rules|networkACLs/[^/]+/entries|routeTables/[^/]+/routes|` +
	`mirrors|assignments|organizationPolicies/[^/]+/targets|storage/buckets/[^/]+/(grants|objects/.*)|shared/lists/.*|` +
	// and as they are read through the API
	`buckets/[^/]+/(grants|objects/.*)|.*/(grantees|grants|statements|targets|AttachedManagedPolicies|GroupList|UserPolicyList|GroupPolicyList|RolePolicyList|AttributeValues))$`)

// madeAnew are identifiers that AWS makes up. A security group rule, a mirror session, a flow log or a grant that is put back
// is a new one to AWS and gets another: they are compared by what they are.
var madeAnew = regexp.MustCompile(`\b(?:sgr|tms|fl)-[0-9a-f]+\b|"GrantId\\?":\\?"[0-9a-f]+`)

// grantName is how a grant is called that is put back, so that KMS makes one and the action finds it. It was called nothing.
var grantName = regexp.MustCompile(`"Name(\\?)":\\?"riposte-[0-9a-f]+\\?"`)

// A snapshot is everything that an account holds.
type snapshot struct {
	tree any
	text string
}

// normalized returns a snapshot in which what is new since an earlier one has no identifiers, and lists without an order
// are sorted. A nil since takes every identifier for an old one.
func normalized(t *testing.T, raw json.RawMessage, since *snapshot) snapshot {
	t.Helper()
	text, made := string(raw), 0
	if since != nil {
		text = grantName.ReplaceAllString(text, `"Name${1}":null`)
		text = madeAnew.ReplaceAllStringFunc(text, func(id string) string {
			if strings.Contains(since.text, id) {
				return id
			}
			made++
			return strings.TrimRight(id, "0123456789abcdef") + "new"
		})
	}
	var tree any
	var err error
	if made > 1 {
		tree, err = parsed(json.NewDecoder(strings.NewReader(text)))
	} else {
		err = json.Unmarshal([]byte(text), &tree)
	}
	if err != nil {
		t.Fatal(err)
	}
	sortLists(tree, "")
	return snapshot{tree, text}
}

// parsed reads a value. Members of an object that have the same name, as new things without their identifiers may, are a
// sorted list.
func parsed(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		members := map[string][]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			value, err := parsed(dec)
			if err != nil {
				return nil, err
			}
			members[name.(string)] = append(members[name.(string)], value)
		}
		object := make(map[string]any, len(members))
		for name, values := range members {
			object[name] = values[0]
			if len(values) > 1 {
				sortList(values)
				object[name] = values
			}
		}
		_, err = dec.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			value, err := parsed(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = dec.Token()
		return list, err
	}
	return token, nil
}

func sortList(list []any) {
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(text(a), text(b)) })
}

func photograph(t *testing.T, sim *simaws.Account, since *snapshot) snapshot {
	t.Helper()
	raw, err := sim.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return normalized(t, raw, since)
}

func sortLists(v any, path string) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			sortLists(inner, strings.TrimPrefix(path+"/"+name, "/"))
		}
	case []any:
		for i, inner := range v {
			sortLists(inner, fmt.Sprintf("%s/%d", path, i))
		}
		if unordered.MatchString(path) {
			sortList(v)
		}
	}
}

func text(v any) string {
	raw, _ := json.Marshal(v) // it came out of JSON
	return string(raw)
}

// same fails where two snapshots differ.
func same(t *testing.T, what string, got, want snapshot) {
	t.Helper()
	diff := differences(want, got)
	if len(diff) == 0 {
		return
	}
	report := what + ":"
	for _, d := range diff {
		report += fmt.Sprintf("\n%s\n  want %s\n  got  %s", d.path, text(d.a), text(d.b))
	}
	t.Fatal(report)
}

// A difference is what stands at a path of one snapshot and of another.
type difference struct {
	path string // in terms of the first
	a, b any
}

// changes returns the paths of what differs between a snapshot and another one, in terms of the first.
func changes(a, b snapshot) []string {
	var paths []string
	for _, d := range differences(a, b) {
		paths = append(paths, d.path)
	}
	return paths
}

func differences(a, b snapshot) []difference {
	var all []difference
	compare("", a.tree, b.tree, &all)
	slices.SortFunc(all, func(a, b difference) int { return strings.Compare(a.path, b.path) })
	return all
}

func compare(path string, a, b any, all *[]difference) {
	if reflect.DeepEqual(a, b) {
		return
	}
	if a, ok := a.(map[string]any); ok {
		if b, ok := b.(map[string]any); ok {
			names := maps.Clone(a)
			maps.Copy(names, b)
			for name := range names {
				compare(path+"/"+name, a[name], b[name], all)
			}
			return
		}
	}
	if a, ok := a.([]any); ok {
		if b, ok := b.([]any); ok {
			compareLists(path, a, b, all)
			return
		}
	}
	*all = append(*all, difference{path, a, b})
}

// compareLists leaves out what two lists begin and end with alike.
func compareLists(path string, a, b []any, all *[]difference) {
	first := 0
	for first < min(len(a), len(b)) && reflect.DeepEqual(a[first], b[first]) {
		first++
	}
	endA, endB := len(a), len(b)
	for endA > first && endB > first && reflect.DeepEqual(a[endA-1], b[endB-1]) {
		endA, endB = endA-1, endB-1
	}
	switch endA {
	case endB:
		for i := first; i < endA; i++ {
			compare(fmt.Sprintf("%s/%d", path, i), a[i], b[i], all)
		}
	case first:
		*all = append(*all, difference{fmt.Sprintf("%s/before %d", path, first), nil, b[first:endB]})
	default:
		for i := first; i < endA; i++ {
			*all = append(*all, difference{fmt.Sprintf("%s/%d", path, i), a[i], b[first:endB]})
		}
	}
}

// outside returns those of some paths that are not at or below one of others.
func outside(paths, allowed []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		return slices.ContainsFunc(allowed, func(a string) bool { return p == a || strings.HasPrefix(p, a+"/") })
	})
}
