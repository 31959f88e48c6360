package detect

import "encoding/json"

// TrailSelectors are the event selectors of a trail, which has either basic or advanced ones.
type TrailSelectors struct {
	Basic    []BasicSelector    `json:"basic,omitempty"`
	Advanced []AdvancedSelector `json:"advanced,omitempty"`
}

// A BasicSelector chooses management events, and data events of some resources.
type BasicSelector struct {
	ReadWriteType    string         `json:"read_write_type"` // "All", "ReadOnly" or "WriteOnly"
	ManagementEvents bool           `json:"management_events"`
	Excluded         []string       `json:"excluded,omitempty"` // event sources whose management events are left out
	Data             []SelectedData `json:"data,omitempty"`
}

// SelectedData names the resources of one kind whose data events are recorded.
type SelectedData struct {
	Type   string   `json:"type"`
	Values []string `json:"values,omitempty"`
}

// An AdvancedSelector chooses the events that fit all its fields.
type AdvancedSelector struct {
	Name   string          `json:"name,omitempty"`
	Fields []SelectedField `json:"fields"`
}

// A SelectedField is a condition on one field of an event.
type SelectedField struct {
	Field         string   `json:"field"`
	Equals        []string `json:"equals,omitempty"`
	NotEquals     []string `json:"not_equals,omitempty"`
	StartsWith    []string `json:"starts_with,omitempty"`
	NotStartsWith []string `json:"not_starts_with,omitempty"`
	EndsWith      []string `json:"ends_with,omitempty"`
	NotEndsWith   []string `json:"not_ends_with,omitempty"`
}

// Hash identifies the selectors, so that those of an event can be compared with those of a trail.
func (s TrailSelectors) Hash() string {
	raw, err := json.Marshal(s)
	if err != nil { // texts and booleans cannot fail
		return ""
	}
	return DocumentHash(raw)
}

// Equal reports whether two sets of selectors record the same by the same means.
func (s TrailSelectors) Equal(o TrailSelectors) bool { return s.Hash() == o.Hash() }
