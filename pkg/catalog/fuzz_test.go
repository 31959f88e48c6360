package catalog_test

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// FuzzMatch runs every rule that wants an event on payloads of any shape. Rules are called directly, since the index
// would turn a panic into a finding.
func FuzzMatch(f *testing.F) {
	for _, ev := range ruletest.Events(f) {
		f.Add(ev.Source, ev.Name, ev.Identity.Type, []byte(ev.Request.Raw()), []byte(ev.Response.Raw()), []byte(ev.Additional.Raw()))
	}
	for _, payload := range []string{`{}`, `[]`, `"null"`, `{"omitted":true}`, `{"userName":{},"policyDocument":[1]}`} {
		f.Add("iam.amazonaws.com", "PutUserPolicy", "IAMUser", []byte(payload), []byte(payload), []byte(payload))
		f.Add("ec2.amazonaws.com", "ModifySecurityGroupRules", "Root", []byte(payload), []byte(payload), []byte(payload))
	}
	rules := catalog.Rules()
	index := detect.NewIndex(rules)
	f.Fuzz(func(t *testing.T, source, name, kind string, request, response, additional []byte) {
		ev := &cloudtrail.Event{
			ID: "fuzz", Source: source, Name: name, Account: "111122223333", Region: "us-east-1",
			Identity: cloudtrail.Identity{Type: kind, UserName: name, ARN: source},
			Request:  cloudtrail.NewPayload(request), Response: cloudtrail.NewPayload(response),
			Additional: cloudtrail.NewPayload(additional),
		}
		for _, r := range rules {
			if r.Pattern.Matches(ev) {
				_, _ = r.Match(ev) // must not panic
			}
		}
		for _, found := range index.Match(ev) {
			sound(t, found)
		}
	})
}

// sound holds what everybody behind the rules relies on.
func sound(t *testing.T, f detect.Finding) {
	t.Helper()
	rule, ok := catalog.ByID(f.Rule)
	if !ok || f.Class != rule.Class || f.Title != rule.Title {
		t.Fatalf("finding of no rule: %+v", f)
	}
	if f.Severity == detect.Inherit || f.Severity > detect.Critical || f.Resource.Type == "" || f.Summary == "" {
		t.Fatalf("incomplete finding: %+v", f)
	}
	if f.Unjudged != "" && len(f.Actions) > 0 {
		t.Fatalf("not judged, but to be acted on: %+v", f)
	}
	for _, a := range f.Actions {
		if !slices.Contains(rule.Actions, a) {
			t.Fatalf("action %q is none of %s: %+v", a, f.Rule, f)
		}
	}
	if len(f.Actions) > 0 && f.Resource.ID == "" {
		t.Fatalf("to be acted on, but on nothing: %+v", f)
	}
	if n := utf8.RuneCountInString(f.Summary); n > 1100 {
		t.Fatalf("summary of %d characters", n)
	}
	for _, r := range f.Summary + f.Unjudged {
		if unicode.IsControl(r) {
			t.Fatalf("control character %U in %q", r, f.Summary)
		}
	}
	if raw := f.Params[detect.ParamRules]; raw != "" {
		var rules []detect.SecurityGroupRule
		if err := json.Unmarshal([]byte(raw), &rules); err != nil || len(rules) == 0 {
			t.Fatalf("rules %q: %v", raw, err)
		}
	}
}
