package sigma

import (
	"encoding/json"
	"unicode/utf8"

	"riposte/pkg/cloudtrail"
)

// An extract is what the rules need of one record: the values of their fields, and the texts of those values as far as
// somebody has asked for them.
type extract struct {
	values cloudtrail.Values
	texts  []texts // by the value's number
	steps  int     // comparisons since somebody began to count
}

// maxSteps bounds the comparisons that one rule makes on one record: whoever shapes a record must not be able to choose
// how long it takes. No record that AWS writes comes near it.
const maxSteps = 4_000_000

type texts struct{ plain, folded []byte } // nil until asked for

// read fills the extract; what it held before is overwritten.
func (x *extract) read(fields *cloudtrail.Fields, record []byte) bool {
	return x.reset(fields.Find(record, &x.values))
}

func (x *extract) reset(ok bool) bool {
	n := x.values.Len()
	if cap(x.texts) < n {
		x.texts = make([]texts, n)
	}
	x.texts = x.texts[:n]
	clear(x.texts)
	return ok
}

// plain returns the text of a value: a string's characters, a number or a boolean as it is written, an object as JSON
// without white space and without escapes. Null and an empty list have none, which is nil.
func (x *extract) plain(i int) []byte {
	t := &x.texts[i]
	if t.plain == nil {
		t.plain = textOf(x.values.At(i).Raw)
	}
	return t.plain
}

// folded returns the same with letters beyond ASCII folded.
func (x *extract) folded(i int) []byte {
	t := &x.texts[i]
	if t.folded == nil {
		if plain := x.plain(i); plain != nil {
			t.folded = foldText(plain)
		}
	}
	return t.folded
}

func (x *extract) text(i int, cased bool) []byte {
	if cased {
		return x.plain(i)
	}
	return x.folded(i)
}

func textOf(raw []byte) []byte {
	switch raw[0] {
	case '"':
		return stringText(raw)
	case '{':
		return objectText(raw)
	case 'n', '[':
		return nil
	}
	return raw
}

// stringText returns the characters of a JSON string. Bytes that are no UTF-8 become U+FFFD, as in encoding/json.
func stringText(raw []byte) []byte {
	inner := raw[1 : len(raw)-1 : len(raw)-1]
	plain := true
	for _, c := range inner {
		if c == '\\' || c >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		return inner
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return inner
	}
	return []byte(text)
}

// objectText returns an object's JSON without white space between its parts and with the escapes of its strings undone,
// so that a policy document, which AWS writes as a string, reads like one.
func objectText(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; c {
		case '"':
			end := stringEnd(raw, i)
			out = append(out, '"')
			out = append(out, stringText(raw[i:end])...)
			out = append(out, '"')
			i = end
		case ' ', '\t', '\n', '\r':
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// stringEnd returns the index after the JSON string that begins at raw[i], which is known to be whole.
func stringEnd(raw []byte, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i + 1
}
