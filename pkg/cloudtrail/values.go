package cloudtrail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"riposte/pkg/cloudtrail/internal/jsonscan"
)

// Text is a string that some services write as a number or a boolean. Null is the empty string.
type Text string

// UnmarshalJSON accepts a string, a number, a boolean or null; an object or a list is an error.
func (t *Text) UnmarshalJSON(raw []byte) error {
	raw = bytes.TrimSpace(raw)
	switch {
	case bytes.Equal(raw, []byte("null")):
		*t = ""
	case plain(raw):
		*t = Text(raw[1 : len(raw)-1])
	case quoted(raw):
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = Text(s)
	case len(raw) > 0 && raw[0] != '{' && raw[0] != '[':
		*t = Text(raw)
	default:
		return fmt.Errorf("want a text, found %.20s", raw)
	}
	return nil
}

// Flag is a boolean that some services write as a string, in any letter case. What is neither reads as false.
type Flag bool

// UnmarshalJSON accepts a boolean, a string or null, and never fails.
func (f *Flag) UnmarshalJSON(raw []byte) error {
	text := strings.ToLower(strings.Trim(string(raw), "\" \t\r\n"))
	*f = text == "true" || text == "yes" || text == "1"
	return nil
}

// List is a list that services write as an array, as {"items":[…]}, as {"item":…}, as one bare element, or, when
// empty, as {}, "" or null.
type List[T any] []T

// UnmarshalJSON accepts every spelling of a list.
func (l *List[T]) UnmarshalJSON(raw []byte) error {
	*l = nil
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0, bytes.Equal(raw, []byte("null")), bytes.Equal(raw, []byte(`""`)), bytes.Equal(raw, []byte("{}")):
		return nil
	case raw[0] == '[':
		var items []T
		if err := json.Unmarshal(raw, &items); err != nil {
			return err
		}
		*l = items
		return nil
	case raw[0] == '{':
		inner, wrapped, err := unwrapped(raw)
		if err != nil {
			return err
		}
		if wrapped {
			return l.UnmarshalJSON(inner)
		}
	}
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*l = List[T]{one}
	return nil
}

// unwrapped returns the list inside {"items":…} or {"item":…}. It stays one when something stands beside its items; a lone
// "item" could be an element's own field.
func unwrapped(raw json.RawMessage) (inner json.RawMessage, ok bool, err error) {
	o, err := parseObject(raw, "", jsonscan.MaxDepth)
	if err != nil {
		return nil, false, err
	}
	if inner, ok = o.exactly("items"); ok {
		return inner, true, nil
	}
	inner, ok = o.exactly("item")
	return inner, ok && len(o.members) == 1, nil
}

// Document is a policy document, which services write as an object, as a JSON string or as a URL-encoded JSON string.
// It holds the document's bytes and does not promise that they are valid JSON: judging that is the policy judge's work.
type Document []byte

// UnmarshalJSON accepts every spelling of a document; null and the empty string leave it empty.
func (d *Document) UnmarshalJSON(raw []byte) error {
	*d = nil
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	if raw[0] != '"' {
		*d = append(Document(nil), raw...)
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	*d = DecodeDocument(text)
	return nil
}

// DecodeDocument returns the bytes of a policy document that an API wrote as plain or as URL-encoded JSON.
func DecodeDocument(text string) Document {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "%") {
		text = strings.TrimSpace(unescaped(text))
	}
	if text == "" {
		return nil
	}
	return Document(text)
}

// unescaped undoes URL encoding. AWS writes a space as %20, form encoders as a plus sign.
func unescaped(text string) string {
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text
	}
	if form, err := url.QueryUnescape(text); err == nil && !json.Valid([]byte(plain)) && json.Valid([]byte(form)) {
		return form
	}
	return plain
}

// MarshalJSON writes the document as a JSON string, so that it survives even when it is no valid JSON.
func (d Document) MarshalJSON() ([]byte, error) { return json.Marshal(string(d)) }
