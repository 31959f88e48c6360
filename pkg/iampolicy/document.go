package iampolicy

import "strings"

// A Document is a policy as it is written, with nothing lost: every value of a key that stands twice, the order of
// conditions, and where each part stands.
type Document struct {
	Text       string // the JSON that the spans refer to, taken out of any wrapping
	Version    string // as written; "" where there is none
	ID         string
	Statements []Statement
	Oddities   []Oddity // what a person should know about how it is written
}

// A Span is a part of the text, in bytes: Text[Start:End].
type Span struct{ Start, End int32 }

// Of returns the part of a text.
func (s Span) Of(text string) string {
	if s.Start < 0 || int(s.End) > len(text) || s.Start > s.End {
		return ""
	}
	return text[s.Start:s.End]
}

// An Oddity is something that AWS may read in more than one way, or not at all, such as a key that stands twice.
type Oddity struct {
	Statement int // counted from one; 0 is the document itself
	Span      Span
	Text      string
}

// Effect is what a statement does.
type Effect uint8

// The effects.
const (
	Allow Effect = iota + 1
	Deny
)

// String returns the effect as policies write it.
func (e Effect) String() string {
	switch e {
	case Allow:
		return "Allow"
	case Deny:
		return "Deny"
	}
	return ""
}

// An Element is a key of a statement.
type Element uint16

// The elements of a statement.
const (
	ElementSid Element = 1 << iota
	ElementEffect
	ElementAction
	ElementNotAction
	ElementResource
	ElementNotResource
	ElementPrincipal
	ElementNotPrincipal
	ElementCondition
)

// A Statement is one statement of a document.
type Statement struct {
	Index int // counted from one, as people count
	Sid   string
	// Effect is Allow where the statement names both effects: that is the one to be judged.
	Effect Effect
	Span   Span

	Actions, NotActions       []Value // as written; compare them with MatchAction
	Resources, NotResources   []Value
	Principals, NotPrincipals []Principal
	Conditions                []Condition // all of them must hold

	elements Element
	// Repeated is set where an element, an operator or a condition key stands twice, in whatever letter case. Which of
	// the values AWS obeys is not for us to guess: all of them are kept, and such a Deny takes nothing away for certain.
	Repeated bool
	// ConditionRepeated is set where that concerns the condition, which then restricts nothing for certain.
	ConditionRepeated bool
}

// Has reports whether an element stands in the statement, be it empty.
func (s *Statement) Has(e Element) bool { return s.elements&e != 0 }

// A Value is one text of a list, with its place. A number or a boolean is kept as its text.
type Value struct {
	Text string
	Span Span
}

// The types of principals.
const (
	PrincipalAny       = "*" // the scalar "*"
	PrincipalAWS       = "AWS"
	PrincipalService   = "Service"
	PrincipalFederated = "Federated"
	PrincipalCanonical = "CanonicalUser"
)

// A Principal is one key of a Principal element. The scalar "*" has the type PrincipalAny and the one value "*"; any
// other scalar is an AWS principal.
type Principal struct {
	Type   string
	Values []Value
	Span   Span
}

// A Condition is one operator on one key.
type Condition struct {
	Operator Operator
	Key      string  // as written; compare it with Is
	Values   []Value // one of them must hold, or none where the operator is negated
	Span     Span    // from the operator's name to the last value
}

// Is reports whether the condition is on a key. Letter case does not count.
func (c *Condition) Is(key string) bool { return strings.EqualFold(c.Key, key) }

// Texts returns the texts of values.
func Texts(values []Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}

// Line returns the line and the column, both counted from one and the column in bytes, of a place in the text.
func (d *Document) Line(offset int32) (line, column int) { return lineOf(d.Text, int(offset)) }

func lineOf(text string, offset int) (line, column int) {
	offset = max(0, min(offset, len(text)))
	before := text[:offset]
	return strings.Count(before, "\n") + 1, offset - strings.LastIndexByte(before, '\n')
}
