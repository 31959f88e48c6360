package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// A document is a policy taken apart around its statements, so that some can be taken out or put in while everything else
// stays as it is written.
type document struct {
	head, tail string // what stands before and behind the list of statements
	statements []statement
}

// A statement is one statement of a policy.
type statement struct {
	Index int    `json:"index"`
	Sid   string `json:"sid,omitempty"`
	Hash  string `json:"hash"` // what it says: detect.StatementHash
	Text  string `json:"text"` // how it is written
}

// takeApart reads a policy; the empty text is one without statements.
func takeApart(text string) (document, error) {
	if text == "" {
		return document{}, nil
	}
	dec := json.NewDecoder(strings.NewReader(text))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return document{}, errors.New("the policy is no JSON object")
	}
	var d document
	found := false
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return document{}, fmt.Errorf("read the policy: %w", err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return document{}, fmt.Errorf("read the policy: %w", err)
		}
		if name != "Statement" {
			continue
		}
		if found {
			return document{}, errors.New("the policy has two lists of statements")
		}
		end := int(dec.InputOffset())
		found, d.head, d.tail = true, text[:end-len(raw)], text[end:]
		if d.statements, err = statementsOf(raw); err != nil {
			return document{}, err
		}
	}
	if !found {
		return document{}, errors.New("the policy has no statements")
	}
	return d, nil
}

func statementsOf(raw json.RawMessage) ([]statement, error) {
	list := []json.RawMessage{raw}
	if raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, fmt.Errorf("read the statements of the policy: %w", err)
		}
	}
	var out []statement
	for i, one := range list {
		var s struct{ Sid string }
		if err := json.Unmarshal(one, &s); err != nil {
			return nil, fmt.Errorf("read statement %d of the policy: %w", i+1, err)
		}
		out = append(out, statement{Index: i, Sid: s.Sid, Hash: detect.StatementHash(one), Text: string(one)})
	}
	return out, nil
}

// String returns the policy with the statements that it has now, "" where it has none.
func (d document) String() string {
	if len(d.statements) == 0 {
		return ""
	}
	texts := make([]string, 0, len(d.statements))
	for _, s := range d.statements {
		texts = append(texts, s.Text)
	}
	return d.head + "[" + strings.Join(texts, ",") + "]" + d.tail
}

func (d document) has(hash string) bool {
	return slices.ContainsFunc(d.statements, func(s statement) bool { return s.Hash == hash })
}

// sameStatements reports whether two policies say the same, in whichever order.
func (d document) sameStatements(e document) bool {
	if len(d.statements) != len(e.statements) {
		return false
	}
	return !slices.ContainsFunc(d.statements, func(s statement) bool { return !e.has(s.Hash) })
}
