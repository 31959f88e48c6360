package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A schemer writes JSON Schemas (draft 2020-12) of Go types, as encoding/json writes their values.
type schemer struct {
	comments comments
	defs     map[string]any
	strict   bool // members that a type does not have are refused
}

// module is what the import paths of the project begin with.
const module = "riposte/"

// values are the texts of types that have only some.
func values() map[reflect.Type][]string {
	texts := func(states ...ledger.State) (out []string) {
		for _, s := range states {
			out = append(out, string(s))
		}
		return out
	}
	severities := []string{detect.Inherit.String()}
	for _, s := range detect.Severities() {
		severities = append(severities, s.String())
	}
	return map[reflect.Type][]string{
		reflect.TypeFor[ledger.State](): texts(ledger.States()...),
		reflect.TypeFor[ledger.ChangeState](): {
			string(ledger.Planned), string(ledger.Applied), string(ledger.Verified), string(ledger.Reverting), string(ledger.Reverted), string(ledger.Broken),
		},
		reflect.TypeFor[detect.Severity](): severities,
	}
}

// of returns the schema of a type. A struct's stands in defs, and what is returned refers to it.
func (s *schemer) of(t reflect.Type) (map[string]any, error) {
	if texts, ok := values()[t]; ok {
		return map[string]any{"type": "string", "enum": texts}, nil
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}, nil
	case t == reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "integer", "description": "Nanoseconds."}, nil
	case t == reflect.TypeFor[json.RawMessage]():
		return map[string]any{}, nil
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()), t.Implements(reflect.TypeFor[json.Marshaler]()):
		return nil, fmt.Errorf("%s writes itself: say in docgen how", t)
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}, nil
	case reflect.Bool:
		return map[string]any{"type": "boolean"}, nil
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8:
		return map[string]any{"type": "integer"}, nil
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		items, err := s.of(t.Elem())
		return map[string]any{"type": "array", "items": items}, err
	case reflect.Map:
		members, err := s.of(t.Elem())
		return map[string]any{"type": "object", "additionalProperties": members}, err
	case reflect.Struct:
		return s.reference(t)
	default:
		return nil, fmt.Errorf("no schema for %s", t)
	}
}

// reference puts a struct into the definitions and refers to it.
func (s *schemer) reference(t reflect.Type) (map[string]any, error) {
	name := path.Base(t.PkgPath()) + "." + t.Name()
	if _, done := s.defs[name]; !done {
		s.defs[name] = nil // a type that holds itself refers to itself
		object, err := s.object(t)
		if err != nil {
			return nil, err
		}
		s.defs[name] = object
	}
	return map[string]any{"$ref": "#/$defs/" + name}, nil
}

func (s *schemer) object(t reflect.Type) (map[string]any, error) {
	properties, required := map[string]any{}, []string{}
	if err := s.members(t, properties, &required); err != nil {
		return nil, err
	}
	out := map[string]any{"type": "object", "properties": properties, "required": required}
	if text := s.comments.of(t.PkgPath(), t.Name(), ""); text != "" {
		out["description"] = text
	}
	if s.strict {
		out["additionalProperties"] = false
	}
	return out, nil
}

// members adds the members of a struct. Those of one that is embedded are its own.
func (s *schemer) members(t reflect.Type, properties map[string]any, required *[]string) error {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if err := s.members(f.Type, properties, required); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			return fmt.Errorf("%s.%s has no name in JSON", t, f.Name)
		}
		schema, err := s.of(f.Type)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if text := s.comments.of(t.PkgPath(), t.Name(), f.Name); text != "" {
			schema["description"] = text
		}
		if left := strings.Split(options, ","); !slices.Contains(left, "omitempty") && !slices.Contains(left, "omitzero") {
			*required = append(*required, name)
			schema = orNull(f.Type, schema)
		}
		properties[name] = schema
	}
	slices.Sort(*required)
	return nil
}

// orNull lets a member be null that Go writes so where it is not set.
func orNull(t reflect.Type, schema map[string]any) map[string]any {
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		if kind, ok := schema["type"]; ok {
			schema["type"] = []any{kind, "null"}
		}
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
	default:
	}
	return schema
}
