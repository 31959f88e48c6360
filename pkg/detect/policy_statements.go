package detect

import (
	"bytes"
	"encoding/json"
	"errors"
)

// PolicyStatements returns the statements of a policy document as they stand in it. A statement that is no list counts as
// a list of one.
func PolicyStatements(document []byte) ([]json.RawMessage, error) {
	var elements map[string]json.RawMessage // names are exact, which they would not be in a struct
	if err := json.Unmarshal(document, &elements); err != nil {
		return nil, errors.New("the policy document is no JSON object")
	}
	raw := bytes.TrimSpace(elements["Statement"])
	switch {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")):
		return nil, nil
	case raw[0] == '{':
		return []json.RawMessage{raw}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, errors.New("the statements of the policy document are no list")
	}
	return list, nil
}
