package main

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/ocsf"
)

var updateSchemas = flag.Bool("update", false, "rewrite the schemas of the bus in docs/")

func schemasOf(t *testing.T, strict bool) map[string]string {
	t.Helper()
	schemas, err := busSchemas(os.DirFS("../.."), strict)
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// TestSchemasArePublished holds that docs/schemas says what the types say.
func TestSchemasArePublished(t *testing.T) {
	for name, want := range schemasOf(t, false) {
		file := filepath.Join("../../docs", name)
		if *updateSchemas {
			if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is out of date: run \"make docs\" (-want +got):\n%s", name, diff)
		}
	}
}

func compiled(t *testing.T, schemas map[string]string, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for path, text := range schemas {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(filepath.Base(path), doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// envelope returns a message as EventBridge delivers it.
func envelope(t *testing.T, m notify.Message) string {
	t.Helper()
	finding := ocsf.Of(m)
	detail, err := json.Marshal(awsbus.Detail{Version: awsbus.Version, Message: m, OCSF: &finding})
	if err != nil {
		t.Fatal(err)
	}
	return `{"version":"0","id":"6a7e8feb-b491-4cf7-a9f1-bf3703467718","detail-type":` + strconv.Quote(m.DetailType) +
		`,"source":"riposte","account":"111122223333","time":"2026-11-20T14:03:56Z","region":"eu-central-1","resources":[],"detail":` + string(detail) + `}`
}

// TestEventsAreValid holds that the event of every state, and of hostile incidents, is as the published schemas say, and that
// the schemas know every member that is written.
func TestEventsAreValid(t *testing.T) {
	for _, strict := range []bool{false, true} {
		event := compiled(t, schemasOf(t, strict), "event.schema.json")
		for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(envelope(t, c.Message)))
			if err != nil {
				t.Fatal(err)
			}
			if err := event.Validate(doc); err != nil {
				t.Errorf("%s, strict %v: %v", c.Name, strict, err)
			}
		}
	}
}

// TestOtherEventsAreNot holds that the schemas refuse what is no event of Riposte's.
func TestOtherEventsAreNot(t *testing.T) {
	event := compiled(t, schemasOf(t, false), "event.schema.json")
	good := envelope(t, notifytest.Cases()[0].Message)
	for _, change := range [][2]string{
		{`"source":"riposte"`, `"source":"aws.iam"`},
		{`"detail-type":"Incident Opened"`, `"detail-type":"Incident Eaten"`},
		{`"due":`, `"do":`},
		{`"state":"open"`, `"state":"eaten"`},
		{`"severity":"HIGH"`, `"severity":"AWFUL"`},
		{`"class_uid":2004`, `"class_uid":"2004"`},
		{`"received":"2026-`, `"received":"x2026-`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil || bad == good {
			t.Fatalf("%s: %v", change[0], err)
		}
		if event.Validate(doc) == nil {
			t.Errorf("%s is taken", change[1])
		}
	}
	finding, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"class_uid":2004}`))
	if err != nil {
		t.Fatal(err)
	}
	if compiled(t, schemasOf(t, false), "ocsf.schema.json").Validate(finding) == nil {
		t.Error("an empty finding is taken")
	}
}

// TestEveryBusEvent holds that every detail type that pkg/notify names is in the schema, but for the one that is not on the bus.
func TestEveryBusEvent(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../pkg/notify/message.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{notify.IncidentReminder: true, notify.Source: true}
	for _, e := range busEvents() {
		known[e[0]] = true
	}
	seen := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if seen++; err != nil || !known[text] {
					t.Errorf("%s is in no schema", lit.Value)
				}
			}
		}
		return true
	})
	if seen < 9 {
		t.Errorf("only %d constants were found", seen)
	}
}
