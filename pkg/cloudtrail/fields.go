package cloudtrail

import (
	"encoding/json"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail/internal/jsonscan"
)

// Fields finds the values at many paths of a record in one pass over its bytes, without decoding it. It is safe for
// concurrent use.
type Fields struct {
	root   fieldNode
	paths  []string
	detail int // the number of the path at which an EventBridge event carries its record
}

// A fieldNode is a step of the paths: the names that may follow, by their length, and the path that ends here.
type fieldNode struct {
	path     int // -1 where none ends here
	byLength [][]fieldChild
	children int
}

type fieldChild struct {
	name  string
	index int // among the children of its node
	node  *fieldNode
}

// NewFields prepares the search for paths such as "requestParameters.userName". The empty path is the record itself. A
// path that leads through a list leads through each of its elements.
func NewFields(paths []string) *Fields {
	f := emptyFields(paths)
	for i := range paths {
		f.add(paths[i], i)
	}
	return f
}

// Only returns a search for some of the paths, which keep their numbers.
func (f *Fields) Only(numbers []int) *Fields {
	some := emptyFields(f.paths)
	for _, i := range numbers {
		some.add(f.paths[i], i)
	}
	return some
}

func emptyFields(paths []string) *Fields {
	f := &Fields{root: fieldNode{path: -1}, paths: paths, detail: len(paths)}
	if i := slices.Index(paths, "detail"); i >= 0 {
		f.detail = i
	}
	f.add("detail", f.detail)
	return f
}

func (f *Fields) add(path string, number int) {
	node := &f.root
	if path != "" {
		for name := range strings.SplitSeq(path, ".") {
			node = node.step(name)
		}
	}
	node.path = number
}

// step returns the node behind a name, and makes it where there is none.
func (n *fieldNode) step(name string) *fieldNode {
	for len(n.byLength) <= len(name) {
		n.byLength = append(n.byLength, nil)
	}
	for _, c := range n.byLength[len(name)] {
		if c.name == name {
			return c.node
		}
	}
	child := fieldChild{name: name, index: n.children, node: &fieldNode{path: -1}}
	n.byLength[len(name)] = append(n.byLength[len(name)], child)
	n.children++
	return child.node
}

func (n *fieldNode) child(key []byte) *fieldChild {
	if len(key) >= len(n.byLength) {
		return nil
	}
	same := n.byLength[len(key)]
	for i := range same {
		if same[i].name == string(key) {
			return &same[i]
		}
	}
	return nil
}

// Values are what Fields found in a record. They alias its bytes. A Values can be used again, and then allocates nothing.
type Values struct {
	found []Value
	first []int32 // by path: the index of its first value plus one
	last  []int32
}

// A Value is one value at a path: a scalar, an object or an empty list. A list that holds something is its elements.
type Value struct {
	Raw  []byte // JSON as it stands in the record
	path int32
	next int32 // the index of the path's next value plus one
}

// Len returns how many values were found; At returns them by number.
func (v *Values) Len() int { return len(v.found) }

// At returns a value by its number.
func (v *Values) At(i int) *Value { return &v.found[i] }

// First returns the number of a path's first value, or -1.
func (v *Values) First(path int) int { return int(v.first[path]) - 1 }

// Next returns the number of the value after another one of the same path, or -1.
func (v *Values) Next(i int) int { return int(v.found[i].next) - 1 }

// Find fills values with what stands in a record. Of members with one name the last counts, as in encoding/json. It
// returns false where the record is no JSON object or is nested deeper than AWS writes.
func (f *Fields) Find(record []byte, values *Values) bool {
	values.found = values.found[:0]
	i := jsonscan.Space(record, 0)
	if i >= len(record) || record[i] != '{' || f.root.visit(record, i, values, 0) < 0 {
		return false
	}
	values.link(len(f.paths) + 1)
	return true
}

// FindAny does what Find does for a record that may stand in an EventBridge event. Where it cannot tell which of the two
// the bytes are it returns false.
func (f *Fields) FindAny(b []byte, values *Values) bool {
	if !f.Find(b, values) {
		return false
	}
	i := values.First(f.detail)
	if i < 0 {
		return true
	}
	detail := values.At(i).Raw
	if detail[0] != '{' || values.Next(i) >= 0 {
		return false
	}
	o := jsonscan.Members(b, 0)
	for o.Next() {
		if string(o.Key) == "eventSource" || string(o.Key) == "eventName" {
			return false
		}
		o.At = jsonscan.Value(b, o.At, maxDepth)
	}
	return f.Find(detail, values)
}

// visit collects the values at and below a node from the value at b[i], and returns the index after that value.
func (n *fieldNode) visit(b []byte, i int, values *Values, depth int) (end int) {
	if depth > maxDepth {
		return jsonscan.Deep
	}
	if i >= len(b) {
		return jsonscan.Short
	}
	switch {
	case b[i] == '[':
		return n.elements(b, i, values, depth)
	case b[i] == '{' && n.children > 0:
		end = n.members(b, i, values, depth)
	default:
		end = jsonscan.Value(b, i, maxDepth)
	}
	if end >= 0 && n.path >= 0 {
		values.found = append(values.found, Value{Raw: b[i:end], path: int32(n.path)})
	}
	return end
}

func (n *fieldNode) elements(b []byte, i int, values *Values, depth int) (end int) {
	start := i
	i = jsonscan.Space(b, i+1)
	if i < len(b) && b[i] == ']' {
		if n.path >= 0 {
			values.found = append(values.found, Value{Raw: b[start : i+1], path: int32(n.path)})
		}
		return i + 1
	}
	for {
		if i = n.visit(b, i, values, depth+1); i < 0 {
			return i
		}
		if i = jsonscan.Space(b, i); i >= len(b) {
			return jsonscan.Short
		}
		switch b[i] {
		case ']':
			return i + 1
		case ',':
			i = jsonscan.Space(b, i+1)
		default:
			return jsonscan.Malformed
		}
	}
}

// members visits what an object holds under the names that are wanted.
func (n *fieldNode) members(b []byte, i int, values *Values, depth int) (end int) {
	mark := len(values.found)
	var seen uint64
	o := jsonscan.Members(b, i)
	for o.Next() {
		c := n.child(o.Key)
		if o.Escaped {
			c = n.child(unescapedKey(b, &o))
		}
		if c == nil {
			o.At = jsonscan.Value(b, o.At, maxDepth)
			continue
		}
		bit := uint64(1) << (c.index & 63)
		if seen&bit != 0 { // twice, or more names than bits
			values.found = values.found[:mark]
			return n.lastMembers(b, i, values, depth)
		}
		seen |= bit
		o.At = c.node.visit(b, o.At, values, depth+1)
	}
	return o.At
}

// lastMembers does what members does where a name may stand more than once.
func (n *fieldNode) lastMembers(b []byte, i int, values *Values, depth int) (end int) {
	last := map[*fieldNode]int{}
	var order []*fieldNode
	o := jsonscan.Members(b, i)
	for o.Next() {
		if c := n.child(unescapedKey(b, &o)); c != nil {
			if _, twice := last[c.node]; !twice {
				order = append(order, c.node)
			}
			last[c.node] = o.At
		}
		o.At = jsonscan.Value(b, o.At, maxDepth)
	}
	for _, node := range order {
		if end := node.visit(b, last[node], values, depth+1); end < 0 {
			return end
		}
	}
	return o.At
}

func unescapedKey(b []byte, o *jsonscan.Object) []byte {
	if !o.Escaped {
		return o.Key
	}
	var text string
	if json.Unmarshal(b[o.KeyAt:o.KeyAt+len(o.Key)+2], &text) != nil {
		return o.Key
	}
	return []byte(text)
}

// link chains the values of each path.
func (v *Values) link(paths int) {
	v.first = slices.Grow(v.first[:0], paths)[:paths]
	v.last = slices.Grow(v.last[:0], paths)[:paths]
	clear(v.first)
	for i := range v.found {
		p := v.found[i].path
		if v.first[p] == 0 {
			v.first[p] = int32(i + 1)
		} else {
			v.found[v.last[p]-1].next = int32(i + 1)
		}
		v.last[p] = int32(i + 1)
	}
}
