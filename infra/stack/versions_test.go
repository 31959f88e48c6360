package stack

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"riposte/events"
	"riposte/internal/testkit/calls"
	"riposte/pkg/cloudtrail"
	beats "riposte/pkg/heartbeat"
	"riposte/pkg/routing"
)

// earlierSpokes returns the templates of spokes as earlier versions rolled them out, by their files' names. Those files are never
// rewritten; a release whose spokes are others adds one. What is spelt out in them is what hubs have to take from now on.
func earlierSpokes(t *testing.T) map[string]template {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "spokes", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no spokes of earlier versions: %v", err)
	}
	out := map[string]template{}
	for _, file := range files {
		tpl, err := readTemplate(file)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[filepath.Base(file)] = tpl
	}
	return out
}

// TestEarlierSpokesGoOnWorking holds that the hub of this version takes what spokes of earlier versions and of this one send, and
// can take on their responders: while a rollout is under way, and after one that failed, both are there.
func TestEarlierSpokesGoOnWorking(t *testing.T) {
	spokes := earlierSpokes(t)
	spokes["this version's"] = spokeTemplateOf(t)
	for name, spoke := range spokes {
		t.Run(name, func(t *testing.T) {
			if said := checkSpoke(t, spoke, get(t, fullHubs, homeStack)); len(said) > 0 {
				t.Error(strings.Join(said, "\n"))
			}
		})
	}
}

// checkSpoke returns what of a spoke does not work with a hub.
func checkSpoke(t *testing.T, spoke, hub template) (wrong []string) {
	t.Helper()
	say := func(text string) { wrong = append(wrong, text) }
	parse := func(tpl template, id string) func(event string) bool {
		m, err := routing.Parse([]byte(patternAs(tpl.one(t, "AWS::Events::Rule", id), "444455556666", "eu-west-1")))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		return func(event string) bool {
			match, err := m.Match([]byte(event))
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			return match
		}
	}
	var forwards []func(string) bool
	for id := range spoke.ofType("AWS::Events::Rule") {
		if strings.HasPrefix(id, "Events") {
			forwards = append(forwards, parse(spoke, short(id)))
		}
	}
	takes, forwarded := parse(hub, "IntakeEvents"), 0
	for name, event := range sampleEvents(t) {
		if slices.ContainsFunc(forwards, func(wants func(string) bool) bool { return wants(event) }) {
			if forwarded++; !takes(event) {
				say("what it forwards of " + name + " is not taken in")
			}
		}
	}
	if forwarded < 100 {
		say("it forwards next to nothing")
	}
	if alarm := alarmEvent("Riposte-LostForwards", "ALARM"); !parse(spoke, "Alarms")(alarm) || !parse(hub, "IntakeAlarms")(alarm) {
		say("its alarms do not reach the topic")
	}
	beat := strings.NewReplacer("111122223333", "444455556666").Replace(sampleEvents(t)["events/TagResource.riposte-heartbeat.json"])
	ev, err := cloudtrail.DecodeAny([]byte(beat))
	if err != nil {
		t.Fatal(err)
	}
	role := text(spoke.one(t, "AWS::IAM::Role", "BeatRole").Properties["RoleName"])
	if !parse(spoke, "Beats")(beat) || !takes(beat) || !beats.Is(ev, "Riposte", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) ||
		role != beats.RoleName("Riposte", "<AWS::Region>") {
		say("its heartbeats are not known as such")
	}
	return append(wrong, checkMembership(t, spoke, hub)...)
}

// checkMembership returns what keeps a spoke from the hub's bus, or the hub from the spoke's responder.
func checkMembership(t *testing.T, spoke, hub template) (wrong []string) {
	t.Helper()
	given := map[string]string{}
	for _, p := range hub.one(t, "AWS::CloudFormation::StackSet", "Spokes").Properties["Parameters"].([]any) {
		p := p.(map[string]any)
		given[p["ParameterKey"].(string)] = text(p["ParameterValue"])
	}
	if want, got := slices.Sorted(maps.Keys(spoke.Parameters)), slices.Sorted(maps.Keys(given)); !slices.Equal(want, got) {
		wrong = append(wrong, "it has the parameters "+strings.Join(want, ", ")+", and the hub gives "+strings.Join(got, ", "))
	}
	forwarder := "arn:<AWS::Partition>:iam::444455556666:role/" + text(spoke.one(t, "AWS::IAM::Role", "ForwardRole").Properties["RoleName"])
	statement := hub.one(t, "AWS::Events::EventBusPolicy", "IntakePolicy").Properties["Statement"]
	if !slices.ContainsFunc(statements(map[string]any{"Statement": []any{statement}})[0].condition, func(c string) bool {
		pattern, ok := strings.CutPrefix(c, "ArnLike aws:PrincipalArn = ")
		return ok && covers(pattern, forwarder)
	}) {
		wrong = append(wrong, "the hub does not let in "+forwarder)
	}
	if !mayForward(t, spoke, "<HubBusArn>") {
		wrong = append(wrong, "it may not put events on the hub's bus")
	}
	env, responder := environment(t, hub, remediate), spoke.one(t, "AWS::IAM::Role", "Responder")
	if env["RIPOSTE_RESPONDER"] != text(responder.Properties["RoleName"]) || env["RIPOSTE_EXTERNAL_ID"] != given[externalIDParameter] {
		wrong = append(wrong, "the hub takes on "+env["RIPOSTE_RESPONDER"]+" with another external ID or name")
	}
	trusts := statements(responder.Properties["AssumeRolePolicyDocument"])
	for _, r := range records(t, "permissions", "testdata", "functions.golden.jsonl") {
		if strings.HasPrefix(r.Action, "sts:") && strings.HasSuffix(r.Resource, ":role/Riposte-responder") && !letsIn(trusts, r) {
			wrong = append(wrong, "its responder does not let the hub "+r.Action)
		}
	}
	return wrong
}

// letsIn reports whether a responder's trust allows a call that the remediator makes.
func letsIn(trusts []policyStatement, call calls.Record) bool {
	has := map[string]string{
		"aws:PrincipalArn": "arn:<AWS::Partition>:iam::<HubAccount>:role/Riposte-remediate", "sts:ExternalId": "<ExternalId>",
		"sts:SourceIdentity": call.Context["sts:SourceIdentity"], "sts:RoleSessionName": call.Context["sts:RoleSessionName"],
	}
	if call.Context["sts:ExternalId"] == "" {
		delete(has, "sts:ExternalId")
	}
	return slices.ContainsFunc(trusts, func(s policyStatement) bool {
		return s.effect == "Allow" && slices.Contains(s.actions, call.Action) && !slices.ContainsFunc(s.condition, func(c string) bool {
			_, rest, _ := strings.Cut(c, " ")
			key, pattern, _ := strings.Cut(rest, " = ")
			value, known := has[key]
			return !known || !covers(pattern, value)
		})
	})
}

// patternAs returns the pattern of a rule as CloudFormation writes it in an account and region.
func patternAs(rule resource, account, region string) string {
	return strings.NewReplacer("<AWS::Partition>", "aws", "<AWS::AccountId>", account, "<AWS::Region>", region).
		Replace(text(rule.Properties["EventPattern"]))
}

// sampleEvents returns the events that the rules are tested with, by the names of their files.
func sampleEvents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(events.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(events.Files(), path)
		out[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSpokesThatNoLongerWork holds that the test above notices what a later version could break.
func TestSpokesThatNoLongerWork(t *testing.T) {
	for name, test := range map[string]struct {
		change func(template)
		says   string
	}{
		"a narrower intake":      {with("AWS::Events::Rule", "IntakeEvents", "EventPattern", `{"source":["aws.iam"],"detail":{"eventSource":["iam.amazonaws.com"]}}`), "is not taken in"},
		"alarms of another name": {with("AWS::Events::Rule", "IntakeAlarms", "EventPattern", `{"source":["aws.cloudwatch"],"detail":{"alarmName":["Alarm"]}}`), "do not reach the topic"},
		"another forwarder": {func(tpl template) {
			_, r := tpl.the("AWS::Events::EventBusPolicy", "IntakePolicy")
			r.Properties["Statement"].(map[string]any)["Condition"].(map[string]any)["ArnLike"] = map[string]any{"aws:PrincipalArn": "arn:aws:iam::*:role/Riposte-forwarder"}
		}, "does not let in"},
		"another responder": {func(tpl template) {
			_, r := tpl.the("AWS::Lambda::Function", "Remediate")
			r.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)["RIPOSTE_RESPONDER"] = "Riposte-agent"
		}, "takes on Riposte-agent"},
		"one parameter more": {func(tpl template) {
			_, r := tpl.the("AWS::CloudFormation::StackSet", "Spokes")
			r.Properties["Parameters"] = append(r.Properties["Parameters"].([]any), map[string]any{"ParameterKey": "HubRegion", "ParameterValue": "eu-central-1"})
		}, "the hub gives"},
	} {
		for spoke, tpl := range earlierSpokes(t) {
			said := strings.Join(checkSpoke(t, tpl, mutated(t, get(t, fullHubs, homeStack), test.change)), "\n")
			if !strings.Contains(said, test.says) {
				t.Errorf("%s with the spoke of %s: %q, want that it names %q", name, spoke, said, test.says)
			}
		}
	}
	hub := get(t, fullHubs, homeStack)
	for name, test := range map[string]struct {
		change func(template)
		says   string
	}{
		"another external ID": {trust(0, func(s map[string]any) {
			s["Condition"].(map[string]any)["StringEquals"] = map[string]any{"sts:ExternalId": "x"}
		}), "sts:AssumeRole"},
		"another source identity": {trust(1, func(s map[string]any) {
			s["Condition"].(map[string]any)["StringLike"] = map[string]any{"sts:SourceIdentity": "guard-*"}
		}), "sts:SetSourceIdentity"},
		"beats of another role": {with("AWS::IAM::Role", "BeatRole", "RoleName", "Riposte-beat"), "heartbeats are not known"},
	} {
		if said := strings.Join(checkSpoke(t, mutated(t, spokeTemplateOf(t), test.change), hub), "\n"); !strings.Contains(said, test.says) {
			t.Errorf("%s: %q, want that it names %q", name, said, test.says)
		}
	}
}
