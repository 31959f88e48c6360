package config

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document returns the one value of a YAML file, or nil when it is empty or unreadable.
func (r *reader) document(data []byte) *yaml.Node {
	if len(data) > MaxSize {
		r.failAt(1, 1, "the file has more than %d bytes: a configuration is smaller", MaxSize)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if line, column, ok := unreadable(data); ok {
		r.failAt(line, column, "a byte that is no readable text: write the file in UTF-8, without control characters")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	doc, ok := r.decode(dec)
	if !ok || doc == nil {
		return nil
	}
	if second, ok := r.decode(dec); ok && second != nil {
		r.fail(second, "", "a second document: a configuration is one document; remove the line ---")
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return nil
	}
	r.refuse(doc.Content[0])
	return doc.Content[0]
}

// decode reads the next document; it is nil at the end of the file.
func (r *reader) decode(dec *yaml.Decoder) (doc *yaml.Node, ok bool) {
	var n yaml.Node
	err := dec.Decode(&n)
	if errors.Is(err, io.EOF) {
		return nil, true
	}
	if err != nil {
		line, text := syntax(err)
		r.failAt(line, 1, "no valid YAML: %s", text)
		return nil, false
	}
	return &n, true
}

var syntaxError = lazily(`^(?:yaml: )?(?:line ([0-9]+): )?(.*)`)

// syntax takes an error of the YAML library apart. Errors on the first line come without a number.
func syntax(err error) (line int, text string) {
	parts := syntaxError().FindStringSubmatch(err.Error())
	line, text = 1, parts[2]
	if n, err := strconv.Atoi(parts[1]); err == nil && n > 0 {
		line = n
	}
	switch {
	case strings.Contains(text, "did not find expected alphabetic or numeric character"):
		text = `a value that begins with * or & has to stand in quotes: "*"`
	case strings.Contains(text, "cannot start any token"):
		text = "a character that no value can begin with; indent with spaces, not tabs, and put such values in quotes"
	case strings.Contains(text, "unknown anchor"):
		text = "aliases are not used here: write the value out, or put it in quotes if it begins with *"
	}
	return line, text
}

// refuse reports anchors, aliases, merge keys and tags. They make a file say more than it shows, and aliases can make
// a small file huge.
func (r *reader) refuse(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.fail(n, "", "aliases are not used here: write the value out, or put it in quotes if it begins with *")
		return // what it stands for is elsewhere in the file
	case n.Anchor != "":
		r.fail(n, "", "anchors are not used here: write the value out each time, or put it in quotes if it begins with &")
	case n.Tag == "!!merge":
		r.fail(n, "", "merge keys are not used here: write the keys out")
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(n, "", "tags are not used here: leave the ! and the word after it out")
	}
	for _, c := range n.Content {
		r.refuse(c)
	}
}

// refused reports whether refuse has reported a node, so that it is not reported twice.
func refused(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Tag == "!!merge" || n.Style&yaml.TaggedStyle != 0
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// unreadable finds the first byte that is no text.
func unreadable(data []byte) (line, column int, found bool) {
	line, column = 1, 1
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case c == '\n':
			line, column = line+1, 0
		case c == utf8.RuneError && size < 2, c < ' ' && c != '\t' && c != '\r', c >= 0x7f && c < 0xa0 && c != 0x85,
			c == 0xfffe || c == 0xffff:
			return line, column, true
		}
		column++
		data = data[size:]
	}
	return 0, 0, false
}
