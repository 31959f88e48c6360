package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// statements are those of a policy document, each as it is written, and what stands beside them.
type statements struct {
	list   []json.RawMessage
	beside map[string]json.RawMessage
}

func parseStatements(document string) (statements, error) {
	var s statements
	if err := json.Unmarshal([]byte(document), &s.beside); err != nil {
		return s, err
	}
	raw := bytes.TrimSpace(s.beside["Statement"])
	switch {
	case len(raw) == 0:
		return s, errors.New("it has no statement")
	case raw[0] == '{': // IAM takes a single statement without a list too
		s.list = []json.RawMessage{raw}
		return s, nil
	}
	if err := json.Unmarshal(raw, &s.list); err != nil {
		return s, err
	}
	return s, nil
}

// splitStatements takes the statements with the given hashes out of a document and returns both parts.
func splitStatements(document, hashes string) (kept statements, taken []json.RawMessage, err error) {
	kept, err = parseStatements(document)
	if err != nil {
		return kept, nil, err
	}
	wanted := strings.Split(hashes, ",")
	kept.list = slices.DeleteFunc(kept.list, func(s json.RawMessage) bool {
		hit := slices.Contains(wanted, detect.DocumentHash(s))
		if hit {
			taken = append(taken, slices.Clone(s))
		}
		return hit
	})
	return kept, taken, nil
}

// allows reports whether a statement is left that may let somebody in.
func (s statements) allows() bool {
	return slices.ContainsFunc(s.list, func(raw json.RawMessage) bool {
		var statement struct{ Effect string }
		return json.Unmarshal(raw, &statement) != nil || statement.Effect != "Deny"
	})
}

// within reports whether all statements are among those of another document.
func (s statements) within(other statements) bool {
	return !slices.ContainsFunc(s.list, func(raw json.RawMessage) bool {
		return !slices.ContainsFunc(other.list, func(o json.RawMessage) bool {
			return detect.DocumentHash(o) == detect.DocumentHash(raw)
		})
	})
}

// join writes the document again.
func (s statements) join() (string, error) {
	list, err := marshalPlain(s.list)
	if err != nil {
		return "", err
	}
	s.beside["Statement"] = list
	whole, err := marshalPlain(s.beside)
	return string(whole), err
}

// marshalPlain writes JSON without escapes for HTML, which would count towards IAM's limits of length.
func marshalPlain(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
