package iampolicy

import (
	"strings"
)

// Parse reads a document token by token, because decoding into a struct loses what an attacker can hide behind: a key
// that stands twice, or in another letter case. It takes the document as services write it: JSON, JSON inside a JSON
// string, or URL-encoded JSON. A single statement without a document around it is taken for the whole.
//
// The error is a *NotJudgedError.
func Parse(document []byte) (*Document, error) {
	text, plus, err := unwrap(document)
	if err != nil {
		return nil, err
	}
	d, err := parseText(text)
	if err != nil && plus != "" {
		if spaced, again := parseText(plus); again == nil {
			return spaced, nil
		}
	}
	return d, err
}

func parseText(text string) (*Document, error) {
	p := &parser{lexer: lexer{src: text}, doc: &Document{Text: text}}
	p.values = make([]Value, 0, strings.Count(text, `"`)/2)
	if err := p.document(); err != nil {
		return nil, err
	}
	return p.doc, nil
}

// A parser reads one document. It never recurses: a policy has a fixed depth, and deeper is wrong.
type parser struct {
	lexer
	doc    *Document
	peeked token
	has    bool
	values []Value // all values of the document, so that each list is a part of it
	seen   []string
	conds  []Condition // all conditions of the document, likewise
	at     int         // the number of the statement that is being read
}

func (p *parser) read() (token, error) {
	if p.has {
		p.has = false
		return p.peeked, nil
	}
	return p.next()
}

func (p *parser) peek() (token, error) {
	if !p.has {
		t, err := p.next()
		if err != nil {
			return t, err
		}
		p.peeked, p.has = t, true
	}
	return p.peeked, nil
}

// refuse says that the document holds something that is not known to mean anything.
func (p *parser) refuse(t token, what string) error {
	if t.kind == end {
		what = "the document is not valid JSON: it ends too early"
	}
	return &NotJudgedError{Reason: what, Offset: int(t.span.Start), text: p.src}
}

func (p *parser) expect(k kind, what string) error {
	t, err := p.read()
	if err == nil && t.kind != k {
		err = p.refuse(t, what)
	}
	return err
}

// nextKey returns the next key of an object whose opening brace was read. It reports false at the object's end. The
// loops over objects and lists are written out, because closures would cost an allocation each.
func (p *parser) nextKey(first bool) (key token, ok bool, err error) {
	const syntax = "the document is not valid JSON: "
	if key, err = p.read(); err != nil || key.kind == '}' {
		return key, false, err
	}
	if !first {
		if key.kind != ',' {
			return key, false, p.refuse(key, syntax+"a comma or a closing brace is expected")
		}
		if key, err = p.read(); err != nil {
			return key, false, err
		}
	}
	if key.kind != textToken {
		return key, false, p.refuse(key, syntax+"a key in quotes is expected")
	}
	return key, true, p.expect(':', syntax+"a colon is expected")
}

// A sequence is the way through a value that may be a list or a single element.
type sequence struct {
	list, begun bool
}

// nextElement reports whether another element of the value stands next.
func (p *parser) nextElement(s *sequence) (bool, error) {
	if s.begun && !s.list {
		return false, nil
	}
	t, err := p.peek()
	if err != nil {
		return false, err
	}
	switch {
	case !s.begun && t.kind != '[':
		s.begun = true
		return true, nil
	case !s.begun:
		s.begun, s.list, p.has = true, true, false
		if t, err = p.peek(); err == nil && t.kind == ']' {
			p.has = false
			return false, nil
		}
		return true, err
	}
	p.has = false
	switch t.kind {
	case ']':
		return false, nil
	case ',':
		return true, nil
	default:
		return false, p.refuse(t, "the document is not valid JSON: a comma or a closing bracket is expected")
	}
}

func (p *parser) document() error {
	if err := p.expect('{', "the document is no JSON object"); err != nil {
		return err
	}
	start := p.pos - 1
	var top topLevel
	for first := true; ; first = false {
		key, ok, err := p.nextKey(first)
		if err == nil && ok {
			err = p.topMember(&top, key)
		}
		if err != nil {
			return err
		}
		if !ok {
			break
		}
	}
	if t, err := p.read(); err != nil || t.kind != end {
		if err == nil {
			err = p.refuse(t, "the document is not valid JSON: something follows its end")
		}
		return err
	}
	switch {
	case top.bare != nil && top.statements:
		return notJudged("the document holds both a list of statements and a statement of its own")
	case top.bare != nil:
		top.bare.Span = Span{int32(start), int32(len(strings.TrimRight(p.src, " \t\r\n")))}
		return p.keep(top.bare)
	case !top.statements:
		return notJudged("the document has no Statement")
	}
	return nil
}

// A topLevel is what was seen of a document.
type topLevel struct {
	statements, version bool
	bare                *Statement // a statement without a document around it
}

// topMember reads the value of one key of the document.
func (p *parser) topMember(top *topLevel, key token) error {
	switch {
	case p.named(key, "Statement"):
		if top.statements {
			p.odd(0, key.span, "Statement stands twice: the statements of both are judged")
		}
		top.statements = true
		return p.statements()
	case p.named(key, "Version"):
		if top.version {
			p.odd(0, key.span, "Version stands twice")
		}
		top.version = true
		return p.scalar(&p.doc.Version, "Version")
	case p.named(key, "Id"):
		return p.scalar(&p.doc.ID, "Id")
	case top.bare == nil && p.element(key) != 0:
		top.bare = &Statement{Index: 1}
		p.odd(0, key.span, "a statement stands without a document around it")
	}
	if top.bare == nil {
		return p.refuse(key, "the document holds the unknown element "+quoted(key.text))
	}
	return p.member(top.bare, key)
}

func (p *parser) statements() error {
	var seq sequence
	for {
		more, err := p.nextElement(&seq)
		if err != nil || !more {
			return err
		}
		if err := p.statement(); err != nil {
			return err
		}
	}
}

// scalar reads a text into place.
func (p *parser) scalar(to *string, what string) error {
	t, err := p.read()
	if err == nil && t.kind != textToken {
		err = p.refuse(t, what+" is no text")
	}
	*to = t.text
	return err
}

func (p *parser) odd(statement int, at Span, text string) {
	p.doc.Oddities = append(p.doc.Oddities, Oddity{Statement: statement, Span: at, Text: text})
}

// named reports whether a key has a name, in any letter case. AWS refuses other letter cases in most places today; a
// document in which one stands is judged as if it took them.
func (p *parser) named(key token, name string) bool {
	if key.text == name {
		return true
	}
	if len(key.text) != len(name) || !strings.EqualFold(key.text, name) {
		return false
	}
	p.odd(p.at, key.span, quoted(key.text)+" is read as "+name)
	return true
}

// element returns which element of a statement a key names, 0 for none.
func (p *parser) element(key token) Element {
	names := [...]string{"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
	for i, name := range names {
		if p.named(key, name) {
			return 1 << i
		}
	}
	return 0
}

func quoted(text string) string { return `"` + quotable(text) + `"` }
