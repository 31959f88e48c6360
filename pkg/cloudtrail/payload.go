package cloudtrail

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrOmitted reports that a record does not carry the payload that was asked for: CloudTrail leaves out what exceeds
// its limits, which an attacker can bring about. See
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html.
var ErrOmitted = errors.New("payload omitted from the record")

// A Payload is requestParameters, responseElements or a like part of a record. It is either an object or omitted:
// null, absent, "null", {"omitted":true} and anything else that is no object all count as omitted, and an object
// that was written as a JSON string counts as the object.
type Payload struct {
	object json.RawMessage // a JSON object, or nil
}

// NewPayload makes a Payload of a raw JSON value as it stands in a record. What is nested deeper than any AWS call
// writes counts as omitted, so that it cannot be judged rather than not be seen.
func NewPayload(raw json.RawMessage) Payload {
	raw = unquoted(raw)
	omitted, err := lookUp(raw, "omitted")
	if err != nil || flagged(omitted) {
		return Payload{}
	}
	return Payload{object: raw}
}

// Omitted reports whether the record lacks this payload.
func (p Payload) Omitted() bool { return p.object == nil }

// Raw returns the payload's object, or nil when it is omitted.
func (p Payload) Raw() json.RawMessage { return p.object }

// RequestOf decodes an event's request parameters. Newer EC2 calls wrap them in an object named after the call, which
// is unwrapped. The error is ErrOmitted where the record has none.
func RequestOf[T any](e *Event) (T, error) {
	return decodePayload[T](e.Request, "request parameters", e.Name+"Request")
}

// ResponseOf decodes an event's response elements, unwrapped like RequestOf's. The error is ErrOmitted where the
// record has none, as it is for calls without an answer.
func ResponseOf[T any](e *Event) (T, error) {
	return decodePayload[T](e.Response, "response elements", e.Name+"Response")
}

// AdditionalOf decodes an event's additionalEventData. The error is ErrOmitted where the record has none.
func AdditionalOf[T any](e *Event) (T, error) {
	return decodePayload[T](e.Additional, "additional event data", "")
}

func decodePayload[T any](p Payload, what, wrapper string) (T, error) {
	var v T
	if p.Omitted() {
		return v, fmt.Errorf("%s: %w", what, ErrOmitted)
	}
	raw := p.object
	if wrapper != "" {
		wrapped, err := lookUp(raw, wrapper)
		if err != nil {
			return v, fmt.Errorf("%s: %w", what, err)
		}
		switch string(wrapped) {
		case "": // not wrapped
		case `""`: // EC2's way to write a call without parameters
			raw = json.RawMessage("{}")
		default:
			inner := NewPayload(wrapped)
			if inner.Omitted() {
				return v, fmt.Errorf("%s: %s: %w", what, wrapper, ErrOmitted)
			}
			raw = inner.object
		}
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%s: %w", what, inWords(err))
	}
	return v, nil
}

// inWords says that a member is of the wrong type without the names of Go's types, which people who read findings do not
// know.
func inWords(err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err
	}
	field := ""
	if wrong.Field != "" {
		field = wrong.Field + ": "
	}
	return fmt.Errorf("%sfound %s where another type is expected", field, wrong.Value)
}
