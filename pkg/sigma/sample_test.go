package sigma_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"riposte/events"
	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/routing"
	"riposte/pkg/sigma"
)

const sampleRules = "testdata/rules"

// TestSampleRules holds what each sample rule finds in the project's sample events and what it leaves alone, and every
// rule on every event against the straightforward evaluation.
func TestSampleRules(t *testing.T) {
	set, err := sigma.LoadDir(sampleRules, actions.All())
	if err != nil {
		t.Fatal(err)
	}
	if err := detect.Validate(set.Rules); err != nil {
		t.Error(err)
	}
	rules := references(t, ruleFiles(t, os.DirFS(sampleRules)))
	found := map[string][]string{} // files of rules by event
	index := detect.NewIndex(set.Rules)
	byID := map[string]string{}
	for _, r := range set.Rules {
		byID[r.ID] = fileOf(t, r)
	}
	err = fs.WalkDir(events.Files(), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".json") {
			return err
		}
		data, err := fs.ReadFile(events.Files(), name)
		if err != nil {
			return err
		}
		var envelope struct{ Detail json.RawMessage }
		if err := json.Unmarshal(data, &envelope); err != nil {
			return err
		}
		agrees(t, set, rules, envelope.Detail)
		ev, err := cloudtrail.DecodeAny(data)
		if err != nil {
			return err
		}
		found[name] = []string{}
		for _, f := range index.Match(ev) {
			found[name] = append(found[name], byID[f.Rule])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		file         string
		fires, quiet []string
	}{
		{
			"key_for_somebody_else.yml",
			[]string{"iam/CreateAccessKey.other-user.json", "iam/CreateAccessKey.assumed-role.json"},
			[]string{"iam/CreateAccessKey.own.json", "iam/CreateAccessKey.root.json"},
		},
		{"old_library.yml", []string{"bedrock/DeleteGuardrail.version.json"}, []string{"account/EnableRegion.denied.json"}},
		{"odd_session.yml", []string{"signin/GetSigninToken.instance.json"}, []string{"iam/CreateAccessKey.assumed-role.json"}},
		{
			"more/failed_write.yml",
			[]string{"iam/PutRolePolicy.denied.json", "cloudtrail/UpdateTrail.denied.json", "iam/AttachRolePolicy.denied.json"},
			[]string{"iam/CreateAccessKey.denied.json", "cloudtrail/StopLogging.name.json", "cloudtrail/DeleteTrail.not-found.json"},
		},
		{
			"more/open_port.yml",
			[]string{"ec2/AuthorizeSecurityGroupIngress.all-ports.json"},
			[]string{"ec2/AuthorizeSecurityGroupIngress.private.json", "ec2/AuthorizeSecurityGroupIngress.office-8443.json"},
		},
		{"more/words.yml", []string{"kms/PutKeyPolicy.everyone.json"}, []string{"iam/PutRolePolicy.denied.json"}},
	} {
		for _, name := range tt.fires {
			if !slices.Contains(found[name], tt.file) {
				t.Errorf("%s does not find %s, there is %v", tt.file, name, found[name])
			}
		}
		for _, name := range tt.quiet {
			if files, known := found[name]; !known || slices.Contains(files, tt.file) {
				t.Errorf("%s finds %s, or there is no such event", tt.file, name)
			}
		}
	}
}

// TestLongPatternsCanBeRendered holds that a rule with a long list does not keep EventBridge rules from being made: names
// are spread over several, and errors, which cannot be, are left out when they are too many.
func TestLongPatternsCanBeRendered(t *testing.T) {
	var names, codes []string
	for i := range 400 {
		names = append(names, fmt.Sprintf("CreateThingOfKind%d", i))
		codes = append(codes, fmt.Sprintf("ThingOfKind%dNotFound", i))
	}
	source := "s: {eventSource: iam.amazonaws.com, "
	for _, tt := range []struct {
		detection string
		errors    int
	}{
		{source + "eventName: [" + strings.Join(names, ", ") + "]}\ncondition: s", 0},
		{source + "errorCode: [" + strings.Join(codes[:20], ", ") + "]}\ncondition: s", 20},
		{source + "errorCode: [" + strings.Join(codes, ", ") + "]}\ncondition: s", 0},
	} {
		rules := load(t, ruleOf(tt.detection)).Rules
		if n := len(rules[0].Pattern[0].Errors); n != tt.errors {
			t.Errorf("%.60s: %d errors in the pattern, want %d", tt.detection, n, tt.errors)
		}
		if _, err := routing.Render(rules); err != nil {
			t.Errorf("%.60s: %v", tt.detection, err)
		}
	}
}

// BenchmarkLoad measures what a cold start pays for the sample rules.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := sigma.LoadDir(sampleRules, actions.All()); err != nil {
			b.Fatal(err)
		}
	}
}
