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
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// quiet is what jsii does not say: cdk-nag looks at every property of a resource, also at those that are no longer to be used, and
// Node's versions grow old.
func quiet() map[string]string {
	return map[string]string{"JSII_DEPRECATED": "quiet", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,20,22"}
}

// TestMain holds the one jsii process that all tests share: starting it takes seconds, and a stack in it tenths. jsii takes the
// environment as it is when the program starts, before anything here runs: where it is not quiet, the tests start anew.
func TestMain(m *testing.M) {
	flag.Parse()
	environment := os.Environ()
	for name, value := range quiet() {
		if os.Getenv(name) == "" {
			environment = append(environment, name+"="+value)
		}
	}
	if self, err := os.Executable(); err == nil && len(environment) > len(os.Environ()) {
		_ = syscall.Exec(self, os.Args, environment) // where it cannot be done, jsii is not quiet
	}
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// A template is a synthesised stack.
type template struct {
	Resources  map[string]resource
	Outputs    map[string]struct{ Value any }
	Parameters map[string]any
	Rules      map[string]any
	Conditions map[string]any
	raw        map[string]any
	findings   []string // of cdk-nag, those that are not accepted
	size       int      // of its file
}

// A resource is one resource of a template.
type resource struct {
	Type       string
	Properties map[string]any
	Metadata   map[string]any

	DeletionPolicy, UpdateReplacePolicy string
	Condition                           string
	DependsOn                           any
}

// The deployments that the tests look at, each by the templates of its stacks.
var (
	plain      = sync.OnceValues(func() (map[string]template, error) { return synthAll(Settings{}) })
	configured = sync.OnceValues(func() (map[string]template, error) { return synthAll(everything()) })
	hubs       = sync.OnceValues(func() (map[string]template, error) { return synthAll(Settings{}, organization) })
	fullHubs   = sync.OnceValues(func() (map[string]template, error) {
		return synthAll(everything(), organization, func(s *Settings) {
			s.RootTasks, s.Tracing, s.ReadEvents, s.PermissionsBoundary = true, true, true, "riposte-boundary"
		})
	})
	plainSpokes = sync.OnceValues(func() (map[string]template, error) { return synthAll(Settings{}, lonelySpoke) })
	spokes      = sync.OnceValues(func() (map[string]template, error) { return synthAll(everything(), lonelySpoke) })
)

// everything is what riposte.yaml can set: every rule asks or acts, and Riposte undoes by itself.
func everything() Settings {
	policy := config.Default()
	policy.Stance = config.Enforce
	policy.Silence = config.Silence{After: 4 * time.Hour, Undo: true}
	policy.Rules = map[string]config.Rule{}
	for _, r := range catalog.Rules() {
		policy.Rules[r.ID] = config.Rule{Mode: config.Ask}
	}
	policy.Notify = config.Notify{
		Receiver: config.Receiver{
			SNS:   config.SNS{Topic: "arn:aws:sns:us-east-1:111122223333:security"},
			Slack: config.Slack{AppSecret: "riposte/slack-app", Channel: "C0EXAMPLE1"},
		},
		Receivers: map[string]config.Receiver{
			"operations": {SecurityHub: true, PagerDuty: config.PagerDuty{KeySecret: "riposte/pagerduty"}},
			"others":     {Slack: config.Slack{WebhookSecret: "riposte/slack"}},
		},
	}
	policy.Answers.Approvers = []config.Approver{{Slack: "U0ANN01", Name: "Ann"}}
	return Settings{AlarmEmail: "security@example.com", Undo: true, Operator: Operator{
		Configured:  true,
		Policy:      policy,
		Topic:       "arn:aws:sns:us-east-1:111122223333:security",
		SlackSecret: "riposte/slack",
		BreakGlass:  []string{"arn:aws:iam::111122223333:role/break-glass-*", "arn:*:iam::*:user/ops/rescue"},
	}}
}

// organization makes a deployment the hub of an organisation whose home is not where IAM is.
func organization(s *Settings) {
	s.Topology, s.HomeRegion = Members, "eu-central-1"
	s.Regions = watchedRegions(s.Partition, s.HomeRegion, []string{"eu-central-1"})
	s.OrganizationID, s.OrganizationalUnits = "o-a1b2c3d4e5", []string{"ou-ab12-11111111", "ou-ab12-22222222"}
	s.ExcludedAccounts = []string{"999988887777"}
	s.ExternalID = externalIDOf(s.OrganizationID, s.StackName)
}

func lonelySpoke(s *Settings) {
	organization(s)
	s.Topology, s.HubAccount = Spoke, "111122223333"
}

// The names of the templates that a deployment has.
const (
	homeStack    = "Riposte"
	outpostStack = "Riposte-eu-north-1"
	spokeStack   = "Riposte-spoke" // of the StackSet
)

func plainTemplate(t *testing.T) template      { return get(t, plain, homeStack) }
func configuredTemplate(t *testing.T) template { return get(t, configured, homeStack) }
func hubTemplate(t *testing.T) template        { return get(t, hubs, homeStack) }
func spokeTemplateOf(t *testing.T) template    { return get(t, fullHubs, spokeStack) }

func get(t *testing.T, from func() (map[string]template, error), name string) template {
	t.Helper()
	all, err := from()
	if err != nil {
		t.Fatal(err)
	}
	tpl, ok := all[name]
	if !ok {
		t.Fatalf("no stack %s among %v", name, slices.Sorted(maps.Keys(all)))
	}
	return tpl
}

// every returns the templates of all topologies by deployment and stack.
func every(t *testing.T) map[string]template {
	t.Helper()
	out := map[string]template{}
	for name, from := range map[string]func() (map[string]template, error){
		"plain": plain, "configured": configured, "hub": hubs, "full hub": fullHubs, "plain spoke": plainSpokes, "spoke": spokes,
	} {
		all, err := from()
		if err != nil {
			t.Fatal(err)
		}
		for stack, tpl := range all {
			out[name+" "+stack] = tpl
		}
	}
	return out
}

// synth makes the template of the home stack.
func synth(s Settings, edit ...func(*Settings)) (template, error) {
	all, err := synthAll(s, edit...)
	return all[homeStack], err
}

// synthAll makes templates as "make synth" does, with the feature flags of cdk.json, on stub assets, and lets cdk-nag look at
// them. The regions are few, so that it is soon done.
func synthAll(s Settings, edit ...func(*Settings)) (map[string]template, error) {
	dir, err := os.MkdirTemp("", "riposte-infra-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if s, err = fillIn(s, dir); err != nil {
		return nil, err
	}
	for _, change := range edit {
		change(&s)
	}
	flags, err := featureFlags()
	if err != nil {
		return nil, err
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir: jsii.String(filepath.Join(dir, "cdk.out")), Context: &flags, AnalyticsReporting: jsii.Bool(false),
	})
	stacks, err := New(app, s)
	if err != nil {
		return nil, err
	}
	out := map[string]template{}
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(false)}), nil)
	assembly := app.Synth(nil)
	for _, stack := range stacks {
		tpl, err := readTemplate(filepath.Join(*assembly.Directory(), *stack.TemplateFile()))
		if err != nil {
			return nil, err
		}
		tpl.findings = findings(stack)
		out[*stack.StackName()] = tpl
	}
	if s.Topology == Members {
		out[spokeStack], err = synthSpoke(s, filepath.Join(dir, "spoke"))
	}
	return out, err
}

// synthSpoke makes the template that the StackSet rolls out.
func synthSpoke(s Settings, dir string) (template, error) {
	var spoke awscdk.Stack
	file, err := spokeTemplate(s, dir, func(stack awscdk.Stack) {
		spoke = stack
		awscdk.Aspects_Of(stack).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(false)}), nil)
	})
	if err != nil {
		return template{}, err
	}
	tpl, err := readTemplate(file)
	tpl.findings = findings(spoke)
	return tpl, err
}

func readTemplate(file string) (tpl template, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tpl, err
	}
	tpl, err = parseTemplate(data)
	tpl.size = len(data)
	return tpl, err
}

func parseTemplate(data []byte) (tpl template, err error) {
	if err := json.Unmarshal(data, &tpl.raw); err != nil {
		return tpl, err
	}
	return tpl, json.Unmarshal(data, &tpl)
}

func findings(stack awscdk.Stack) []string {
	seen := assertions.Annotations_FromStack(stack)
	errs := seen.FindError(jsii.String("*"), assertions.Match_AnyValue())
	warnings := seen.FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	var out []string
	for _, m := range slices.Concat(*errs, *warnings) {
		out = append(out, fmt.Sprint(m.Entry.Data)) //nolint:staticcheck // the Go binding names no other type
	}
	return out
}

// fillIn gives settings their defaults and stub assets in dir.
func fillIn(s Settings, dir string) (Settings, error) {
	defaults, err := ReadSettings(map[string]any{"riposte:regions": "us-east-1"}, func(string) string { return "" }, dir)
	if err != nil {
		return s, err
	}
	defaults.AlarmEmail, defaults.Operator, defaults.Undo, defaults.Assets = s.AlarmEmail, s.Operator, s.Undo, filepath.Join(dir, "dist")
	for _, f := range defaults.functionNames() {
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
func (tpl template) one(t testing.TB, kind, begin string) resource {
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

// rolePolicy returns the statements of the policies of a function's role.
func rolePolicy(t testing.TB, tpl template, f function) []policyStatement {
	t.Helper()
	return policiesOf(t, tpl, titled(string(f))+"Role")
}

// policiesOf returns the statements of the policies of a role: of the inline one and of those that are attached to it.
func policiesOf(t testing.TB, tpl template, id string) []policyStatement {
	t.Helper()
	role := tpl.one(t, "AWS::IAM::Role", id)
	policies := role.Properties["Policies"].([]any)
	if len(policies) != 1 {
		t.Fatalf("%s has %d inline policies, want one", id, len(policies))
	}
	out := statements(policies[0].(map[string]any)["PolicyDocument"])
	managed := tpl.ofType("AWS::IAM::ManagedPolicy")
	for _, name := range slices.Sorted(maps.Keys(managed)) {
		p := managed[name]
		if roles := p.Properties["Roles"].([]any); len(roles) == 1 && text(roles[0]) == "<"+id+">" {
			out = append(out, statements(p.Properties["PolicyDocument"])...)
		}
	}
	return out
}
