package remedy

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

const (
	maxDifferences = 8
	maxValue       = 80 // characters of a value that a difference shows
	maxDeep        = 40
)

// Differences says in words how a state differs from the one that was expected, at most eight times: "Statement[1].Effect:
// expected "Deny", found "Allow"". It is empty where both are plain values, which a sentence shows as well.
func Differences(want, live json.RawMessage) []string {
	a, okA := opened(want)
	b, okB := opened(live)
	if !okA || !okB {
		return nil
	}
	d := &differ{}
	d.compare("", a, b, 0)
	return d.found
}

// opened decodes a state, and the document inside where the state is a text that holds one. It reports false where there
// is nothing to look into.
func opened(raw json.RawMessage) (any, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil, false
	}
	if text, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(text), "{") {
		if json.Unmarshal([]byte(text), &v) != nil {
			return nil, false
		}
	}
	switch v.(type) {
	case map[string]any, []any:
		return v, true
	}
	return nil, false
}

type differ struct{ found []string }

func (d *differ) compare(path string, want, live any, depth int) {
	switch {
	case len(d.found) > maxDifferences || reflect.DeepEqual(want, live):
		return
	case depth < maxDeep:
		if w, l, ok := both[map[string]any](want, live); ok {
			for _, key := range keys(w, l) {
				d.member(join(path, key), w, l, key, depth)
			}
			return
		}
		if w, l, ok := both[[]any](want, live); ok && len(w) == len(l) {
			for i := range w {
				d.compare(fmt.Sprintf("%s[%d]", path, i), w[i], l[i], depth+1)
			}
			return
		}
	}
	d.add(path, "expected "+shown(want)+", found "+shown(live))
}

func (d *differ) member(path string, want, live map[string]any, key string, depth int) {
	w, wanted := want[key]
	l, there := live[key]
	switch {
	case !there:
		d.add(path, "expected "+shown(w)+", found nothing")
	case !wanted:
		d.add(path, "found "+shown(l)+", expected nothing")
	default:
		d.compare(path, w, l, depth+1)
	}
}

func (d *differ) add(path, text string) {
	switch {
	case len(d.found) == maxDifferences:
		d.found = append(d.found, "and more")
	case len(d.found) < maxDifferences:
		if path != "" {
			text = detect.Line(path, maxValue) + ": " + text
		}
		d.found = append(d.found, text)
	}
}

func both[T any](a, b any) (x, y T, ok bool) {
	x, okX := a.(T)
	y, okY := b.(T)
	return x, y, okX && okY
}

func keys(a, b map[string]any) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func shown(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return "what cannot be shown"
	}
	return detect.Line(string(raw), maxValue)
}
