package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
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

// TestTemplates holds whole templates, so that a change of the infrastructure is seen as CloudFormation sees it: that of the
// home region, that of another region, that of the members, and what is there besides or otherwise where the home region is a
// hub, or the member's stacks are deployed by hand.
func TestTemplates(t *testing.T) {
	home := plainTemplate(t).raw
	golden(t, "template.golden.json", rendered(t, home))
	golden(t, "outpost.golden.json", rendered(t, get(t, plain, outpostStack).raw))
	golden(t, "spoke.golden.json", rendered(t, get(t, hubs, spokeStack).raw))
	golden(t, "hub.golden.json", rendered(t, difference(home, hubTemplate(t).raw)))
	golden(t, "spoke-alone.golden.json", rendered(t, map[string]any{
		outpostStack:        difference(get(t, plain, outpostStack).raw, get(t, plainSpokes, outpostStack).raw),
		"Riposte-responder": get(t, plainSpokes, "Riposte-responder").raw,
	}))
}

// rendered writes a template as the golden files have it: without the hashes of what was built.
func rendered(t *testing.T, raw map[string]any) string {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(raw); err != nil {
		t.Fatal(err)
	}
	return assetHash.ReplaceAllString(out.String(), "ASSET.$1")
}

// assetHash is how the CDK names what it uploads.
var assetHash = regexp.MustCompile(`\b[0-9a-f]{64}\.(zip|json)`)

// difference returns of a template what another does not have, or has otherwise.
func difference(from, of map[string]any) map[string]any {
	out := map[string]any{}
	for section, entries := range of {
		entries, ok := entries.(map[string]any)
		if !ok {
			continue
		}
		before, _ := from[section].(map[string]any)
		changed := maps.Clone(entries)
		maps.DeleteFunc(changed, func(name string, v any) bool { return cmp.Equal(before[name], v) })
		if len(changed) > 0 {
			out[section] = changed
		}
	}
	return out
}

// TestPolicies holds what each function and the responder may do, in a form that a person can review.
func TestPolicies(t *testing.T) {
	for name, tpl := range map[string]template{"policies.golden": plainTemplate(t), "policies-configured.golden": configuredTemplate(t)} {
		var out strings.Builder
		for _, f := range deployedFunctions(tpl) {
			listPolicies(&out, string(f), rolePolicy(t, tpl, f))
		}
		golden(t, name, out.String())
	}
	var out strings.Builder
	listPolicies(&out, "responder", policiesOf(t, spokeTemplateOf(t), "Responder"))
	golden(t, "policies-spoke.golden", out.String())
}

func listPolicies(out *strings.Builder, who string, policies []policyStatement) {
	fmt.Fprintf(out, "%s\n", who)
	for _, s := range policies {
		fmt.Fprintf(out, "  %s\n", s.sid)
		list(out, strings.ToLower(s.effect), s.actions)
		list(out, strings.ToLower(s.effect)+" all but", s.except)
		list(out, "on", s.resources)
		list(out, "if", s.condition)
	}
}

func list(out *strings.Builder, word string, values []string) {
	for _, v := range values {
		fmt.Fprintf(out, "    %-6s %s\n", word, v)
	}
}
