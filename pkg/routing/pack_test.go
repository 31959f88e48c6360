package routing_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/catalog"
	"riposte/pkg/detect"
	"riposte/pkg/routing"
)

func packed(tb testing.TB, rules []*detect.Rule) (rendered, out []routing.Rule) {
	tb.Helper()
	rendered, err := routing.Render(rules)
	if err != nil {
		tb.Fatal(err)
	}
	out, err = routing.Pack(rendered)
	if err != nil {
		tb.Fatal(err)
	}
	return rendered, out
}

func TestPack(t *testing.T) {
	pattern := func(source string, names ...string) detect.Events {
		return detect.Events{Source: source + ".amazonaws.com", Names: names}
	}
	rules := []*detect.Rule{
		{ID: "A-001", Pattern: detect.Pattern{pattern("iam", "CreateUser"), pattern("kms", "DisableKey")}},
		{ID: "A-002", Pattern: detect.Pattern{{Identity: "Root"}}},
		{ID: "A-003", Attempts: true, Pattern: detect.Pattern{pattern("sts", "GetFederationToken")}},
		{ID: "A-004", Pattern: detect.Pattern{{Source: "ssm.amazonaws.com", Names: []string{"GetParameter"}, Reads: true}}},
		{ID: "A-005", Pattern: detect.Pattern{{Own: true, Writes: true}}},
	}
	_, got := packed(t, rules)
	var patterns, names []string
	for _, r := range got {
		patterns, names = append(patterns, r.Pattern), append(names, r.Name)
	}
	want := []string{
		// What succeeded has its outcome in common; a call that is wanted however it ended joins in the second round and ends that.
		`{"detail":{"$or":[{"errorCode":[{"exists":false}],"eventName":["CreateUser"],"eventSource":["iam.amazonaws.com"]},` +
			`{"errorCode":[{"exists":false}],"eventName":["DisableKey"],"eventSource":["kms.amazonaws.com"]},` +
			`{"errorCode":[{"exists":false}],"userIdentity":{"type":["Root"]}},` +
			`{"eventName":["GetFederationToken"],"eventSource":["sts.amazonaws.com"]}]},"source":[{"prefix":"aws."}]}`,
		`{"source":["aws.ssm"],"detail":{"eventSource":["ssm.amazonaws.com"],"eventName":["GetParameter"],"errorCode":[{"exists":false}],"readOnly":[true,{"equals-ignore-case":"true"}]}}`,
		`{"source":[{"prefix":"aws."}],"detail":{"userIdentity":{"sessionContext":{"sessionIssuer":{"arn":["${OwnRoles}"]}}},"errorCode":[{"exists":false}],"readOnly":[false,{"equals-ignore-case":"false"},{"exists":false}]}}`,
	}
	slices.Sort(patterns)
	slices.Sort(want)
	if diff := cmp.Diff(want, patterns); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range got {
		if strings.Contains(r.Pattern, "$or") {
			if diff := cmp.Diff([]string{"iam", "kms", "root", "sts-failed"}, r.Parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"A-001", "A-002", "A-003"}, r.RuleIDs); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		}
		if strings.Contains(r.Pattern, "GetParameter") != r.Reads {
			t.Errorf("%s: reads %v", r.Pattern, r.Reads)
		}
	}
	rules[0].Pattern[0].Names = []string{"CreateRole"}
	_, changed := packed(t, rules)
	for _, r := range changed {
		if strings.Contains(r.Pattern, "CreateRole") && slices.Contains(names, r.Name) {
			t.Errorf("%s has another pattern under the same name: a deployment would change it in place", r.Name)
		}
	}
}

// TestPackCommon holds that what all arms have in common is written once, and that no arm becomes empty by it.
func TestPackCommon(t *testing.T) {
	_, got := packed(t, []*detect.Rule{
		{ID: "A-001", Denied: true, Pattern: detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser"}}}},
		{ID: "A-002", Denied: true, Pattern: detect.Pattern{{Source: "kms.amazonaws.com"}}},
	})
	if len(got) != 1 || strings.Count(got[0].Pattern, `"AccessDenied"`) != 1 {
		t.Errorf("%+v: want one rule that says the outcome once", got)
	}
	same := routing.Rule{Name: "a", Pattern: `{"source":[{"prefix":"aws."}],"detail":{"errorCode":[{"exists":false}]}}`}
	more := routing.Rule{Name: "b", Pattern: `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"],"errorCode":[{"exists":false}]}}`}
	out, err := routing.Pack([]routing.Rule{same, more})
	if err != nil || len(out) != 1 || strings.Contains(out[0].Pattern, "{}") {
		t.Errorf("%+v, %v: an arm is empty", out, err)
	}
	for _, wrong := range []string{`{"source":["aws.iam"],"detail":{"eventName":["CreateUser"]}}`, `{"source":`} {
		if got, err := routing.Pack([]routing.Rule{{Name: "a", Pattern: wrong}}); err == nil {
			t.Errorf("%s: %v, want an error", wrong, got)
		}
	}
}

// TestPackedCatalogue holds what packing is for, within what EventBridge takes.
func TestPackedCatalogue(t *testing.T) {
	rendered, got := packed(t, catalog.Rules())
	parts := map[string]bool{}
	for _, r := range got {
		if len(r.Pattern) > routing.MaxPattern {
			t.Errorf("%s has %d characters of %d", r.Name, len(r.Pattern), routing.MaxPattern)
		}
		if arms := strings.Count(r.Pattern, "eventSource") + strings.Count(r.Pattern, "userIdentity"); arms > 1000 {
			t.Errorf("%s has %d arms of 1000", r.Name, arms)
		}
		if strings.Contains(r.Pattern, `"wildcard"`) {
			t.Errorf("%s holds a wildcard: a bus takes 30 such rules", r.Name)
		}
		for _, p := range r.Parts {
			if parts[p] {
				t.Errorf("%s is packed twice", p)
			}
			parts[p] = true
		}
	}
	for _, r := range rendered {
		if !parts[r.Name] {
			t.Errorf("%s is packed nowhere", r.Name)
		}
	}
	t.Logf("%d rules hold %d", len(got), len(rendered))
	if len(got)*4 > len(rendered) {
		t.Errorf("%d rules hold %d: too little is packed", len(got), len(rendered))
	}
	slices.Reverse(rendered)
	again, err := routing.Pack(rendered)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("the order of the rules matters:\n%s", diff)
	}
}

// TestPackedMatchTheSame holds that packed rules match every event that the rules matched which they hold, and no other: for
// every sample event, and for random rules and events.
func TestPackedMatchTheSame(t *testing.T) {
	hold := func(rules []*detect.Rule, events [][]byte) (matches, misses int) {
		rendered, packedRules := packed(t, rules)
		plain := map[string]matcher{}
		for _, r := range rendered {
			plain[r.Name] = matcher{Rule: r, Matcher: parse(t, r.Pattern)}
		}
		for _, r := range packedRules {
			whole := []matcher{{Rule: r, Matcher: parse(t, r.Pattern)}}
			var parts []matcher
			for _, name := range r.Parts {
				parts = append(parts, plain[name])
			}
			for _, event := range events {
				got, want := len(matching(t, whole, event)) > 0, len(matching(t, parts, event)) > 0
				switch {
				case got != want:
					t.Errorf("%s matches %s: %v, its parts %v: %v", r.Pattern, event, got, r.Parts, want)
				case got:
					matches++
				default:
					misses++
				}
			}
		}
		return matches, misses
	}
	var samples [][]byte
	for _, event := range sampleEvents(t) {
		samples = append(samples, event)
	}
	if matches, misses := hold(catalog.Rules(), samples); matches == 0 || misses == 0 {
		t.Errorf("%d matches and %d misses: too few to say anything", matches, misses)
	}
	g := rand.New(rand.NewPCG(3, 4))
	matches, misses := 0, 0
	for range 200 {
		rules := randomRules(g)
		if _, err := routing.Render(rules); err != nil {
			continue // a pattern that wants everything
		}
		var random [][]byte
		for range 20 {
			random = append(random, randomEvent(g))
		}
		m, n := hold(rules, random)
		matches, misses = matches+m, misses+n
	}
	if matches < 500 || misses < 500 {
		t.Errorf("%d matches and %d misses: too few to say anything", matches, misses)
	}
}
