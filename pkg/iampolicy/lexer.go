package iampolicy

import (
	"encoding/json"
	"strings"
)

// A kind is the kind of a JSON token: its first character, with 's' for strings, 'n' for numbers, 't' for true and
// false, '0' for null and end for the end of the text.
type kind byte

const (
	textToken   kind = 's'
	numberToken kind = 'n'
	boolToken   kind = 't'
	nullToken   kind = '0'
	end         kind = 0
)

// A token is one token of a JSON text.
type token struct {
	kind kind
	text string // of a string, a number or a boolean
	span Span
}

// A lexer cuts a JSON text into tokens. Texts without escapes are parts of the source and cost nothing.
type lexer struct {
	src string
	pos int
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && (l.src[l.pos] == ' ' || l.src[l.pos] == '\n' || l.src[l.pos] == '\t' || l.src[l.pos] == '\r') {
		l.pos++
	}
	start := l.pos
	if start == len(l.src) {
		return token{kind: end, span: l.from(start)}, nil
	}
	switch c := l.src[start]; c {
	case '{', '}', '[', ']', ':', ',':
		l.pos++
		return token{kind: kind(c), span: l.from(start)}, nil
	case '"':
		return l.text()
	case 't':
		return l.word("true", boolToken)
	case 'f':
		return l.word("false", boolToken)
	case 'n':
		return l.word("null", nullToken)
	}
	return l.number()
}

func (l *lexer) from(start int) Span { return Span{int32(start), int32(l.pos)} }

func (l *lexer) text() (token, error) {
	start := l.pos
	escaped := false
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; {
		case c == '"':
			l.pos++
			if escaped {
				return l.unescaped(start)
			}
			return token{kind: textToken, text: l.src[start+1 : l.pos-1], span: l.from(start)}, nil
		case c == '\\':
			escaped = true
			l.pos++
		case c < ' ':
			return token{}, l.wrong(l.pos, "a text holds a control character")
		}
	}
	l.pos = len(l.src)
	return token{}, l.wrong(l.pos, "it ends within a text")
}

// unescaped returns the text that ends here. It is a function of its own so that other texts stay off the heap.
func (l *lexer) unescaped(start int) (token, error) {
	var text string
	if err := json.Unmarshal([]byte(l.src[start:l.pos]), &text); err != nil {
		return token{}, l.wrong(start, "a text holds a wrong escape")
	}
	return token{kind: textToken, text: text, span: l.from(start)}, nil
}

func (l *lexer) word(word string, k kind) (token, error) {
	start := l.pos
	if !strings.HasPrefix(l.src[start:], word) {
		return token{}, l.wrong(start, "a value is expected")
	}
	l.pos += len(word)
	return token{kind: k, text: word, span: l.from(start)}, nil
}

func (l *lexer) number() (token, error) {
	start := l.pos
	for l.pos < len(l.src) && strings.IndexByte("+-0123456789.eE", l.src[l.pos]) >= 0 {
		l.pos++
	}
	if text := l.src[start:l.pos]; text != "" && json.Valid([]byte(text)) {
		return token{kind: numberToken, text: text, span: l.from(start)}, nil
	}
	return token{}, l.wrong(start, "a value is expected")
}

func (l *lexer) wrong(at int, why string) error {
	return &NotJudgedError{Offset: at, Reason: "the document is not valid JSON: " + why, text: l.src}
}
