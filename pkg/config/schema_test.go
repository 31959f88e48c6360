package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "copy the schema into docs/")

const (
	publishedSchema = "../../docs/riposte.schema.json"
	exampleFile     = "../../riposte.example.yaml"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("riposte.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("riposte.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML the way editors do, by the core schema of YAML 1.2: a date is text.
func asJSON(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return asJSON(n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := asJSON(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			v, err := asJSON(c)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.AliasNode:
		return asJSON(n.Alias)
	case yaml.ScalarNode:
	}
	if n.Tag == tagDate {
		return n.Value, nil
	}
	var v any
	err := n.Decode(&v)
	return v, err
}

func readYAML(text []byte) (any, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return nil, err
	}
	return asJSON(&n)
}

func TestExample(t *testing.T) {
	text, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := Parse("riposte.example.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Stance != Observe || len(cfg.Rules) != 3 || len(cfg.Accounts) != 1 || len(cfg.Exceptions) != 1 || len(cfg.BreakGlass) != 1 {
		t.Errorf("the example lacks something: %+v", cfg)
	}
	if n, a := cfg.Notify, cfg.Answers; n.Empty() || len(n.Receivers) != 2 || len(n.Routes) != 2 || len(n.Silences) != 1 ||
		n.Quiet == nil || n.Digest == nil || len(a.Approvers) != 2 || len(a.TwoPeople) != 1 {
		t.Errorf("the example lacks something about telling people: %+v, %+v", n, a)
	}
	if w := cfg.Warnings(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)); len(w) > 0 {
		t.Errorf("the example is warned of: %v", w)
	}
	if want := Default().Limits; cfg.Limits.PerRule != want.PerRule || cfg.Limits.PerAccount != want.PerAccount ||
		cfg.Limits.Total != want.Total || cfg.Limits.MaxEventAge != want.MaxEventAge {
		t.Errorf("the example shows limits %+v, and the defaults are %+v", cfg.Limits, want)
	}
	doc, err := readYAML(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := compileSchema(t).Validate(doc); err != nil {
		t.Errorf("the schema refuses the example: %v", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if _, path, ok := strings.Cut(first, "# yaml-language-server: $schema="); !ok {
		t.Error("the first line names no schema")
	} else if _, err := os.Stat("../../" + path); err != nil {
		t.Errorf("the first line names a schema that is not there: %v", err)
	}
}

func TestSchemaIsPublished(t *testing.T) {
	if *update {
		if err := os.WriteFile(publishedSchema, Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(publishedSchema)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(Schema()), string(published)); diff != "" {
		t.Errorf("%s is not the embedded schema; go test ./pkg/config -update copies it:\n%s", publishedSchema, diff)
	}
}

// TestSchemaAgreesOnBad holds that the schema refuses what Parse refuses wherever a schema can tell, so that an editor
// shows it.
func TestSchemaAgreesOnBad(t *testing.T) {
	s := compileSchema(t)
	for _, c := range bad {
		doc, err := readYAML([]byte(c.text))
		if err != nil {
			if !c.blind {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if s.Validate(doc) == nil && !c.blind {
			t.Errorf("%s: the schema accepts %s", c.name, c.text)
		}
	}
}

// A schemaObject is an object of the schema that names its properties, and YAML with a gap that leads to it.
type schemaObject struct {
	yaml       string
	properties []string
}

// objects lists the objects below a part of a schema. Every property has to be described.
func objects(t *testing.T, root, at map[string]any, yaml string) []schemaObject {
	t.Helper()
	var out []schemaObject
	at = resolve(root, at)
	if properties, ok := at["properties"].(map[string]any); ok {
		out = append(out, schemaObject{yaml, slices.Sorted(maps.Keys(properties))})
		if at["additionalProperties"] != false {
			t.Errorf("%s: the schema allows unknown keys", yaml)
		}
		for key, p := range properties {
			property := resolve(root, p.(map[string]any))
			if property["description"] == nil {
				t.Errorf("%s: %s has no description", yaml, key)
			}
			out = append(out, objects(t, root, property, fmt.Sprintf(yaml, "{ "+key+": %s }"))...)
		}
	}
	if values, ok := at["additionalProperties"].(map[string]any); ok {
		key := "IAM-002"
		switch yaml {
		case "{ accounts: %s }":
			key = `"111122223333"`
		case "{ notify: { receivers: %s } }":
			key = "on-call"
		}
		out = append(out, objects(t, root, values, fmt.Sprintf(yaml, "{ "+key+": %s }"))...)
	}
	if items, ok := at["items"].(map[string]any); ok {
		out = append(out, objects(t, root, items, fmt.Sprintf(yaml, "[ %s ]"))...)
	}
	return out
}

// resolve follows a reference; what stands beside it wins.
func resolve(root, at map[string]any) map[string]any {
	ref, ok := at["$ref"].(string)
	if !ok {
		return at
	}
	merged := maps.Clone(root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any))
	delete(at, "$ref")
	maps.Copy(merged, at)
	return merged
}

// TestSchemaKnowsTheSameKeys holds that the schema and Parse know the same keys in every place: Parse lists what it
// knows when it meets a key that it does not.
func TestSchemaKnowsTheSameKeys(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	all := objects(t, root, root, "%s")
	if len(all) < 8 {
		t.Fatalf("found %d objects in the schema", len(all))
	}
	for _, o := range all {
		text := fmt.Sprintf(o.yaml, "{ zzzzzz: 1 }")
		_, err := Parse("f", []byte(text))
		if err == nil {
			t.Errorf("%s: accepted", text)
			continue
		}
		line, rest, ok := strings.Cut(err.Error(), "known here: ")
		if !ok {
			t.Errorf("%s: %s", text, line)
			continue
		}
		rest, _, _ = strings.Cut(rest, "\n")
		known := strings.Split(rest, ", ")
		slices.Sort(known)
		if diff := cmp.Diff(o.properties, known); diff != "" {
			t.Errorf("%s: the schema and the reader know different keys:\n%s", text, diff)
		}
	}
}
