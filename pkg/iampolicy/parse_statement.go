package iampolicy

import (
	"fmt"
	"strings"
)

// statement reads one statement.
func (p *parser) statement() error {
	s := Statement{Index: len(p.doc.Statements) + 1}
	open, err := p.read()
	if err != nil {
		return err
	}
	if open.kind != '{' {
		return p.refuse(open, fmt.Sprintf("statement %d is no object", s.Index))
	}
	p.at = s.Index
	for first := true; ; first = false {
		key, ok, err := p.nextKey(first)
		if err == nil && ok {
			err = p.member(&s, key)
		}
		if err != nil {
			return err
		}
		if !ok {
			break
		}
	}
	p.at = 0
	s.Span = Span{open.span.Start, int32(p.pos)}
	return p.keep(&s)
}

// keep adds a statement that has what every statement needs.
func (p *parser) keep(s *Statement) error {
	missing := ""
	switch {
	case !s.Has(ElementEffect):
		missing = "Effect"
	case !s.Has(ElementAction | ElementNotAction):
		missing = "Action or NotAction"
	}
	if missing != "" {
		return &NotJudgedError{Reason: fmt.Sprintf("statement %d has no %s", s.Index, missing), Offset: int(s.Span.Start), text: p.src}
	}
	if p.doc.Statements == nil {
		p.doc.Statements = make([]Statement, 0, min(max(1, cap(p.values)/12), 64))
	}
	p.doc.Statements = append(p.doc.Statements, *s)
	return nil
}

// member reads the value of one key of a statement.
func (p *parser) member(s *Statement, key token) error {
	e := p.element(key)
	if e == 0 {
		return p.refuse(key, fmt.Sprintf("statement %d holds the unknown element %s", s.Index, quoted(key.text)))
	}
	if s.Has(e) {
		s.Repeated = true
		s.ConditionRepeated = s.ConditionRepeated || e == ElementCondition
		p.odd(s.Index, key.span, key.text+" stands twice: all its values are judged")
	}
	s.elements |= e
	switch e {
	case ElementSid:
		return p.scalar(&s.Sid, "Sid")
	case ElementEffect:
		return p.effect(s)
	case ElementAction:
		return p.texts(&s.Actions, s, key)
	case ElementNotAction:
		return p.texts(&s.NotActions, s, key)
	case ElementResource:
		return p.texts(&s.Resources, s, key)
	case ElementNotResource:
		return p.texts(&s.NotResources, s, key)
	case ElementPrincipal:
		return p.principals(&s.Principals, s, key)
	case ElementNotPrincipal:
		return p.principals(&s.NotPrincipals, s, key)
	default:
		return p.condition(s, key)
	}
}

func (p *parser) effect(s *Statement) error {
	t, err := p.read()
	if err != nil {
		return err
	}
	switch {
	case t.kind != textToken:
		return p.refuse(t, fmt.Sprintf("statement %d: Effect is no text", s.Index))
	case strings.EqualFold(t.text, "Allow"):
		s.Effect = Allow
	case !strings.EqualFold(t.text, "Deny"):
		return p.refuse(t, fmt.Sprintf("statement %d has the unknown Effect %s", s.Index, quoted(t.text)))
	case s.Effect == 0:
		s.Effect = Deny
	}
	if t.text != s.Effect.String() && !s.Repeated {
		p.odd(s.Index, t.span, quoted(t.text)+" is read as "+s.Effect.String())
	}
	return nil
}

// texts adds a text or a list of texts. All lists of a document share one slice.
func (p *parser) texts(to *[]Value, s *Statement, key token) error {
	start := len(p.values)
	var seq sequence
	for {
		more, err := p.nextElement(&seq)
		if err != nil {
			return err
		}
		if !more {
			*to = p.joined(*to, start)
			return nil
		}
		t, err := p.read()
		if err != nil {
			return err
		}
		if t.kind != textToken {
			return p.refuse(t, fmt.Sprintf("statement %d: %s holds something that is no text", s.Index, quotable(key.text)))
		}
		p.values = append(p.values, Value{t.text, t.span})
	}
}

// joined returns a list with the values that were read since a place.
func (p *parser) joined(list []Value, start int) []Value {
	added := p.values[start:len(p.values):len(p.values)]
	if len(list) == 0 {
		return added
	}
	return append(list, added...)
}

// principals reads a Principal or NotPrincipal: an object of types, or "*".
func (p *parser) principals(to *[]Principal, s *Statement, key token) error {
	t, err := p.peek()
	if err != nil {
		return err
	}
	if t.kind != '{' {
		return p.barePrincipals(to, s, key)
	}
	p.has = false
	for first := true; ; first = false {
		kind, ok, err := p.nextKey(first)
		if err == nil && ok {
			err = p.principal(to, s, kind)
		}
		if err != nil || !ok {
			return err
		}
	}
}

// principal reads one type of principals.
func (p *parser) principal(to *[]Principal, s *Statement, kind token) error {
	for _, name := range [...]string{PrincipalAWS, PrincipalService, PrincipalFederated, PrincipalCanonical} {
		if !p.named(kind, name) {
			continue
		}
		for _, before := range *to {
			if before.Type == name {
				s.Repeated = true
				p.odd(s.Index, kind.span, name+" stands twice: all its values are judged")
				break
			}
		}
		if len(*to) >= maxConditions {
			return p.refuse(kind, fmt.Sprintf("statement %d has more than %d kinds of principals", s.Index, maxConditions))
		}
		one := Principal{Type: name}
		err := p.texts(&one.Values, s, kind)
		one.Span = Span{kind.span.Start, int32(p.pos)}
		*to = append(*to, one)
		return err
	}
	return p.refuse(kind, fmt.Sprintf("statement %d holds the unknown type of principal %s", s.Index, quoted(kind.text)))
}

func (p *parser) barePrincipals(to *[]Principal, s *Statement, key token) error {
	var values []Value
	if err := p.texts(&values, s, key); err != nil {
		return err
	}
	for i, v := range values {
		one := Principal{Type: PrincipalAWS, Values: values[i : i+1 : i+1], Span: v.Span}
		if v.Text == PrincipalAny {
			one.Type = PrincipalAny
		}
		*to = append(*to, one)
	}
	return nil
}

// condition reads a Condition: operators, in each of them keys, and for each of these values.
func (p *parser) condition(s *Statement, key token) error {
	t, err := p.read()
	switch {
	case err != nil:
		return err
	case t.kind == nullToken:
		return nil
	case t.kind != '{':
		return p.refuse(t, fmt.Sprintf("statement %d: %s is no object", s.Index, quotable(key.text)))
	}
	p.seen = p.seen[:0]
	start := len(p.conds)
	for first := true; ; first = false {
		name, ok, err := p.nextKey(first)
		if err == nil && ok {
			err = p.operator(s, name, start)
		}
		if err != nil {
			return err
		}
		if !ok {
			break
		}
	}
	added := p.conds[start:len(p.conds):len(p.conds)]
	if s.Conditions == nil {
		s.Conditions = added
		return nil
	}
	s.Conditions = append(s.Conditions, added...)
	return nil
}

// maxConditions bounds the conditions of one statement: far more than fit into a policy that AWS accepts.
const maxConditions = 1000

func (p *parser) tooMany(s *Statement, at token) error {
	return p.refuse(at, fmt.Sprintf("statement %d has more than %d conditions", s.Index, maxConditions))
}

// once notes that a name of a condition stands there, and flags the statement where it stood before.
func (p *parser) once(s *Statement, name token) {
	for _, before := range p.seen {
		if len(before) == len(name.text) && strings.EqualFold(before, name.text) {
			p.twice(s, name)
			break
		}
	}
	p.seen = append(p.seen, name.text)
}

func (p *parser) twice(s *Statement, name token) {
	s.Repeated, s.ConditionRepeated = true, true
	p.odd(s.Index, name.span, quoted(name.text)+" stands twice in the condition: it restricts nothing for certain")
}

// operator reads the keys of one operator. The conditions of the statement are those from a place on.
func (p *parser) operator(s *Statement, name token, start int) error {
	o, ok := ParseOperator(name.text)
	if !ok {
		return p.refuse(name, fmt.Sprintf("statement %d holds the unknown condition operator %s", s.Index, quoted(name.text)))
	}
	if p.once(s, name); len(p.seen) > maxConditions {
		return p.tooMany(s, name)
	}
	if t, err := p.read(); err != nil || t.kind != '{' {
		if err == nil {
			err = p.refuse(t, fmt.Sprintf("statement %d: the condition %s is no object", s.Index, quotable(name.text)))
		}
		return err
	}
	own := len(p.conds)
	for first := true; ; first = false {
		key, ok, err := p.nextKey(first)
		if err != nil || !ok {
			return err
		}
		for i := own; i < len(p.conds); i++ {
			if p.conds[i].Is(key.text) {
				p.twice(s, key)
				break
			}
		}
		c := Condition{Operator: o, Key: key.text}
		if c.Values, err = p.conditionValues(s, key); err != nil {
			return err
		}
		c.Span = Span{name.span.Start, int32(p.pos)}
		if p.conds = append(p.conds, c); len(p.conds)-start > maxConditions {
			return p.tooMany(s, key)
		}
	}
}

func (p *parser) conditionValues(s *Statement, key token) ([]Value, error) {
	start := len(p.values)
	var seq sequence
	for {
		more, err := p.nextElement(&seq)
		if err != nil || !more {
			return p.joined(nil, start), err
		}
		t, err := p.read()
		if err != nil {
			return nil, err
		}
		if t.kind != textToken && t.kind != numberToken && t.kind != boolToken {
			return nil, p.refuse(t, fmt.Sprintf("statement %d: the condition on %s holds something that is no value", s.Index, quotable(key.text)))
		}
		p.values = append(p.values, Value{t.text, t.span})
	}
}
