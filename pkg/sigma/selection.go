package sigma

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	maxValues     = 1000 // of one field
	maxValueChars = 1000
	maxSelections = 100
	maxTests      = 2000 // of one rule
	maxField      = 200
)

// A selecting reads the selections of one rule.
type selecting struct {
	*reader
	paths *paths
	tests int
}

// paths numbers the fields that rules look at. The empty path is the whole record.
type paths struct {
	list   []string
	number map[string]int
}

func newPaths() *paths { return &paths{number: map[string]int{}} }

func (p *paths) of(field string) int {
	n, known := p.number[field]
	if !known {
		n = len(p.list)
		p.number[field] = n
		p.list = append(p.list, field)
	}
	return n
}

// selection reads what stands under the name of a selection: a mapping, whose keys all have to hold, or a list, of which
// one entry has to.
func (s *selecting) selection(n *yaml.Node, name string) node {
	switch n.Kind {
	case yaml.MappingNode:
		return s.all(n, name)
	case yaml.SequenceNode:
		return s.any(n, name)
	case yaml.ScalarNode:
		if !isNull(n) {
			return s.keywords([]*yaml.Node{n}, search{})
		}
	case yaml.DocumentNode, yaml.AliasNode:
	}
	s.fail(n.Line, "selection %s is empty: write the fields that have to match", shown(name))
	return nil
}

func (s *selecting) all(n *yaml.Node, name string) node {
	if len(n.Content) == 0 {
		s.fail(n.Line, "selection %s is empty: write the fields that have to match", shown(name))
		return nil
	}
	var parts allOf
	entries(n, func(key, value *yaml.Node) {
		if part := s.entry(key, value); part != nil {
			parts = append(parts, part)
		}
	})
	return parts
}

// any reads a list: texts are searched for in the whole record, mappings are alternatives.
func (s *selecting) any(n *yaml.Node, name string) node {
	if len(n.Content) == 0 {
		s.fail(n.Line, "selection %s is an empty list: write what has to match", shown(name))
		return nil
	}
	if len(n.Content) > maxValues {
		s.fail(n.Line, "selection %s has more than %d entries", shown(name), maxValues)
		return nil
	}
	var parts anyOf
	var words []*yaml.Node
	for _, item := range n.Content {
		switch {
		case item.Kind == yaml.MappingNode:
			parts = append(parts, s.all(item, name))
		case item.Kind == yaml.ScalarNode && !isNull(item):
			words = append(words, item)
		default:
			s.fail(item.Line, "selection %s: want texts to search the record for, or fields with values; found %s", shown(name), kindOf(item))
		}
	}
	if len(words) > 0 {
		parts = append(parts, s.keywords(words, search{}))
	}
	return parts
}

func (s *selecting) keywords(words []*yaml.Node, k search) node {
	k.kind = "contains"
	return s.test(k, words)
}

// entry reads a field with what it has to match.
func (s *selecting) entry(key, value *yaml.Node) node {
	k, ok := s.parseSearch(key.Line, key.Value)
	if !ok || !s.field(key.Line, k) {
		return nil
	}
	values := []*yaml.Node{value}
	switch value.Kind {
	case yaml.SequenceNode:
		values = value.Content
	case yaml.MappingNode:
		s.fail(value.Line, "%s: want a value or a list of values; write a nested field with dots, such as %s.%s",
			shown(key.Value), k.field, firstKey(value))
		return nil
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
	}
	switch {
	case len(values) == 0:
		s.fail(value.Line, "%s: an empty list can never match: write a value", shown(key.Value))
		return nil
	case len(values) > maxValues:
		s.fail(value.Line, "%s: more than %d values", shown(key.Value), maxValues)
		return nil
	}
	for _, v := range values {
		if v.Kind != yaml.ScalarNode {
			s.fail(v.Line, "%s: want plain values, found %s", shown(key.Value), kindOf(v))
			return nil
		}
	}
	if k.field == "" {
		return s.keywords(values, k)
	}
	return s.test(k, values)
}

func firstKey(n *yaml.Node) string {
	if len(n.Content) == 0 {
		return "name"
	}
	return strings.ToValidUTF8(n.Content[0].Value, "")
}

// field checks the path of a field.
func (s *selecting) field(line int, k search) bool {
	switch {
	case k.field == "" && !k.all && k.kind == "":
		s.fail(line, "a field has no name: write one, or '|all' to search the whole record")
	case len(k.field) > maxField:
		s.fail(line, "field %s: longer than %d characters", shown(k.field), maxField)
	case k.field != "" && !fieldPath().MatchString(k.field):
		s.fail(line, "field %s: want names with dots between them as a CloudTrail record has them, such as requestParameters.userName; lists need no [*]", shown(k.field))
	default:
		return true
	}
	return false
}

var fieldPath = lazily(`^[A-Za-z0-9_@:/-]+(\.[A-Za-z0-9_@:/-]+)*$`)
