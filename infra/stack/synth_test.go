package stack

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestMain holds the one jsii process that all tests share: starting it takes seconds, and a stack in it tenths.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// A template is a synthesised stack.
type template struct {
	Resources  map[string]resource
	Outputs    map[string]struct{ Value any }
	Rules      map[string]any
	Conditions map[string]any
	raw        map[string]any
	findings   []string // of cdk-nag, those that are not accepted
}

// A resource is one resource of a template.
type resource struct {
	Type       string
	Properties map[string]any
	Metadata   map[string]any

	DeletionPolicy, UpdateReplacePolicy string
}

// plain is the stack without a riposte.yaml; configured is the stack with everything that can be set.
var (
	plain      = sync.OnceValues(func() (template, error) { return synth(Settings{}) })
	configured = sync.OnceValues(func() (template, error) { return synth(everything()) })
)

func everything() Settings {
	return Settings{AlarmEmail: "security@example.com", Operator: Operator{
		Configured:  true,
		Topic:       "arn:aws:sns:us-east-1:111122223333:security",
		SlackSecret: "riposte/slack",
		BreakGlass:  []string{"arn:aws:iam::111122223333:role/break-glass-*", "arn:*:iam::*:user/ops/rescue"},
	}}
}

func plainTemplate(t *testing.T) template      { return get(t, plain) }
func configuredTemplate(t *testing.T) template { return get(t, configured) }

func get(t *testing.T, from func() (template, error)) template {
	t.Helper()
	tpl, err := from()
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// synth makes a template as "make synth" does, with the feature flags of cdk.json, on stub assets, and lets cdk-nag look
// at it.
func synth(s Settings, edit ...func(*Settings)) (tpl template, err error) {
	dir, err := os.MkdirTemp("", "riposte-infra-")
	if err != nil {
		return tpl, err
	}
	defer os.RemoveAll(dir)
	if s, err = fillIn(s, dir); err != nil {
		return tpl, err
	}
	for _, change := range edit {
		change(&s)
	}
	flags, err := featureFlags()
	if err != nil {
		return tpl, err
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir: jsii.String(filepath.Join(dir, "cdk.out")), Context: &flags, AnalyticsReporting: jsii.Bool(false),
	})
	stack, err := New(app, s)
	if err != nil {
		return tpl, err
	}
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(false)}), nil)
	data, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err != nil {
		return tpl, err
	}
	seen := assertions.Annotations_FromStack(stack)
	errs := seen.FindError(jsii.String("*"), assertions.Match_AnyValue())
	warnings := seen.FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	for _, m := range slices.Concat(*errs, *warnings) {
		tpl.findings = append(tpl.findings, fmt.Sprint(m.Entry.Data)) //nolint:staticcheck // the Go binding names no other type
	}
	if err := json.Unmarshal(data, &tpl.raw); err != nil {
		return tpl, err
	}
	return tpl, json.Unmarshal(data, &tpl)
}

// fillIn gives settings their defaults and stub assets in dir.
func fillIn(s Settings, dir string) (Settings, error) {
	defaults, err := ReadSettings(nil, func(string) string { return "" }, dir)
	if err != nil {
		return s, err
	}
	defaults.AlarmEmail, defaults.Operator, defaults.Assets = s.AlarmEmail, s.Operator, filepath.Join(dir, "dist")
	for _, f := range []function{detect, remediate, notify} {
		asset := filepath.Join(defaults.Assets, string(f))
		if err := os.MkdirAll(asset, 0o755); err != nil {
			return s, err
		}
		if err := os.WriteFile(filepath.Join(asset, "bootstrap"), []byte(f), 0o755); err != nil {
			return s, err
		}
	}
	return defaults, nil
}

func featureFlags() (map[string]any, error) {
	var file struct{ Context map[string]any }
	data, err := os.ReadFile(filepath.Join("..", "..", "cdk.json"))
	if err != nil {
		return nil, err
	}
	return file.Context, json.Unmarshal(data, &file)
}

// ofType returns the resources of a type by their logical IDs.
func (tpl template) ofType(kind string) map[string]resource {
	out := maps.Clone(tpl.Resources)
	maps.DeleteFunc(out, func(_ string, r resource) bool { return r.Type != kind })
	return out
}

// one returns the resource of a type whose logical ID begins with a word.
func (tpl template) one(t *testing.T, kind, begin string) resource {
	t.Helper()
	var found []string
	for id := range tpl.ofType(kind) {
		if short(id) == begin {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s are named %s, want one", len(found), kind, begin)
	}
	return tpl.Resources[found[0]]
}

// hash is what the CDK appends to logical IDs.
var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

func short(id string) string { return hash.ReplaceAllString(id, "") }

// text flattens what CloudFormation would resolve: a reference is <Name> or <Name.Attribute>.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if ref, ok := v["Ref"].(string); ok {
			return "<" + short(ref) + ">"
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			return "<" + short(get[0].(string)) + "." + get[1].(string) + ">"
		}
		if join, ok := v["Fn::Join"].([]any); ok {
			var out strings.Builder
			for _, part := range join[1].([]any) {
				out.WriteString(text(part))
			}
			return out.String()
		}
	}
	data, _ := json.Marshal(v)
	return string(data)
}

// texts flattens what may be one value or a list.
func texts(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		out := make([]string, len(v))
		for i := range v {
			out[i] = text(v[i])
		}
		return out
	default:
		return []string{text(v)}
	}
}

// A policyStatement is one statement of a policy in a template.
type policyStatement struct {
	sid, effect                string
	actions, except, resources []string
	condition                  []string
	principals                 []string
}

func statements(document any) []policyStatement {
	var out []policyStatement
	for _, s := range document.(map[string]any)["Statement"].([]any) {
		s := s.(map[string]any)
		p := policyStatement{
			effect: s["Effect"].(string), actions: texts(s["Action"]), except: texts(s["NotAction"]), resources: texts(s["Resource"]),
		}
		p.sid, _ = s["Sid"].(string)
		if s["Principal"] == "*" {
			p.principals = []string{"AWS *"}
		}
		if by, ok := s["Principal"].(map[string]any); ok {
			for kind, who := range by {
				p.principals = append(p.principals, kind+" "+strings.Join(texts(who), ", "))
			}
		}
		if c, ok := s["Condition"].(map[string]any); ok {
			for _, operator := range slices.Sorted(maps.Keys(c)) {
				keys := c[operator].(map[string]any)
				for _, key := range slices.Sorted(maps.Keys(keys)) {
					p.condition = append(p.condition, operator+" "+key+" = "+strings.Join(texts(keys[key]), ", "))
				}
			}
		}
		out = append(out, p)
	}
	return out
}

// rolePolicy returns the statements of the inline policy of a function's role.
func rolePolicy(t *testing.T, tpl template, f function) []policyStatement {
	t.Helper()
	role := tpl.one(t, "AWS::IAM::Role", titled(string(f))+"Role")
	policies := role.Properties["Policies"].([]any)
	if len(policies) != 1 {
		t.Fatalf("the role of %s has %d inline policies, want one", f, len(policies))
	}
	out := statements(policies[0].(map[string]any)["PolicyDocument"])
	for _, id := range slices.Sorted(maps.Keys(tpl.ofType("AWS::IAM::ManagedPolicy"))) {
		p := tpl.ofType("AWS::IAM::ManagedPolicy")[id]
		if roles := p.Properties["Roles"].([]any); len(roles) == 1 && text(roles[0]) == "<"+titled(string(f))+"Role>" {
			out = append(out, statements(p.Properties["PolicyDocument"])...)
		}
	}
	return out
}
