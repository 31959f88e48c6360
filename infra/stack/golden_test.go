package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("..", "testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); if that is wanted, run \"go test ./infra/stack -update\":\n%s", name, diff)
	}
}

// TestTemplate holds the whole template, so that a change of the infrastructure is seen as CloudFormation sees it.
func TestTemplate(t *testing.T) {
	tpl := plainTemplate(t)
	for _, r := range tpl.raw["Resources"].(map[string]any) {
		if code, ok := r.(map[string]any)["Properties"].(map[string]any)["Code"].(map[string]any); ok {
			code["S3Key"] = "ASSET.zip" // a hash of the built function
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(tpl.raw); err != nil {
		t.Fatal(err)
	}
	golden(t, "template.golden.json", out.String())
}

// TestPolicies holds what each function may do, in a form that a person can review.
func TestPolicies(t *testing.T) {
	for name, tpl := range map[string]template{"policies.golden": plainTemplate(t), "policies-configured.golden": configuredTemplate(t)} {
		var out strings.Builder
		for _, f := range []function{detect, remediate, notify} {
			fmt.Fprintf(&out, "%s\n", f)
			for _, s := range rolePolicy(t, tpl, f) {
				fmt.Fprintf(&out, "  %s\n", s.sid)
				list(&out, strings.ToLower(s.effect), s.actions)
				list(&out, strings.ToLower(s.effect)+" all but", s.except)
				list(&out, "on", s.resources)
				list(&out, "if", s.condition)
			}
		}
		golden(t, name, out.String())
	}
}

func list(out *strings.Builder, word string, values []string) {
	for _, v := range values {
		fmt.Fprintf(out, "    %-6s %s\n", word, v)
	}
}
