// Package policytext takes policy documents apart as they are written, so that some statements can be taken out or put in
// while every other byte stays.
package policytext

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Split returns the statements of a policy, each as it is written, and what stands before and behind their list. It refuses
// a document that has no statements, or two lists of them.
func Split(document string) (head string, statements []string, tail string, err error) {
	dec := json.NewDecoder(strings.NewReader(document))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return "", nil, "", errors.New("the policy is no JSON object")
	}
	found := false
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return "", nil, "", fmt.Errorf("read the policy: %w", err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return "", nil, "", fmt.Errorf("read the policy: %w", err)
		}
		if name != "Statement" {
			continue
		}
		if found {
			return "", nil, "", errors.New("the policy has two lists of statements")
		}
		end := int(dec.InputOffset())
		found, head, tail = true, document[:end-len(raw)], document[end:]
		if statements, err = list(raw); err != nil {
			return "", nil, "", err
		}
	}
	if _, err := dec.Token(); err != nil {
		return "", nil, "", fmt.Errorf("read the policy: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "", nil, "", errors.New("more than one policy")
	}
	if !found {
		return "", nil, "", errors.New("the policy has no statements")
	}
	return head, statements, tail, nil
}

// list returns the members of a list, or a single statement without one.
func list(raw json.RawMessage) ([]string, error) {
	all := []json.RawMessage{raw}
	if raw[0] == '[' {
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, fmt.Errorf("read the statements of the policy: %w", err)
		}
	}
	statements := make([]string, len(all))
	for i, one := range all {
		statements[i] = string(one)
	}
	return statements, nil
}

// Join puts a policy together from what Split returns.
func Join(head string, statements []string, tail string) string {
	return head + "[" + strings.Join(statements, ",") + "]" + tail
}
