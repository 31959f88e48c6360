package iampolicy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const (
	maxDocument = 128 << 10 // CloudTrail carries at most 100 KB of request
	maxDepth    = 32        // IAM's own documents need six
)

// A statement is what the judge needs of one statement. Where a key stands twice, all its values are kept: which of
// them the service obeys is not for us to guess.
type statement struct {
	number                  int
	sid                     string
	allows                  bool
	conditional             bool // every Condition that stands there has at least one operator
	repeated                bool // some key stands twice
	hasResource             bool
	emptyNotAction          bool
	emptyConditions         int
	actions, notActions     []string // in lower case
	resources, notResources []string
}

// read parses a document, in whichever way it is wrapped.
func read(document []byte) ([]statement, error) {
	text, err := unwrap(document)
	if err != nil {
		return nil, err
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, fmt.Errorf("the document is not valid JSON: %w", place(err))
	}
	r := &reader{dec: json.NewDecoder(bytes.NewReader(text))}
	r.dec.UseNumber()
	return r.document()
}

// place adds to a syntax error where it is.
func place(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	}
	return err
}

// unwrap takes a document out of a JSON string and out of URL encoding.
func unwrap(document []byte) ([]byte, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(document, []byte("\ufeff")))
	if len(text) > maxDocument {
		return nil, fmt.Errorf("the document has %d bytes, more than the %d that are judged", len(text), maxDocument)
	}
	if len(text) > 0 && text[0] == '"' {
		var inner string
		if err := json.Unmarshal(text, &inner); err != nil {
			return nil, fmt.Errorf("the document is not valid JSON: %w", place(err))
		}
		text = bytes.TrimSpace([]byte(inner))
	}
	if len(text) > 0 && text[0] == '%' {
		plain, err := url.PathUnescape(string(text))
		if err != nil {
			return nil, fmt.Errorf("the document is not valid URL encoding: %w", err)
		}
		text = bytes.TrimSpace([]byte(plain))
	}
	if len(text) == 0 {
		return nil, errors.New("the document is empty")
	}
	return text, nil
}

// A reader reads a document token by token, because decoding into a struct keeps only one of two equal keys.
type reader struct {
	dec *json.Decoder
}

func (r *reader) document() ([]statement, error) {
	if tok, err := r.dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, errors.New("the document is no JSON object")
	}
	var out []statement
	err := r.members("the document", func(key string) error {
		if !strings.EqualFold(key, "Statement") {
			return r.skip(1)
		}
		return r.elements(func(tok json.Token) error {
			if tok != json.Delim('{') {
				return fmt.Errorf("statement %d is no object", len(out)+1)
			}
			s, err := r.statement(len(out) + 1)
			out = append(out, s)
			return err
		})
	})
	if err == nil && len(out) == 0 {
		err = errors.New("the document has no statement")
	}
	return out, err
}

// members calls f for each key of the object whose opening brace was read.
func (r *reader) members(what string, f func(key string) error) error {
	for r.dec.More() {
		tok, err := r.dec.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		key, ok := tok.(string)
		if !ok {
			return fmt.Errorf("%s: a key is no string", what)
		}
		if err := f(key); err != nil {
			return err
		}
	}
	_, err := r.dec.Token()
	return err
}

// elements calls f with the first token of each element of the next value, which may be a list or a single element.
func (r *reader) elements(f func(json.Token) error) error {
	tok, err := r.dec.Token()
	if err != nil {
		return err
	}
	if tok != json.Delim('[') {
		return f(tok)
	}
	for r.dec.More() {
		if tok, err = r.dec.Token(); err != nil {
			return err
		}
		if err := f(tok); err != nil {
			return err
		}
	}
	_, err = r.dec.Token()
	return err
}

func (r *reader) statement(number int) (statement, error) {
	s := statement{number: number}
	seen := map[string]int{}
	what := fmt.Sprintf("statement %d", number)
	err := r.members(what, func(key string) error {
		name := strings.ToLower(key)
		seen[name]++
		s.repeated = s.repeated || seen[name] > 1
		return r.member(&s, name, what+": "+quotable(key))
	})
	switch {
	case err != nil:
		return s, err
	case seen["effect"] == 0:
		return s, fmt.Errorf("%s has no Effect", what)
	case seen["action"]+seen["notaction"] == 0:
		return s, fmt.Errorf("%s has neither Action nor NotAction", what)
	}
	s.conditional = seen["condition"] > 0 && s.emptyConditions == 0
	return s, nil
}

// member reads the value of one key of a statement. The name is in lower case.
func (r *reader) member(s *statement, name, what string) error {
	switch name {
	case "sid":
		return r.texts(what, func(t string) error { s.sid = t; return nil })
	case "effect":
		return r.texts(what, s.effect)
	case "action":
		return r.texts(what, appendLower(&s.actions))
	case "notaction":
		before := len(s.notActions)
		err := r.texts(what, appendLower(&s.notActions))
		s.emptyNotAction = s.emptyNotAction || len(s.notActions) == before
		return err
	case "resource":
		s.hasResource = true
		return r.texts(what, appendTo(&s.resources))
	case "notresource":
		s.hasResource = true
		return r.texts(what, appendTo(&s.notResources))
	case "condition":
		operators, err := r.operators(what)
		if operators == 0 {
			s.emptyConditions++
		}
		return err
	}
	return r.skip(1)
}

// effect notes an Effect. Of two, Allow is the one to be judged.
func (s *statement) effect(text string) error {
	switch {
	case strings.EqualFold(text, "Allow"):
		s.allows = true
	case !strings.EqualFold(text, "Deny"):
		return fmt.Errorf("statement %d has the unknown Effect %q", s.number, quotable(text))
	}
	return nil
}

func appendTo(to *[]string) func(string) error {
	return func(text string) error {
		*to = append(*to, text)
		return nil
	}
}

func appendLower(to *[]string) func(string) error {
	return func(text string) error {
		*to = append(*to, strings.ToLower(text))
		return nil
	}
}

// texts calls f with each string of a string or a list of strings.
func (r *reader) texts(what string, f func(string) error) error {
	return r.elements(func(tok json.Token) error {
		text, ok := tok.(string)
		if !ok {
			return fmt.Errorf("%s holds something that is no string", what)
		}
		return f(text)
	})
}

// operators counts the operators of a Condition.
func (r *reader) operators(what string) (int, error) {
	tok, err := r.dec.Token()
	if err != nil {
		return 0, err
	}
	if tok == nil {
		return 0, nil
	}
	if tok != json.Delim('{') {
		return 0, fmt.Errorf("%s is no object", what)
	}
	n := 0
	err = r.members(what, func(string) error {
		n++
		return r.skip(1)
	})
	return n, err
}

// skip reads one value and forgets it.
func (r *reader) skip(depth int) error {
	for open := 0; ; {
		tok, err := r.dec.Token()
		if err != nil {
			return err
		}
		if d, ok := tok.(json.Delim); ok {
			if d == '{' || d == '[' {
				open++
			} else {
				open--
			}
		}
		if open+depth > maxDepth {
			return fmt.Errorf("the document is nested more than %d deep", maxDepth)
		}
		if open == 0 {
			return nil
		}
	}
}
