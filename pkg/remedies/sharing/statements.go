package sharing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// A placed statement is one of a policy with its place among the others, so that undo puts it where it was.
type placed struct {
	At        int             `json:"at"`
	Statement json.RawMessage `json:"statement"`
}

// A part of a resource's policy is what an action works on: those of the event's statements that are there.
type part struct {
	Statements []placed `json:"statements"`
	// Frame is the document without its statements: its version and its id. Undo needs it where the policy was taken away
	// with its last statement. It decides nothing.
	Frame json.RawMessage `json:"wrapper,omitempty"`
}

// equal reports whether two parts have statements that say the same.
func (p part) equal(other part) bool { return slices.Equal(p.hashes(), other.hashes()) }

// hashes identify the statements by what they say, in an order that is the same for the same statements.
func (p part) hashes() []string {
	list := make([]string, len(p.Statements))
	for i, s := range p.Statements {
		list[i] = detect.StatementHash(s.Statement)
	}
	slices.Sort(list)
	return list
}

// String names the statements for a person: by their ids, or by their places.
func (p part) String() string {
	texts := make([]string, len(p.Statements))
	for i, s := range p.Statements {
		texts[i] = fmt.Sprintf("statement %d", s.At+1)
		if sid := sidOf(s.Statement); sid != "" {
			texts[i] += " (" + sid + ")"
		}
	}
	return strings.Join(texts, ", ")
}

func sidOf(statement json.RawMessage) string {
	var elements map[string]json.RawMessage
	var sid string
	if json.Unmarshal(statement, &elements) != nil || json.Unmarshal(elements["Sid"], &sid) != nil {
		return ""
	}
	return sid
}

// A selection says which statements of a policy are the event's: those with one of some hashes, or the one with an id.
type selection struct {
	hashes []string
	sid    string
}

// selectionOf returns the statements that a finding is about.
func selectionOf(t remedy.Target) (selection, error) {
	s := selection{sid: t.Params[detect.ParamStatementID]}
	if list := t.Params[detect.ParamStatements]; list != "" {
		s.hashes = strings.Split(list, ",")
	}
	if s.sid == "" && len(s.hashes) == 0 {
		return s, remedy.Refuse("the finding does not say which statements of the policy of %s are risky", t)
	}
	return s, nil
}

func (s selection) has(statement json.RawMessage) bool {
	return slices.Contains(s.hashes, detect.StatementHash(statement)) || s.sid != "" && sidOf(statement) == s.sid
}

// partOf returns the selected statements of a document; "" is a policy that does not exist.
func partOf(document string, s selection) (part, error) {
	p := part{Statements: []placed{}}
	if document == "" {
		return p, nil
	}
	list, err := detect.PolicyStatements([]byte(document))
	if err != nil {
		return p, &remedy.Refusal{Reason: "the live policy cannot be read", Err: err}
	}
	for i, statement := range list {
		if s.has(statement) {
			p.Statements = append(p.Statements, placed{i, compact(statement)})
		}
	}
	if len(p.Statements) > 0 {
		p.Frame, err = withStatements(json.RawMessage(document), nil)
	}
	return p, err
}

func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// replaced returns a document in which the selected statements are those that to has. The others stay as they stand. It
// is "" where no statement is left.
func replaced(document string, s selection, to part) (string, error) {
	var list []json.RawMessage
	frame := json.RawMessage(document)
	if document == "" {
		frame = to.Frame
		if len(frame) == 0 {
			frame = json.RawMessage(`{"Version":"2012-10-17"}`)
		}
	} else {
		all, err := detect.PolicyStatements([]byte(document))
		if err != nil {
			return "", &remedy.Refusal{Reason: "the live policy cannot be read", Err: err}
		}
		list = slices.DeleteFunc(slices.Clone(all), s.has)
	}
	for _, p := range to.Statements { // in order of their places
		list = slices.Insert(list, min(max(p.At, 0), len(list)), p.Statement)
	}
	if len(list) == 0 {
		return "", nil
	}
	out, err := withStatements(frame, list)
	return string(out), err
}

// withStatements returns a document with other statements, or without any where there are none, and its other elements in
// the order in which they stand.
func withStatements(document json.RawMessage, list []json.RawMessage) (json.RawMessage, error) {
	unreadable := func(err error) error { return &remedy.Refusal{Reason: "the policy cannot be read", Err: err} }
	dec := json.NewDecoder(bytes.NewReader(document))
	if _, err := dec.Token(); err != nil {
		return nil, unreadable(err)
	}
	var out bytes.Buffer
	out.WriteByte('{')
	written := false
	element := func(name string, value []byte) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(name) // a text always has a JSON form
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	statements := func() error {
		written = true
		if len(list) == 0 {
			return nil
		}
		raw, err := json.Marshal(list)
		element("Statement", raw)
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, unreadable(err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, unreadable(err)
		}
		name, _ := key.(string) // the keys of an object are texts
		if name != "Statement" {
			element(name, compact(value))
		} else if err := statements(); err != nil {
			return nil, unreadable(err)
		}
	}
	if !written {
		if err := statements(); err != nil {
			return nil, unreadable(err)
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
