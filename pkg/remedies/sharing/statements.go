package sharing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/policytext"
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
	// Lacks are statements that the policy must not have, where a change goes by what the policy is known to have been.
	Lacks []placed `json:"lacks,omitempty"`
	// Known is set there: it is then the statements that came and that went which a state is known by, and not those of the
	// event, of which some may have been there before.
	Known bool `json:"known,omitempty"`
	// Document is the whole policy as it was written. It decides nothing: undo goes by it where nobody has changed the policy
	// meanwhile, and where the policy was taken away with its last statement.
	Document string `json:"document,omitempty"`
}

// equal reports whether a part that was read is what another one says.
func (p part) equal(want part) bool {
	if !want.Known {
		return slices.Equal(p.hashes(), want.hashes())
	}
	_, live, _, err := split(p.Document)
	if err != nil {
		return false
	}
	has := func(s placed) bool { return slices.ContainsFunc(live, func(text string) bool { return says(text, s) }) }
	return !slices.ContainsFunc(want.Lacks, has) && !slices.ContainsFunc(want.Statements, func(s placed) bool { return !has(s) })
}

// says reports whether a statement as it is written says the same as another.
func says(text string, s placed) bool {
	return detect.StatementHash([]byte(text)) == detect.StatementHash(s.Statement)
}

// restored returns the states before and after a change that puts a former policy back in place of a live one.
func restored(live, former string) (before, after part, err error) {
	_, is, _, err := split(live)
	if err != nil {
		return part{}, part{}, err
	}
	_, was, _, err := split(former)
	if err != nil {
		return part{}, part{}, err
	}
	came, went := without(is, was), without(was, is)
	before = part{Statements: came, Lacks: went, Known: true, Document: live}
	return before, part{Statements: went, Lacks: came, Known: true, Document: former}, nil
}

// removes reports whether a statement has to go for a policy to be what a part says.
func (p part) removes(text string, s selection) bool {
	if !p.Known {
		return s.has(json.RawMessage(text))
	}
	return slices.ContainsFunc(p.Lacks, func(gone placed) bool { return says(text, gone) })
}

// without returns the statements that another policy does not have.
func without(texts, others []string) []placed {
	out := []placed{}
	for i, text := range texts {
		s := placed{i, compact(json.RawMessage(text))}
		if !slices.ContainsFunc(others, func(other string) bool { return says(other, s) }) {
			out = append(out, s)
		}
	}
	return out
}

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
	_, texts, _, err := split(document)
	if err != nil {
		return p, err
	}
	for i, statement := range texts {
		if s.has(json.RawMessage(statement)) {
			p.Statements = append(p.Statements, placed{i, compact(json.RawMessage(statement))})
		}
	}
	p.Document = document
	return p, nil
}

// split takes a policy apart; "" and one without statements have none.
func split(document string) (head string, statements []string, tail string, err error) {
	if document == "" {
		return "", nil, "", nil
	}
	if list, err := detect.PolicyStatements([]byte(document)); err == nil && list == nil {
		return "", nil, "", nil
	}
	if head, statements, tail, err = policytext.Split(document); err != nil {
		return "", nil, "", &remedy.Refusal{Reason: "the live policy cannot be read", Err: err}
	}
	return head, statements, tail, nil
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
	frame := document
	if document == "" {
		frame = to.Document
	}
	head, list, tail, err := split(frame)
	if err != nil {
		return "", err
	}
	_, former, _, err := split(to.Document)
	if err != nil {
		return "", err
	}
	if document == "" {
		list = nil
	}
	list = slices.DeleteFunc(list, func(text string) bool { return to.removes(text, s) })
	for _, p := range to.Statements { // in order of their places
		if to.Known && slices.ContainsFunc(list, func(text string) bool { return says(text, p) }) {
			continue
		}
		text := string(p.Statement)
		if p.At >= 0 && p.At < len(former) {
			text = former[p.At] // as it was written, which a journal does not keep of JSON
		}
		list = slices.Insert(list, min(max(p.At, 0), len(list)), text)
	}
	switch {
	case len(list) == 0:
		return "", nil
	case slices.Equal(list, former), to.Known && len(without(list, former))+len(without(former, list)) == 0:
		return to.Document, nil // to the byte
	case head == "":
		head, tail = `{"Version":"2012-10-17","Statement":`, "}"
	}
	return policytext.Join(head, list, tail), nil
}
