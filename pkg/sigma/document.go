package sigma

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A reader collects the problems of one file.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) fail(line int, format string, args ...any) {
	r.problems = append(r.problems, &Problem{File: r.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// document returns the one mapping that a rule file is, or nil where it is none.
func (r *reader) document(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		r.fail(1, "the file is no UTF-8 text: save it as UTF-8")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	top, ok := r.next(dec)
	if !ok {
		return nil
	}
	if top == nil {
		r.fail(1, "the file is empty: write one rule, or remove the file")
		return nil
	}
	if second, ok := r.next(dec); !ok {
		return nil
	} else if second != nil {
		r.fail(second.Line, "a second document: write one rule a file")
		return nil
	}
	if top.Kind != yaml.MappingNode {
		r.fail(top.Line, "want the keys of a rule, such as title and detection; found %s", kindOf(top))
		return nil
	}
	before := len(r.problems)
	r.refuse(top, 0)
	if len(r.problems) > before {
		return nil
	}
	return top
}

// next returns the content of the next document, nil behind the last.
func (r *reader) next(dec *yaml.Decoder) (content *yaml.Node, ok bool) {
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, true
	case err != nil:
		line, text := inWords(err)
		r.fail(line, "no valid YAML: %s", text)
		return nil, false
	case len(doc.Content) == 0 || isNull(doc.Content[0]):
		return nil, true
	}
	return doc.Content[0], true
}

// inWords takes an error of the YAML library apart. Errors on the first line come without a number.
func inWords(err error) (line int, text string) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, after, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, text = n, after
		}
	}
	switch {
	case strings.Contains(text, "did not find expected alphabetic or numeric character"):
		text = "a value that begins with * or & has to stand in quotes: '*'"
	case strings.Contains(text, "cannot start any token"):
		text = "a character that no value can begin with: indent with spaces, and put such values in quotes"
	}
	return max(line, 1), text
}

const maxNesting = 20

// refuse reports what makes a file say more than it shows: anchors, aliases, merge keys, tags; and keys that stand twice.
func (r *reader) refuse(n *yaml.Node, depth int) {
	switch {
	case depth > maxNesting:
		r.fail(n.Line, "nested deeper than %d levels: no rule is", maxNesting)
		return
	case n.Kind == yaml.AliasNode:
		r.fail(n.Line, "aliases are not used here: write the value out, or put it in quotes if it begins with *")
		return
	case n.Anchor != "":
		r.fail(n.Line, "anchors are not used here: write the value out, or put it in quotes if it begins with &")
	case n.Tag == "!!merge":
		r.fail(n.Line, "merge keys are not used here: write the keys out")
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(n.Line, "tags are not used here: leave the ! and the word after it out, or put the value in quotes")
	case n.Kind == yaml.MappingNode:
		r.refuseTwins(n)
	}
	for _, c := range n.Content {
		r.refuse(c, depth+1)
	}
}

func (r *reader) refuseTwins(n *yaml.Node) {
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.fail(key.Line, "a key has to be text, found %s", kindOf(key))
			continue
		}
		if line, twice := first[key.Value]; twice {
			r.fail(key.Line, "key %s stands twice, first on line %d: put its values into one list", shown(key.Value), line)
			continue
		}
		first[key.Value] = key.Line
	}
}

// entries visits the keys of a mapping.
func entries(n *yaml.Node, visit func(key, value *yaml.Node)) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		visit(n.Content[i], n.Content[i+1])
	}
}

// mapping reports whether a value has keys.
func (r *reader) mapping(n *yaml.Node, what string) bool {
	if n.Kind == yaml.MappingNode {
		return true
	}
	r.fail(n.Line, "%s: want keys with values, found %s", what, kindOf(n))
	return false
}

// text returns a value that is text for people: one line or several, at most most characters.
func (r *reader) text(n *yaml.Node, what string, most int) string {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		r.fail(n.Line, "%s: want text, found %s", what, kindOf(n))
		return ""
	}
	if utf8.RuneCountInString(n.Value) > most {
		r.fail(n.Line, "%s: longer than %d characters: say it shorter", what, most)
		return ""
	}
	return n.Value
}

// texts returns a list of texts; one text counts as a list of one, and nothing as an empty one.
func (r *reader) texts(n *yaml.Node, what string, most int) []string {
	switch {
	case isNull(n):
		return nil
	case n.Kind == yaml.ScalarNode:
		return []string{r.text(n, what, most)}
	case n.Kind != yaml.SequenceNode:
		r.fail(n.Line, "%s: want a list of texts, found %s", what, kindOf(n))
		return nil
	case len(n.Content) > maxValues:
		r.fail(n.Line, "%s: more than %d entries", what, maxValues)
		return nil
	}
	var out []string
	for _, item := range n.Content {
		out = append(out, r.text(item, what, most))
	}
	return out
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if isNull(n) {
			return "nothing"
		}
		return shown(n.Value)
	case yaml.DocumentNode, yaml.AliasNode:
	}
	return "something else"
}
