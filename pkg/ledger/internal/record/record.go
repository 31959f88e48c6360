// Package record holds what every store does alike: the stored form of an incident, its editing, the order of the
// list, and when a record is over.
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"riposte/pkg/ledger"
)

// An Incident is an incident beside its stored form. Value has been decoded from Body, so that it shares no memory with
// what the caller gave and is equal to what a later read returns.
type Incident struct {
	Value ledger.Incident
	Body  []byte
}

// First returns the first version of an incident.
func First(in ledger.Incident) (Incident, error) {
	if err := CheckID(in.ID); err != nil {
		return Incident{}, err
	}
	in.Version = 1
	return encode(in)
}

// CheckID refuses what cannot be an incident's identifier.
func CheckID(id string) error {
	switch {
	case id == "":
		return errors.New("an incident needs an id")
	case len(id) > ledger.MaxID:
		return fmt.Errorf("incident %.40q…: the id has %d bytes, at most %d are possible", id, len(id), ledger.MaxID)
	case !utf8.ValidString(id):
		return fmt.Errorf("incident %.80q: the id is not valid UTF-8", id)
	}
	return nil
}

// Next lets change edit a fresh copy of a stored incident and returns the version that follows. An error of change is
// returned as it is.
func Next(id string, body []byte, change func(*ledger.Incident) error) (Incident, error) {
	in, err := Decode(id, body)
	if err != nil {
		return Incident{}, err
	}
	version, received := in.Version, in.Times.Received
	if err := change(&in); err != nil {
		return Incident{}, err
	}
	if in.ID != id || !in.Times.Received.Equal(received) {
		return Incident{}, fmt.Errorf("update of incident %q changed its id or the time it was received: neither can change", id)
	}
	in.Version = version + 1
	return encode(in)
}

// Decode reads the stored form of the incident with the given identifier.
func Decode(id string, body []byte) (ledger.Incident, error) {
	var in ledger.Incident
	if err := json.Unmarshal(body, &in); err != nil {
		return in, fmt.Errorf("the ledger's entry of incident %q is unreadable: %w", id, err)
	}
	return in, nil
}

func encode(in ledger.Incident) (Incident, error) {
	if in.EventIDs == nil {
		in.EventIDs = []string{}
	}
	if in.Changes == nil {
		in.Changes = []ledger.Change{}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return Incident{}, fmt.Errorf("incident %q cannot be written as JSON: %w", in.ID, err)
	}
	if !utf8.Valid(body) { // only raw JSON can bring it in, and not every store takes it
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	value, err := Decode(in.ID, body)
	return Incident{Value: value, Body: body}, err
}

// Feed returns the key by which incidents are listed: by the time they were received, then by their identifier.
func Feed(in ledger.Incident) string { return Moment(in.Times.Received) + "#" + in.ID }

// NotFound says which incident is not in the ledger.
func NotFound(id string) error { return fmt.Errorf("incident %.80q: %w", id, ledger.ErrNotFound) }
