package routing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Bounds of an event: EventBridge takes a request of 1 MB, and event-ruler's parser lists nested this deep.
const (
	maxEvent = 1 << 20
	maxDepth = 1000
)

// valuesOf returns the event's scalars by path, as far as conditions reach. Steps of a path are joined with dots, so that
// a key with a dot means the same as two nested keys, and lists add no step.
func (m *Matcher) valuesOf(event []byte) (map[string][]value, error) {
	if len(event) > maxEvent {
		return nil, fmt.Errorf("%d bytes are more than the %d that EventBridge takes", len(event), maxEvent)
	}
	if !json.Valid(event) {
		return nil, errors.New("no JSON")
	}
	w := walk{dec: json.NewDecoder(bytes.NewReader(event)), reached: m.reached, values: map[string][]value{}}
	w.dec.UseNumber()
	if t, err := w.dec.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, errors.New("want a JSON object")
	}
	if err := w.object(""); err != nil {
		return nil, err
	}
	return w.values, nil
}

// A walk goes through an event token by token: a tree would lose what stands twice, which event-ruler does not.
type walk struct {
	dec     *json.Decoder
	reached map[string]bool
	values  map[string][]value
	lists   int
	depth   int
	in      membership
}

// object reads what follows an opening brace.
func (w *walk) object(path string) error {
	if err := w.enter(); err != nil {
		return err
	}
	for w.dec.More() {
		key, err := w.dec.Token()
		if err != nil {
			return err
		}
		inner := joined(path, key.(string))
		if !w.reached[inner] {
			if err := w.skip(); err != nil {
				return err
			}
			continue
		}
		if err := w.element(inner, nil); err != nil {
			return err
		}
	}
	return w.leave()
}

// list reads what follows an opening bracket.
func (w *walk) list(path string) error {
	if err := w.enter(); err != nil {
		return err
	}
	id := w.lists
	w.lists++
	for i := 0; w.dec.More(); i++ {
		if err := w.element(path, &place{list: id, element: i}); err != nil {
			return err
		}
	}
	return w.leave()
}

// element reads a value, which stands at a place of a list or directly in an object.
func (w *walk) element(path string, at *place) error {
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	d, nested := t.(json.Delim)
	if !nested {
		w.values[path] = append(w.values[path], newValue(t, w.in))
		return nil
	}
	if at != nil {
		outer := w.in
		w.in = append(slices.Clip(outer), *at)
		defer func() { w.in = outer }()
	}
	if d == '{' {
		return w.object(path)
	}
	return w.list(path)
}

func (w *walk) skip() error {
	var ignored json.RawMessage
	return w.dec.Decode(&ignored)
}

func (w *walk) enter() error {
	if w.depth++; w.depth > maxDepth {
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	return nil
}

// leave reads the closing brace or bracket.
func (w *walk) leave() error {
	w.depth--
	_, err := w.dec.Token()
	return err
}

func joined(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
