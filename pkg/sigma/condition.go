package sigma

import (
	"fmt"
	"strconv"
	"strings"
)

// A node is a part of a rule's condition: it holds or does not hold for a record.
type node interface {
	holds(*extract) bool
}

type (
	allOf []node
	anyOf []node
	not   struct{ node node }
	// A some holds when enough of its nodes do.
	some struct {
		least int
		nodes []node
	}
)

const (
	maxCondition = 4096 // characters
	maxBrackets  = 40   // one inside the other, and "not" before "not"
	maxTerms     = 2000 // selections that a condition comes to, each counted as often as it is used
)

// A conditionParser reads a condition by recursive descent: or binds least, then and, then not.
type conditionParser struct {
	tokens []string
	at     int
	depth  int
	terms  int
	named  map[string]node // by the selection's name
	names  []string        // in the order of the file
}

// parseCondition reads a condition over the selections of a rule.
func parseCondition(text string, names []string, named map[string]node) (node, error) {
	if len(text) > maxCondition {
		return nil, fmt.Errorf("longer than %d characters", maxCondition)
	}
	tokens, err := conditionTokens(text)
	if err != nil {
		return nil, err
	}
	p := &conditionParser{tokens: tokens, named: named, names: names}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("%s stands where \"and\", \"or\" or the end is expected", shown(p.tokens[p.at]))
	}
	return n, nil
}

func conditionTokens(text string) ([]string, error) {
	var tokens []string
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')':
			tokens = append(tokens, text[i:i+1])
			i++
		case c == '|':
			return nil, fmt.Errorf("aggregations (after \"|\") are not supported: a rule sees one event; use a rule of Riposte's own that counts, or leave the part after \"|\" out")
		case nameByte(c):
			end := i
			for end < len(text) && nameByte(text[end]) {
				end++
			}
			tokens = append(tokens, text[i:end])
			i = end
		default:
			return nil, fmt.Errorf("%s has no meaning in a condition: use the names of selections, and, or, not, brackets, \"1 of\" and \"all of\"", shown(text[i:min(i+10, len(text))]))
		}
	}
	return tokens, nil
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || c == '*'
}

// peek returns the next token in lower case, or "" at the end.
func (p *conditionParser) peek() string {
	if p.at < len(p.tokens) {
		return strings.ToLower(p.tokens[p.at])
	}
	return ""
}

func (p *conditionParser) or() (node, error)  { return p.chain("or", p.and) }
func (p *conditionParser) and() (node, error) { return p.chain("and", p.unary) }

func (p *conditionParser) chain(word string, operand func() (node, error)) (node, error) {
	first, err := operand()
	if err != nil {
		return nil, err
	}
	nodes := []node{first}
	for p.peek() == word {
		p.at++
		n, err := operand()
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	switch {
	case len(nodes) == 1:
		return first, nil
	case word == "or":
		return anyOf(nodes), nil
	}
	return allOf(nodes), nil
}

func (p *conditionParser) unary() (node, error) {
	if p.depth++; p.depth > maxBrackets {
		return nil, fmt.Errorf("more than %d brackets or \"not\" one inside the other", maxBrackets)
	}
	defer func() { p.depth-- }()
	switch word := p.peek(); word {
	case "not":
		p.at++
		n, err := p.unary()
		if err != nil {
			return nil, err
		}
		return not{n}, nil
	case "(":
		p.at++
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		if p.peek() != ")" {
			return nil, fmt.Errorf("a bracket is not closed: write \")\"")
		}
		p.at++
		return n, nil
	case "":
		return nil, fmt.Errorf("it ends where the name of a selection is expected")
	case ")", "and", "or":
		return nil, fmt.Errorf("%q stands where the name of a selection is expected", word)
	default:
		return p.term()
	}
}

// term reads the name of a selection or "1 of selection*".
func (p *conditionParser) term() (node, error) {
	word := p.tokens[p.at]
	p.at++
	if p.peek() == "of" && p.named[word] == nil {
		p.at++
		return p.several(strings.ToLower(word))
	}
	n := p.named[word]
	if n == nil {
		if strings.Contains(word, "*") {
			return nil, fmt.Errorf("%s needs \"1 of\" or \"all of\" before it", shown(word))
		}
		return nil, fmt.Errorf("no selection is called %s: there are %s", shown(word), strings.Join(p.names, ", "))
	}
	return n, p.count(1)
}

// count bounds how often selections are used.
func (p *conditionParser) count(n int) error {
	if p.terms += n; p.terms > maxTerms {
		return fmt.Errorf("it comes to more than %d selections", maxTerms)
	}
	return nil
}

// several reads what follows "1 of": "them", or a name with wildcards.
func (p *conditionParser) several(quantity string) (node, error) {
	if p.at >= len(p.tokens) {
		return nil, fmt.Errorf("%q names nothing: write \"them\" or a name such as selection*", quantity+" of")
	}
	pattern := p.tokens[p.at]
	p.at++
	var nodes []node
	for _, name := range p.names {
		if strings.EqualFold(pattern, "them") && p.named[pattern] == nil {
			if strings.HasPrefix(name, "_") {
				continue // by convention
			}
		} else if !nameMatches(pattern, name) {
			continue
		}
		nodes = append(nodes, p.named[name])
	}
	if len(nodes) == 0 {
		return nil, fmt.Errorf("\"%s of %s\" means no selection: there are %s", quantity, pattern, strings.Join(p.names, ", "))
	}
	if err := p.count(len(nodes)); err != nil {
		return nil, err
	}
	switch quantity {
	case "1", "any":
		return anyOf(nodes), nil
	case "all":
		return allOf(nodes), nil
	}
	least, err := strconv.Atoi(quantity)
	if err != nil || least < 1 {
		return nil, fmt.Errorf("%q: want \"1 of\", \"all of\" or another number", quantity+" of")
	}
	if least > len(nodes) {
		return nil, fmt.Errorf("\"%s of %s\" can never hold: only %d selections are meant", quantity, pattern, len(nodes))
	}
	return some{least, nodes}, nil
}

func (n allOf) holds(x *extract) bool {
	for _, part := range n {
		if !part.holds(x) {
			return false
		}
	}
	return true
}

func (n anyOf) holds(x *extract) bool {
	for _, part := range n {
		if part.holds(x) {
			return true
		}
	}
	return false
}

func (n not) holds(x *extract) bool { return !n.node.holds(x) }

func (n some) holds(x *extract) bool {
	missing := n.least
	for _, part := range n.nodes {
		if part.holds(x) {
			if missing--; missing == 0 {
				return true
			}
		}
	}
	return false
}

// nameMatches matches the name of a selection against a name in which * stands for any characters.
func nameMatches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[last])
}
