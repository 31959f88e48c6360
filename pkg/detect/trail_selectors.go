package detect

import (
	"encoding/json"
	"slices"
)

// TrailSelectors are the event selectors of a trail, which has either basic or advanced ones. A list that is there and empty
// says the same as none; which of both it is, is kept for who writes the selectors again.
type TrailSelectors struct {
	Basic    []BasicSelector    `json:"basic,omitempty"`
	Advanced []AdvancedSelector `json:"advanced,omitempty"`
}

// A BasicSelector chooses management events, and data events of some resources.
type BasicSelector struct {
	ReadWriteType    string         `json:"read_write_type"` // "All", "ReadOnly" or "WriteOnly"
	ManagementEvents bool           `json:"management_events"`
	Excluded         []string       `json:"excluded,omitzero"` // event sources whose management events are left out
	Data             []SelectedData `json:"data,omitzero"`
}

// SelectedData names the resources of one kind whose data events are recorded.
type SelectedData struct {
	Type   string   `json:"type"`
	Values []string `json:"values,omitzero"`
}

// An AdvancedSelector chooses the events that fit all its fields.
type AdvancedSelector struct {
	Name   string          `json:"name,omitempty"`
	Fields []SelectedField `json:"fields"`
}

// A SelectedField is a condition on one field of an event.
type SelectedField struct {
	Field         string   `json:"field"`
	Equals        []string `json:"equals,omitzero"`
	NotEquals     []string `json:"not_equals,omitzero"`
	StartsWith    []string `json:"starts_with,omitzero"`
	NotStartsWith []string `json:"not_starts_with,omitzero"`
	EndsWith      []string `json:"ends_with,omitzero"`
	NotEndsWith   []string `json:"not_ends_with,omitzero"`
}

// Hash identifies the selectors, so that those of an event can be compared with those of a trail.
func (s TrailSelectors) Hash() string {
	raw, err := json.Marshal(s.withoutEmpty())
	if err != nil { // texts and booleans cannot fail
		return ""
	}
	return DocumentHash(raw)
}

// Equal reports whether two sets of selectors record the same by the same means.
func (s TrailSelectors) Equal(o TrailSelectors) bool { return s.Hash() == o.Hash() }

func (s TrailSelectors) withoutEmpty() TrailSelectors {
	var out TrailSelectors
	for _, b := range s.Basic {
		b.Excluded = orNil(b.Excluded)
		b.Data = orNil(slices.Clone(b.Data))
		for i := range b.Data {
			b.Data[i].Values = orNil(b.Data[i].Values)
		}
		out.Basic = append(out.Basic, b)
	}
	for _, a := range s.Advanced {
		a.Fields = slices.Clone(a.Fields)
		for i := range a.Fields {
			f := &a.Fields[i]
			for _, list := range []*[]string{&f.Equals, &f.NotEquals, &f.StartsWith, &f.NotStartsWith, &f.EndsWith, &f.NotEndsWith} {
				*list = orNil(*list)
			}
		}
		out.Advanced = append(out.Advanced, a)
	}
	return out
}

func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}
