package storage

import (
	"encoding/json"
	"fmt"
	"slices"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/policytext"
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
	head, texts, tail, err := policytext.Split(text)
	if err != nil {
		return document{}, err
	}
	d := document{head: head, tail: tail}
	for i, one := range texts {
		var s struct{ Sid string }
		if err := json.Unmarshal([]byte(one), &s); err != nil {
			return document{}, fmt.Errorf("read statement %d of the policy: %w", i+1, err)
		}
		d.statements = append(d.statements, statement{Index: i, Sid: s.Sid, Hash: detect.StatementHash([]byte(one)), Text: one})
	}
	return d, nil
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
	return policytext.Join(d.head, texts, d.tail)
}

func (d document) has(hash string) bool {
	return slices.ContainsFunc(d.statements, func(s statement) bool { return s.Hash == hash })
}

// sameStatements reports whether two policies say the same, in whichever order and however often.
func (d document) sameStatements(e document) bool {
	lacks := func(d, e document) bool {
		return slices.ContainsFunc(d.statements, func(s statement) bool { return !e.has(s.Hash) })
	}
	return !lacks(d, e) && !lacks(e, d)
}
