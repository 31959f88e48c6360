package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// replacedBy are the properties whose change makes CloudFormation put a new resource into the place of an old one. One that has a
// name of its own cannot even be replaced: the name is taken.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html
func replacedBy() map[string][]string {
	return map[string][]string{
		"AWS::CloudFormation::StackSet": {"StackSetName", "PermissionModel"},
		"AWS::DynamoDB::Table":          {"TableName", "KeySchema"},
		"AWS::Events::EventBus":         {"Name"},
		"AWS::IAM::ManagedPolicy":       {"ManagedPolicyName", "Description", "Path"},
		"AWS::IAM::Role":                {"RoleName", "Path"},
		"AWS::KMS::Alias":               {"AliasName"},
		"AWS::KMS::Key":                 {"KeySpec", "KeyUsage", "MultiRegion"},
		"AWS::Lambda::Function":         {"FunctionName", "PackageType"},
		"AWS::Logs::LogGroup":           {"LogGroupName"},
		"AWS::SNS::Topic":               {"TopicName", "FifoTopic"},
		"AWS::SQS::Queue":               {"QueueName", "FifoQueue"},
		"AWS::Scheduler::Schedule":      {"Name"},
		"AWS::Scheduler::ScheduleGroup": {"Name"},
	}
}

// holdsState are the types of which an upgrade may not even drop one: what is in them, or what others know them by, would be lost.
func holdsState() []string {
	return []string{
		"AWS::CloudFormation::StackSet", "AWS::DynamoDB::Table", "AWS::Events::EventBus", "AWS::KMS::Key", "AWS::Logs::LogGroup",
		"AWS::SNS::Topic", "AWS::SQS::Queue",
	}
}

// A lasting resource is one that an upgrade has to leave in its place.
type lasting struct {
	Type     string            `json:"type"`
	Keep     string            `json:"keep,omitempty"` // what becomes of it when it is deleted or replaced
	Identity map[string]string `json:"identity,omitempty"`
}

// lastingIn returns the resources of a template that an upgrade has to leave in their place, by their logical IDs.
func lastingIn(tpl template) map[string]lasting {
	out := map[string]lasting{}
	for id, r := range tpl.Resources {
		properties, ok := replacedBy()[r.Type]
		if !ok {
			continue
		}
		l := lasting{Type: r.Type}
		if r.DeletionPolicy != "" || r.UpdateReplacePolicy != "" {
			l.Keep = r.DeletionPolicy + ", " + r.UpdateReplacePolicy
		}
		for _, p := range properties {
			if v := r.Properties[p]; v != nil {
				if l.Identity == nil {
					l.Identity = map[string]string{}
				}
				l.Identity[p] = text(v)
			}
		}
		out[id] = l
	}
	return out
}

// upgraded returns what an upgrade from earlier versions would delete, replace or keep no longer.
func upgraded(was, is map[string]lasting) []string {
	var out []string
	for id, before := range was {
		now, there := is[id]
		switch {
		case !there && slices.Contains(holdsState(), before.Type):
			out = append(out, fmt.Sprintf("%s of type %s would be deleted", id, before.Type))
		case there && !cmp.Equal(before, now):
			out = append(out, fmt.Sprintf("%s would be replaced, or kept no longer: it was %v and is %v", id, before, now))
		}
	}
	slices.Sort(out)
	return out
}

// TestUpgradesKeepWhatLasts holds that no resource which earlier versions deployed is replaced, and that none which holds state
// is deleted or loses its protection. -update adds what is new to the file and changes nothing that is there: whoever means to
// replace something edits the file by hand, and says in CHANGELOG.md what it takes.
func TestUpgradesKeepWhatLasts(t *testing.T) {
	path := filepath.Join("..", "testdata", "lasting.json")
	was := map[string]map[string]lasting{}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &was)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	for stack, tpl := range map[string]template{
		"home": configuredTemplate(t), "hub": get(t, fullHubs, homeStack), "outpost": get(t, plain, outpostStack), "spoke": spokeTemplateOf(t),
		"spoke alone": get(t, spokes, outpostStack), "responder alone": get(t, spokes, "Riposte-responder"),
	} {
		is := lastingIn(tpl)
		for _, wrong := range upgraded(was[stack], is) {
			t.Errorf("%s: %s", stack, wrong)
		}
		maps.Copy(is, was[stack])
		if *update {
			was[stack] = is
		} else if diff := cmp.Diff(is, was[stack]); diff != "" {
			t.Errorf("%s is not in %s yet; run \"go test ./infra/stack -update\" (-template +file):\n%s", stack, path, diff)
		}
	}
	if *update {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(was); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUpgradesThatLose holds that the test above notices what loses something.
func TestUpgradesThatLose(t *testing.T) {
	home := configuredTemplate(t)
	was := lastingIn(home)
	renamed := func(kind, begin string) func(template) {
		return func(tpl template) {
			id, r := tpl.the(kind, begin)
			delete(tpl.Resources, id)
			tpl.Resources["Other"+id] = r
		}
	}
	for name, test := range map[string]struct {
		change func(template)
		says   string
	}{
		"a queue under another ID":   {renamed("AWS::SQS::Queue", "Jobs"), "would be deleted"},
		"a table under another ID":   {renamed("AWS::DynamoDB::Table", "Ledger"), "would be deleted"},
		"a table with a name":        {with("AWS::DynamoDB::Table", "Ledger", "TableName", "riposte"), "would be replaced"},
		"a queue of another kind":    {with("AWS::SQS::Queue", "Jobs", "FifoQueue", nil), "would be replaced"},
		"a role with another name":   {with("AWS::IAM::Role", "RemediateRole", "RoleName", "Riposte-remediator"), "would be replaced"},
		"a policy's new description": {with("AWS::IAM::ManagedPolicy", "RemediateActions1", "Description", "Permissions"), "would be replaced"},
		"a key that goes with the stack": {func(tpl template) {
			id, r := tpl.the("AWS::KMS::Key", "Key")
			r.DeletionPolicy = "Delete"
			tpl.Resources[id] = r
		}, "kept no longer"},
		"a log that goes with its group": {func(tpl template) {
			id, r := tpl.the("AWS::Logs::LogGroup", "DetectLogs")
			r.UpdateReplacePolicy = ""
			tpl.Resources[id] = r
		}, "kept no longer"},
	} {
		said := strings.Join(upgraded(was, lastingIn(mutated(t, home, test.change))), "\n")
		if !strings.Contains(said, test.says) {
			t.Errorf("%s: %q, want that it says %q", name, said, test.says)
		}
	}
	if said := upgraded(was, lastingIn(mutated(t, home, without("AWS::Scheduler::Schedule", "SettleSchedule")))); len(said) > 0 {
		t.Errorf("a schedule that is no longer needed: %v", said)
	}
}
