package routing_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/events"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/routing"
)

var update = flag.Bool("update", false, "rewrite docs/patterns")

func TestRender(t *testing.T) {
	iam := func(names ...string) detect.Pattern {
		return detect.Pattern{{Source: "iam.amazonaws.com", Names: names}}
	}
	for name, tt := range map[string]struct {
		rules []*detect.Rule
		want  []routing.Rule
	}{
		"none": {},
		"one source, merged and sorted": {
			rules: []*detect.Rule{{ID: "B-001", Pattern: iam("PutUserPolicy", "CreateAccessKey")}, {ID: "A-001", Pattern: iam("CreateAccessKey")}},
			want: []routing.Rule{{
				Name: "iam", RuleIDs: []string{"A-001", "B-001"},
				Pattern: `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"],"eventName":["CreateAccessKey","PutUserPolicy"],"errorCode":[{"exists":false}]}}`,
			}},
		},
		"dated names": {
			rules: []*detect.Rule{
				{ID: "A-001", Pattern: detect.Pattern{{Source: "lambda.amazonaws.com", Names: []string{"AddPermission"}, Dated: true}}},
				{ID: "A-002", Pattern: detect.Pattern{{Source: "lambda.amazonaws.com", Names: []string{"AddPermission", "Invoke"}}}},
			},
			want: []routing.Rule{{
				Name: "lambda", RuleIDs: []string{"A-001", "A-002"},
				Pattern: `{"source":["aws.lambda"],"detail":{"eventSource":["lambda.amazonaws.com"],"eventName":[{"prefix":"AddPermission"},"Invoke"],"errorCode":[{"exists":false}]}}`,
			}},
		},
		"every name of a source swallows its names": {
			rules: []*detect.Rule{
				{ID: "A-001", Pattern: iam("CreateUser")},
				{ID: "A-002", Pattern: detect.Pattern{{Source: "iam.amazonaws.com"}}},
			},
			want: []routing.Rule{{
				Name: "iam", RuleIDs: []string{"A-001", "A-002"},
				Pattern: `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"],"errorCode":[{"exists":false}]}}`,
			}},
		},
		"a caller": {
			rules: []*detect.Rule{
				{ID: "A-001", Pattern: detect.Pattern{{Identity: "Root", Writes: true}}},
				{ID: "A-002", Pattern: detect.Pattern{{Identity: "Root"}}},
			},
			want: []routing.Rule{
				{
					Name: "root", RuleIDs: []string{"A-002"},
					Pattern: `{"source":[{"prefix":"aws."}],"detail":{"userIdentity":{"type":["Root"]},"errorCode":[{"exists":false}]}}`,
				},
				{
					Name: "root-writes", RuleIDs: []string{"A-001"},
					Pattern: `{"source":[{"prefix":"aws."}],"detail":{"userIdentity":{"type":["Root"]},"errorCode":[{"exists":false}],"readOnly":[false,{"equals-ignore-case":"false"},{"exists":false}]}}`,
				},
			},
		},
		"every event": {
			rules: []*detect.Rule{{ID: "A-001", Attempts: true, Pattern: detect.Pattern{{Every: true}}}},
			want: []routing.Rule{{
				Name: "everywhere-failed", RuleIDs: []string{"A-001"},
				Pattern: `{"source":[{"prefix":"aws."}],"detail":{"eventSource":[{"exists":true}]}}`,
			}},
		},
		"an error, and reads": {
			rules: []*detect.Rule{{
				ID: "A-001", Pattern: detect.Pattern{
					{Errors: []string{"AccessDenied"}}, {Source: "iam.amazonaws.com", Names: []string{"GetUser"}, Reads: true},
				},
			}},
			want: []routing.Rule{
				{
					Name: "errors", RuleIDs: []string{"A-001"},
					Pattern: `{"source":[{"prefix":"aws."}],"detail":{"eventSource":[{"exists":true}],"errorCode":["AccessDenied"]}}`,
				},
				{
					Name: "iam-reads", RuleIDs: []string{"A-001"}, Reads: true,
					Pattern: `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"],"eventName":["GetUser"],"errorCode":[{"exists":false}],"readOnly":[true,{"equals-ignore-case":"true"}]}}`,
				},
			},
		},
		"a source and a caller stay apart from the source": {
			rules: []*detect.Rule{
				{ID: "A-001", Pattern: iam("CreateUser")},
				{ID: "A-002", Pattern: detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateRole"}, Identity: "Root"}}},
			},
			want: []routing.Rule{
				{
					Name: "iam", RuleIDs: []string{"A-001"},
					Pattern: `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"],"eventName":["CreateUser"],"errorCode":[{"exists":false}]}}`,
				},
				{
					Name: "iam-root", RuleIDs: []string{"A-002"},
					Pattern: `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"],"eventName":["CreateRole"],"userIdentity":{"type":["Root"]},"errorCode":[{"exists":false}]}}`,
				},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := routing.Render(tt.rules)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

func TestRenderSplitsLongPatterns(t *testing.T) {
	var rules []*detect.Rule
	for i := range 200 {
		rules = append(rules, &detect.Rule{
			ID:      fmt.Sprintf("A-%03d", i),
			Pattern: detect.Pattern{{Source: "ec2.amazonaws.com", Names: []string{fmt.Sprintf("SomewhatLongEventName%03d", i)}}},
		})
	}
	got, err := routing.Render(rules)
	if err != nil {
		t.Fatal(err)
	}
	var names, ids []string
	for _, r := range got {
		names, ids = append(names, r.Name), append(ids, r.RuleIDs...)
		if len(r.Pattern) > routing.MaxPattern {
			t.Errorf("%s has %d characters", r.Name, len(r.Pattern))
		}
	}
	if want := []string{"ec2", "ec2-2", "ec2-3"}; !slices.Equal(names, want) {
		t.Errorf("rules %v, want %v", names, want)
	}
	if !slices.IsSorted(ids) || len(ids) != len(rules) {
		t.Errorf("%d rule ids, want each of %d once: %v", len(ids), len(rules), ids)
	}
	slices.Reverse(rules)
	reversed, err := routing.Render(rules)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, reversed); diff != "" {
		t.Errorf("the order of the rules matters:\n%s", diff)
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, rules := range map[string][]*detect.Rule{
		"nil":        {nil},
		"everything": {{ID: "A-001", Pattern: detect.Pattern{{}}}},
		"a name longer than any pattern": {{
			ID: "A-001", Pattern: detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"A", strings.Repeat("B", 2000)}}},
		}},
	} {
		if got, err := routing.Render(rules); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
}

// TestRenderLosesNothing holds for random rules and records that EventBridge delivers every event that a rule wants.
func TestRenderLosesNothing(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	wanted, unwanted := 0, 0
	for range 300 {
		rules := randomRules(g)
		if _, err := routing.Render(rules); err != nil {
			continue // a pattern that wants everything
		}
		matchers := compiled(t, rules)
		for range 100 {
			event := randomEvent(g)
			ev, err := cloudtrail.DecodeAny(event)
			if err != nil {
				t.Fatal(err)
			}
			wants := slices.ContainsFunc(rules, func(r *detect.Rule) bool { return r.Wants(ev) })
			if !wants {
				unwanted++
				continue
			}
			wanted++
			if len(matching(t, matchers, event)) == 0 {
				t.Fatalf("no rule delivers %s", event)
			}
		}
	}
	if wanted < 1000 || unwanted < 1000 {
		t.Errorf("%d wanted events and %d others: too few to say anything", wanted, unwanted)
	}
}

func randomRules(g *rand.Rand) []*detect.Rule {
	var rules []*detect.Rule
	for i := range 1 + g.IntN(4) {
		r := &detect.Rule{ID: fmt.Sprintf("A-%03d", i), Attempts: g.IntN(4) == 0, Denied: g.IntN(4) == 0}
		for range 1 + g.IntN(2) {
			e := detect.Events{Source: pick(g, "", "iam.amazonaws.com", "lambda.amazonaws.com", "signin.amazonaws.com"), Writes: g.IntN(3) == 0}
			e.Identity = pick(g, "", "", "Root", "IAMUser")
			if g.IntN(4) == 0 {
				e.Errors = []string{pick(g, "AccessDenied", "ThrottlingException"), "AccessDeniedException"}
			}
			e.Reads = !e.Writes && g.IntN(4) == 0
			e.Every = e.Source == "" && e.Identity == "" && len(e.Errors) == 0
			if e.Source != "" || g.IntN(4) == 0 {
				e.Dated, e.Every = e.Source == "lambda.amazonaws.com" || e.Source == "", e.Every && e.Source != ""
				for range 1 + g.IntN(4) {
					e.Names = append(e.Names, pick(g, "CreateAccessKey", "AddPermission", "ConsoleLogin", "PutUserPolicy"))
				}
			}
			r.Pattern = append(r.Pattern, e)
		}
		rules = append(rules, r)
	}
	return rules
}

// randomEvent returns an EventBridge envelope in the spellings that AWS uses.
func randomEvent(g *rand.Rand) []byte {
	service := pick(g, "iam", "lambda", "signin", "s3")
	name := pick(g, "CreateAccessKey", "AddPermission", "ConsoleLogin", "PutUserPolicy")
	if service == "lambda" {
		name += pick(g, "", "20150331", "20150331v2")
	}
	detail := map[string]any{
		"eventSource": service + ".amazonaws.com", "eventName": name, "eventID": "11111111-2222-3333-4444-555555555555",
		"userIdentity": map[string]any{"type": pick(g, "Root", "IAMUser", "AssumedRole")},
	}
	if v := pick[any](g, nil, true, false, "true", "false", "False", "FALSE"); v != nil {
		detail["readOnly"] = v
	}
	if g.IntN(4) == 0 {
		delete(detail, "userIdentity")
	}
	if g.IntN(2) == 0 {
		detail["errorCode"] = pick(g, "AccessDenied", "ThrottlingException", "Client.UnauthorizedOperation")
	}
	if g.IntN(4) == 0 {
		detail["errorMessage"] = "Failed authentication"
	}
	event, err := json.Marshal(map[string]any{
		"source": "aws." + service, "detail": detail,
		"detail-type": pick(g, "AWS API Call via CloudTrail", "AWS Console Signin via CloudTrail", "AWS Console Sign In via CloudTrail"),
	})
	if err != nil {
		panic(err)
	}
	return event
}

func pick[T any](g *rand.Rand, from ...T) T { return from[g.IntN(len(from))] }

type matcher struct {
	routing.Rule
	*routing.Matcher
}

// compiled renders rules and reads the patterns back.
func compiled(tb testing.TB, rules []*detect.Rule) []matcher {
	tb.Helper()
	rendered, err := routing.Render(rules)
	if err != nil {
		tb.Fatal(err)
	}
	var out []matcher
	for _, r := range rendered {
		out = append(out, matcher{Rule: r, Matcher: parse(tb, r.Pattern)})
	}
	return out
}

// matching returns the rules that match an event.
func matching(tb testing.TB, matchers []matcher, event []byte) []routing.Rule {
	tb.Helper()
	var out []routing.Rule
	for _, m := range matchers {
		match, err := m.Match(event)
		if err != nil {
			tb.Fatalf("%s: %v", m.Name, err)
		}
		if match {
			out = append(out, m.Rule)
		}
	}
	return out
}

// TestSampleEvents holds for every sample event that exactly the EventBridge rules of the detection rules that want it
// match it. Near misses have an event name or a caller that no rule wants, or failed.
func TestSampleEvents(t *testing.T) {
	rules := catalog.Rules()
	matchers := compiled(t, rules)
	delivered, missed := map[string]bool{}, 0
	for path, event := range sampleEvents(t) {
		ev, err := cloudtrail.DecodeAny(event)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		want := map[string]bool{}
		for _, r := range rules {
			if r.Wants(ev) {
				want[r.ID] = true
			}
		}
		got := matching(t, matchers, event)
		for id := range want {
			if !slices.ContainsFunc(got, func(r routing.Rule) bool { return slices.Contains(r.RuleIDs, id) }) {
				t.Errorf("%s: %s wants it and no EventBridge rule of it matches", path, id)
			}
			delivered[id] = true
		}
		for _, r := range got {
			refused := ev.ErrorCode == "" && ev.ErrorMessage != "" // EventBridge cannot tell a sign-in that failed
			if !refused && !slices.ContainsFunc(r.RuleIDs, func(id string) bool { return want[id] }) {
				t.Errorf("%s: EventBridge rule %s matches and none of %v wants it", path, r.Name, r.RuleIDs)
			}
		}
		if len(got) == 0 {
			missed++
		}
	}
	for _, r := range rules {
		if own := len(r.Pattern) > 0 && r.Pattern[0].Own; !own && !delivered[r.ID] { // only a deployment knows its roles
			t.Errorf("%s: no sample event is delivered to it", r.ID)
		}
	}
	if missed == 0 {
		t.Error("every sample event matches: there is no near miss")
	}
}

// TestNearMisses changes one part of each delivered sample event, so that no rule for its source may match any more.
func TestNearMisses(t *testing.T) {
	matchers := compiled(t, catalog.Rules())
	changed := 0
	for path, event := range sampleEvents(t) {
		for _, change := range []struct{ from, to string }{
			{`"source":"aws.`, `"source":"custom.`},
			{`"eventSource":"`, `"eventSource":"x`},
			{`"eventName":"`, `"eventName":"X`},
		} {
			near := bytes.Replace(compact(t, event), []byte(change.from), []byte(change.to), 1)
			for _, r := range matching(t, matchers, near) {
				if change.from == `"source":"aws.` || strings.Contains(r.Pattern, `.amazonaws.com"`) {
					t.Errorf("%s with %s: EventBridge rule %s matches", path, change.to, r.Name)
				}
			}
			changed++
		}
	}
	if changed == 0 {
		t.Error("no sample events")
	}
}

func sampleEvents(tb testing.TB) map[string][]byte {
	tb.Helper()
	out := map[string][]byte{}
	err := fs.WalkDir(events.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		out[path], err = fs.ReadFile(events.Files(), path)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func compact(tb testing.TB, b []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// TestPatternPages holds docs/patterns against what is rendered, so that a change of what EventBridge delivers is seen
// in review.
func TestPatternPages(t *testing.T) {
	const dir = "../../docs/patterns"
	rendered, err := routing.Render(catalog.Rules())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, r := range rendered {
		if len(r.Pattern) > routing.MaxPattern {
			t.Errorf("%s has %d characters of %d", r.Name, len(r.Pattern), routing.MaxPattern)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, []byte(r.Pattern), "", "  "); err != nil {
			t.Fatal(err)
		}
		want[r.Name+".json"] = indented.String() + "\n"
	}
	t.Logf("%d EventBridge rules for %d detection rules", len(rendered), len(catalog.Rules()))
	if *update {
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(b)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/patterns: rendered -, there +; \"make update\" rewrites them\n%s", diff)
	}
}

func BenchmarkMatch(b *testing.B) {
	matchers := compiled(b, catalog.Rules())
	event, err := fs.ReadFile(events.Files(), "iam/CreateAccessKey.own.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(matching(b, matchers, event)) == 0 {
			b.Fatal("no match")
		}
	}
}
