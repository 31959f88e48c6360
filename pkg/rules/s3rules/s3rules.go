// Package s3rules reads the rules of a bucket's lifecycle and of its replication from the XML that CloudTrail records as JSON,
// in the shape that the API's clients give them: whole, or not at all.
package s3rules

import (
	"encoding/json"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
)

// An element is what an XML element holds: other elements, or a value of a kind.
type element struct {
	name   string // as the API's clients have it
	kind   kind
	many   bool // it may come more than once
	within elements
}

type kind uint8

const (
	text kind = iota
	number
	flag
	group
)

// elements are the elements that one holds, by their names in lower case.
type elements map[string]element

func of(list ...element) elements {
	out := elements{}
	for _, e := range list {
		out[strings.ToLower(e.name)] = e
	}
	return out
}

func inside(name string, list ...element) element {
	return element{name: name, kind: group, within: of(list...)}
}

// tags are a list that the XML has under the name of its members.
func (e elements) tags() elements {
	e["tag"] = element{name: "Tags", kind: group, many: true, within: tagged()}
	return e
}

func tagged() elements { return of(element{name: "Key"}, element{name: "Value"}) }

func filter(sizes ...element) element {
	and := of(append(sizes, element{name: "Prefix"})...).tags()
	f := inside("Filter", append(sizes, element{name: "Prefix"}, inside("Tag"))...)
	f.within["tag"] = element{name: "Tag", kind: group, within: tagged()}
	f.within["and"] = element{name: "And", kind: group, within: and}
	return f
}

// Lifecycle returns the rules of a lifecycle as the API's clients write them; ok is false where one has what is not known.
func Lifecycle(rules []json.RawMessage) (list []json.RawMessage, ok bool) {
	days, class := element{name: "Days", kind: number}, element{name: "StorageClass"}
	former, kept := element{name: "NoncurrentDays", kind: number}, element{name: "NewerNoncurrentVersions", kind: number}
	rule := of(
		element{name: "ID"}, element{name: "Status"}, element{name: "Prefix"},
		filter(element{name: "ObjectSizeGreaterThan", kind: number}, element{name: "ObjectSizeLessThan", kind: number}),
		inside("Expiration", days, element{name: "Date"}, element{name: "ExpiredObjectDeleteMarker", kind: flag}),
		inside("NoncurrentVersionExpiration", former, kept),
		inside("AbortIncompleteMultipartUpload", element{name: "DaysAfterInitiation", kind: number}),
	)
	rule["transition"] = element{name: "Transitions", kind: group, many: true, within: of(days, element{name: "Date"}, class)}
	rule["noncurrentversiontransition"] = element{
		name: "NoncurrentVersionTransitions", kind: group, many: true, within: of(former, kept, class),
	}
	return each(rules, rule)
}

// Replication returns the rules of a replication as the API's clients write them; ok is false where one has what is not known.
func Replication(rules []json.RawMessage) (list []json.RawMessage, ok bool) {
	status, minutes := element{name: "Status"}, element{name: "Minutes", kind: number}
	return each(rules, of(
		element{name: "ID"}, status, element{name: "Prefix"}, element{name: "Priority", kind: number}, filter(),
		inside("DeleteMarkerReplication", status), inside("ExistingObjectReplication", status),
		inside("SourceSelectionCriteria", inside("SseKmsEncryptedObjects", status), inside("ReplicaModifications", status)),
		inside("Destination", element{name: "Bucket"}, element{name: "Account"}, element{name: "StorageClass"},
			inside("AccessControlTranslation", element{name: "Owner"}), inside("EncryptionConfiguration", element{name: "ReplicaKmsKeyID"}),
			inside("ReplicationTime", status, inside("Time", minutes)), inside("Metrics", status, inside("EventThreshold", minutes))),
	))
}

func each(rules []json.RawMessage, of elements) (list []json.RawMessage, ok bool) {
	list = []json.RawMessage{}
	for _, r := range rules {
		v, ok := of.read(r)
		if !ok {
			return nil, false
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, false
		}
		list = append(list, raw)
	}
	return list, true
}

func (e elements) read(raw json.RawMessage) (map[string]any, bool) {
	var members map[string]json.RawMessage
	if string(raw) == `""` { // an element without any
		return map[string]any{}, true
	}
	if json.Unmarshal(raw, &members) != nil {
		return nil, false
	}
	out := map[string]any{}
	for name, inner := range members {
		if name == "xmlns" || strings.Contains(name, ":") {
			continue
		}
		one, known := e[strings.ToLower(name)]
		if !known {
			return nil, false
		}
		v, ok := one.value(inner)
		if !ok {
			return nil, false
		}
		out[one.name] = v
	}
	return out, true
}

func (e element) value(raw json.RawMessage) (any, bool) {
	if e.many {
		var all cloudtrail.List[json.RawMessage]
		if json.Unmarshal(raw, &all) != nil {
			return nil, false
		}
		list := []any{}
		for _, one := range all {
			v, ok := e.within.read(one)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		return list, true
	}
	if e.kind == group {
		return e.within.read(raw)
	}
	var t cloudtrail.Text
	if json.Unmarshal(raw, &t) != nil {
		return nil, false
	}
	switch e.kind {
	case number:
		n, err := strconv.ParseInt(string(t), 10, 64)
		return n, err == nil
	case flag:
		return t == "true", t == "true" || t == "false"
	case text, group:
	}
	return string(t), true
}
