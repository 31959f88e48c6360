package sigma_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/sigma"
)

const head = "title: Test\nid: 12345678-1234-4123-8123-123456789abc\nlogsource: {product: aws, service: cloudtrail}\n"

func TestProblems(t *testing.T) {
	detection := func(text string) string { return string(ruleOf(text)) }
	whole := "detection: {s: {a: x}, condition: s}\n"
	tests := []struct {
		name, file string
		want       []string // each problem has to contain its text, in this order
	}{
		{"empty", "", []string{"rule.yml:1: the file is empty"}},
		{"no YAML", "title: [", []string{"rule.yml:1: no valid YAML: "}},
		{"no UTF-8", "title: \xff", []string{"rule.yml:1: the file is no UTF-8 text"}},
		{"a list", "- a", []string{"rule.yml:1: want the keys of a rule"}},
		{"two documents", head + whole + "---\n" + head + whole, []string{"rule.yml:6: a second document: write one rule a file"}},
		{"anchor", head + "detection: {s: &x {a: x}, condition: s}", []string{"rule.yml:4: anchors are not used here"}},
		{"alias", head + "detection: {s: &x {a: x}, t: *x, condition: s}", []string{"anchors are not", "aliases are not"}},
		{"tag", head + "detection: {s: {a: !!binary eA==}, condition: s}", []string{"rule.yml:4: tags are not used here"}},
		{"key twice", detection("s:\n  a: x\n  a: y\ncondition: s"), []string{`rule.yml:9: key "a" stands twice, first on line 8: put its values into one list`}},
		{
			"everything is missing", "author: me",
			[]string{"title is missing", "id is missing", "logsource is missing: write product: aws", "detection is missing"},
		},
		{"no UUID", strings.Replace(head, "12345678-1234", "1234", 1) + whole, []string{`rule.yml:2: id "1234-4123-8123-123456789abc": want a UUID`}},
		{"level", head + whole + "level: severe", []string{`rule.yml:5: level "severe": want informational`}},
		{"status", head + whole + "status: ready", []string{`status "ready": want stable`}},
		{"misspelt key", head + whole + "leval: high\nriposet: {}\nmy_own: 1", []string{`rule.yml:5: unknown key "leval": did you mean level?`, "did you mean riposte?"}},
		{"other product", strings.Replace(head, "product: aws", "product: azure", 1) + whole, []string{`rule.yml:3: logsource product "azure" is not supported`}},
		{"no service", strings.Replace(head, ", service: cloudtrail", "", 1) + whole, []string{"rule.yml:3: logsource lacks service: write service: cloudtrail"}},
		{"category", strings.Replace(head, "product: aws", "category: proxy", 1) + whole, []string{`logsource "category" is not supported`, "logsource lacks product"}},
		{"taxonomy", head + whole + "taxonomy: ecs", []string{`taxonomy "ecs" is not supported`}},
		{"correlation", head + whole + "correlation: {type: event_count}", []string{"rule.yml:5: correlation rules are not supported"}},
		{"collection", head + whole + "action: global", []string{"collections of rules are not supported"}},
		{"filter", head + whole + "filter: {rules: [x]}", []string{"filters of other rules are not supported"}},
		{"timeframe", detection("s: {a: x}\ntimeframe: 5m\ncondition: s"), []string{"rule.yml:8: timeframe is not supported"}},
		{"aggregation", detection("s: {a: x}\ncondition: s | count() by b > 5"), []string{`rule.yml:8: condition "s | count() by b > 5": aggregations`}},
		{"near", detection("s: {a: x}\ncondition: s | near t"), []string{"aggregations (after \"|\") are not supported"}},
		{"no condition", detection("s: {a: x}"), []string{"rule.yml:7: condition is missing"}},
		{"no selection", detection("condition: s"), []string{"detection has no selection"}},
		{"unknown selection", detection("s: {a: x}\ncondition: s and t"), []string{`no selection is called "t": there are s`}},
		{"pattern of nothing", detection("s: {a: x}\ncondition: 1 of t*"), []string{`"1 of t*" means no selection`}},
		{"pattern alone", detection("s: {a: x}\ncondition: s*"), []string{`"s*" needs "1 of" or "all of" before it`}},
		{"too many of", detection("s: {a: x}\ncondition: 2 of s*"), []string{"can never hold: only 1 selections"}},
		{"odd quantity", detection("s: {a: x}\ncondition: few of s*"), []string{`"few of": want "1 of"`}},
		{"open bracket", detection("s: {a: x}\ncondition: (s"), []string{"a bracket is not closed"}},
		{"stray bracket", detection("s: {a: x}\ncondition: s)"), []string{`")" stands where`}},
		{"ends early", detection("s: {a: x}\ncondition: s and"), []string{"it ends where the name of a selection is expected"}},
		{"odd sign", detection("s: {a: x}\ncondition: s & s"), []string{`"& s" has no meaning in a condition`}},
		{"deep", detection("s: {a: x}\ncondition: " + strings.Repeat("not ", 50) + "s"), []string{"more than 40 brackets"}},
		{"nothing in a selection", detection("s:\ncondition: s"), []string{`selection "s" is empty`}},
		{"empty list", detection("s: []\ncondition: s"), []string{`selection "s" is an empty list`}},
		{"no values", detection("s: {a: []}\ncondition: s"), []string{`"a": an empty list can never match`}},
		{"nested map", detection("s: {a: {b: x}}\ncondition: s"), []string{`write a nested field with dots, such as a.b`}},
		{"nested list", detection("s: {a: [[x]]}\ncondition: s"), []string{`"a": want plain values, found a list`}},
		{"odd field", detection("s: {'a[0].b': x}\ncondition: s"), []string{`field "a[0].b": want names with dots`}},
		{"unknown modifier", detection("s: {a|sounds: x}\ncondition: s"), []string{`"a|sounds": no modifier "sounds": there are contains`}},
		{"modifier of Windows", detection("s: {a|windash|contains: x}\ncondition: s"), []string{"modifier windash is not supported: it is about Windows"}},
		{"placeholder", detection("s: {a|expand: '%x%'}\ncondition: s"), []string{"modifier expand is not supported"}},
		{"neq", detection("s: {a|neq: x}\ncondition: s"), []string{`write "not" before it`}},
		{"two kinds", detection("s: {a|contains|re: x}\ncondition: s"), []string{"modifiers contains and re do not go together"}},
		{"flag of nothing", detection("s: {a|i: x}\ncondition: s"), []string{"modifier i stands behind re only"}},
		{"cased network", detection("s: {a|cidr|cased: 10.0.0.0/8}\ncondition: s"), []string{"modifier cased is for text"}},
		{"missing modifier", detection("s: {'a|': x}\ncondition: s"), []string{`a modifier is missing after "|"`}},
		{"no field", detection("s: {'': x}\ncondition: s"), []string{"a field has no name"}},
		{"null modified", detection("s: {a|contains: null}\ncondition: s"), []string{"a: null cannot be modified"}},
		{"no expression", detection("s: {a|re: '(x'}\ncondition: s"), []string{"a|re: no expression that can be used"}},
		{"look-ahead", detection("s: {a|re: '(?=x)'}\ncondition: s"), []string{"look-arounds and back-references are not supported"}},
		{"large expression", detection("s: {a|re: '((a{100}){100})'}\ncondition: s"), []string{"the expression is too large"}},
		{"no network", detection("s: {a|cidr: 10.0.0.0}\ncondition: s"), []string{`a|cidr: "10.0.0.0" is no network`}},
		{"no number", detection("s: {a|lt: many}\ncondition: s"), []string{`a|lt: "many": want a number`}},
		{"no boolean", detection("s: {a|exists: maybe}\ncondition: s"), []string{"a|exists: want true or false"}},
		{"octal", detection("s: {a: 0123}\ncondition: s"), []string{"a: put 0123 in quotes"}},
		{"long value", detection("s: {a: " + strings.Repeat("x", 1001) + "}\ncondition: s"), []string{"a value of 1001 characters"}},
		{"contradiction", detection("s: {eventName: CreateUser}\nt: {eventName: DeleteUser}\ncondition: s and t"), []string{"rule.yml:6: detection can never match"}},
		{
			"many at once", strings.Replace(detection("s: {a|x: 1, b|y: 2}\nt: {c|re: '['}\ncondition: s"), "title: Test", "title: ''", 1) + "level: x",
			[]string{"rule.yml:1: title is empty", `rule.yml:7: "a|x"`, `rule.yml:7: "b|y"`, "rule.yml:8: c|re", "rule.yml:10: level"},
		},
		{"unknown action", head + whole + "riposte: {actions: [reboot]}", []string{`rule.yml:5: no action "reboot"`}},
		{"action that needs more", head + whole + "riposte: {actions: [revoke-security-group-rules]}", []string{"needs more than a Sigma rule can tell it"}},
		{"action without a resource", head + whole + "riposte: {actions: [detach-policy]}", []string{"action detach-policy needs riposte.resource: write its type (User, Role, Group)"}},
		{
			"action of another kind", head + whole + "riposte:\n  actions: [deactivate-access-key]\n  resource: {type: User, id: requestParameters.userName}",
			[]string{"rule.yml:6: action deactivate-access-key cannot work on a resource of type User: want AccessKey"},
		},
		{
			"action without its user", head + whole + "riposte:\n  actions: [deactivate-access-key]\n  resource: {type: AccessKey, id: requestParameters.accessKeyId}",
			[]string{"needs riposte.resource.parent: write the path of the user whose key it is"},
		},
		{
			"action without its params", head + whole + "riposte:\n  actions: [detach-policy, remove-inline-policy]\n  resource: {type: User, id: requestParameters.userName}",
			[]string{"needs riposte.params.policy_arn", "needs riposte.params.policy_name", "needs riposte.params.document_hash: write the path of the policy document"},
		},
		{
			"params of nobody", head + whole + "riposte:\n  actions: [start-cloudtrail-logging]\n  resource: {type: Trail, id: requestParameters.name}\n  params: {version_id: requestParameters.v}",
			[]string{"riposte.params.version_id: none of the rule's actions takes it"},
		},
		{
			"odd sources", head + whole + "riposte:\n  resource: {type: trail, id: userAgent, size: 3}\n  act: now",
			[]string{`riposte.resource.type "trail"`, `riposte.resource.id "userAgent": want the path of a field below requestParameters`, "riposte.resource.size: unknown key", "riposte.resource needs type and id", "riposte.act: unknown key"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := sigma.Load(fstest.MapFS{"rule.yml": {Data: []byte(tt.file)}}, actions.All())
			problems, ok := errors.AsType[sigma.Problems](err)
			if set != nil || !ok || len(problems) != len(tt.want) {
				t.Fatalf("%v, want %q", err, tt.want)
			}
			for i, want := range tt.want {
				if got := problems[i].Error(); !strings.Contains(got, want) {
					t.Errorf("%s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestTwins(t *testing.T) {
	whole := head + "detection: {s: {a: x}, condition: s}\n"
	other := strings.Replace(whole, "12345678", "87654321", 1)
	for name, tt := range map[string]struct{ a, b, want string }{
		"id":    {whole, strings.Replace(whole, "Test", "Other", 1), "b.yml:2: the id is that of a.yml too"},
		"title": {whole, other, "b.yml:1: the title is that of a.yml too, and so is the class sigma-test"},
	} {
		_, err := sigma.Load(fstest.MapFS{"a.yml": {Data: []byte(tt.a)}, "b.yml": {Data: []byte(tt.b)}}, nil)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestBounds(t *testing.T) {
	many := fstest.MapFS{}
	for i := range sigma.MaxFiles + 1 {
		many[fmt.Sprintf("%d.yml", i)] = &fstest.MapFile{}
	}
	if _, err := sigma.Load(many, nil); err == nil || !strings.Contains(err.Error(), "more than 2000 rule files") {
		t.Errorf("many files: %v", err)
	}
	large := fstest.MapFS{"a.yml": {Data: make([]byte, sigma.MaxFileSize+1)}}
	if _, err := sigma.Load(large, nil); err == nil || !strings.HasPrefix(err.Error(), "a.yml: larger than") {
		t.Errorf("large file: %v", err)
	}
	none, err := sigma.Load(fstest.MapFS{"README.md": {Data: []byte("no rule")}}, nil)
	if err != nil || len(none.Rules) != 0 || none.Wants([]byte("{}")) {
		t.Errorf("a folder without rules: %+v, %v", none, err)
	}
}

func TestLoadDir(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret.yml")
	for name, data := range map[string]string{
		secret:                                  "secret: word",
		filepath.Join(dir, "more", "rule.yaml"): head + "detection: {s: {a: x}, condition: s}\n",
		filepath.Join(dir, "notes.txt"):         "no rule",
		filepath.Join(dir, ".git", "x.yml"):     "no rule",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := sigma.LoadDir(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) != 1 || !strings.HasSuffix(set.Rules[0].Refs[0].Name, " in more/rule.yaml") {
		t.Errorf("rules: %+v", set.Rules)
	}
	for link, to := range map[string]string{"linked.yml": secret, "folder": outside} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	_, err = sigma.LoadDir(dir, nil)
	problems, _ := errors.AsType[sigma.Problems](err)
	if len(problems) != 2 || problems[0].File != "folder" || problems[1].File != "linked.yml" || strings.Contains(err.Error(), "word") {
		t.Errorf("links: %v", err)
	}
	if _, err := sigma.LoadDir(filepath.Join(dir, "absent"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent folder: %v", err)
	}
}

func TestDescription(t *testing.T) {
	file := "title: Somebody did it.\nid: 12345678-1234-4123-8123-123456789ABC\nlogsource: {product: aws, service: cloudtrail}\n" +
		"description: |\n  One line\n  and **What to do.**\u200b another.\nlevel: critical\ntags: [attack.persistence, attack.t1098.001, ATTACK.T1078, cve.2020.1]\n" +
		"references: [https://example.com/a, 'http://example.com/b', 'https://example.com/ x', 'javascript:x']\nfalsepositives:\n  - Now and then\n  - Often\n" +
		"detection: {s: {a: x}, condition: s}\n"
	r := load(t, []byte(file)).Rules[0]
	if err := detect.Validate([]*detect.Rule{r}); err != nil {
		t.Error(err)
	}
	wantDoc := "**Why it matters.** One line and What to do.\ufffd another.\n\n**False positives.** Now and then; Often\n\n" +
		"**What to do.** Ask whoever made the call whether it was meant, and look at what else they did. The rule stands in rule.yml. More about it: <https://example.com/a>."
	if diff := cmp.Diff(wantDoc, r.Doc); diff != "" {
		t.Errorf("doc (-want +got)\n%s", diff)
	}
	wantRefs := []detect.Ref{
		{Kind: "Sigma", Name: "12345678-1234-4123-8123-123456789abc in rule.yml", URL: "https://sigmahq.io/docs/basics/rules.html"},
		{Kind: "ATT&CK", Name: "T1098.001", URL: "https://attack.mitre.org/techniques/T1098/001/"},
		{Kind: "ATT&CK", Name: "T1078", URL: "https://attack.mitre.org/techniques/T1078/"},
		{Kind: "Sigma", Name: "example.com/a", URL: "https://example.com/a"},
	}
	if diff := cmp.Diff(wantRefs, r.Refs); diff != "" {
		t.Errorf("refs (-want +got)\n%s", diff)
	}
	if r.Title != "Somebody did it" || r.Class != "sigma-somebody-did-it" || r.Severity != detect.Critical || !r.Attempts || r.ID != "SIGMA-AF16785C" {
		t.Errorf("%s %q %s %s attempts %v", r.ID, r.Title, r.Class, r.Severity, r.Attempts)
	}
}
