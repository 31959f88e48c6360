package stack

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	beats "riposte/pkg/heartbeat"
)

// schedulesOf returns what a template does by the clock: what, how often, with what, by whose permission.
func schedulesOf(tpl template) map[string][]string {
	out := map[string][]string{}
	for _, r := range tpl.ofType("AWS::Scheduler::Schedule") {
		target := r.Properties["Target"].(map[string]any)
		out[text(r.Properties["Name"])] = []string{
			text(target["Arn"]), text(r.Properties["ScheduleExpression"]), text(target["Input"]), text(target["RoleArn"]), text(r.Properties["GroupName"]),
		}
	}
	return out
}

// TestSchedules holds what is done by the clock. A message to the jobs' queue has an ID of its own each time: SQS drops what
// looks the same within five minutes.
func TestSchedules(t *testing.T) {
	beat := []string{
		"arn:<AWS::Partition>:scheduler:::aws-sdk:eventbridge:tagResource", "rate(15 minutes)",
		`{"ResourceARN":"arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/Riposte-heartbeat",` +
			`"Tags":[{"Key":"riposte:heartbeat","Value":"<aws.scheduler.scheduled-time>"}]}`,
		"<BeatRole.Arn>", "<Schedules>",
	}
	look := []string{"<Heartbeat.Arn>", "rate(5 minutes)", "null", "<HeartbeatCheckRole.Arn>", "<Schedules>"}
	settle := []string{
		"arn:<AWS::Partition>:scheduler:::aws-sdk:sqs:sendMessage", "rate(5 minutes)",
		`{"MessageBody":"{\"settle\":true}","MessageDeduplicationId":"settle-<aws.scheduler.scheduled-time>","MessageGroupId":"settle","QueueUrl":"<Jobs>"}`,
		"<SettleRole.Arn>", "<Schedules>",
	}
	tick := []string{"<Notify.Arn>", "rate(5 minutes)", `{"tick":true}`, "<TickRole.Arn>", "<Schedules>"}
	for name, test := range map[string]struct {
		tpl  template
		want map[string][]string
	}{
		"plain": {plainTemplate(t), map[string][]string{"Riposte-heartbeat": beat, "Riposte-heartbeat-check": look, "Riposte-tick": tick}},
		"configured": {configuredTemplate(t), map[string][]string{
			"Riposte-heartbeat": beat, "Riposte-heartbeat-check": look, "Riposte-settle": settle, "Riposte-tick": tick,
		}},
		"outpost": {get(t, plain, outpostStack), map[string][]string{"Riposte-heartbeat": beat}},
		"spoke":   {spokeTemplateOf(t), map[string][]string{"Riposte-heartbeat": beat}},
	} {
		if diff := cmp.Diff(test.want, schedulesOf(test.tpl)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSchedulesMayDoWhatTheyDo holds that the roles of schedules may make the one call that they make, on the one thing.
func TestSchedulesMayDoWhatTheyDo(t *testing.T) {
	tpl := configuredTemplate(t)
	for role, want := range map[string][]string{
		"BeatRole":           {"events:TagResource on arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/Riposte-heartbeat if ForAllValues:StringEquals aws:TagKeys = riposte:heartbeat"},
		"HeartbeatCheckRole": {"lambda:InvokeFunction on <Heartbeat.Arn> if "},
		"TickRole":           {"lambda:InvokeFunction on <Notify.Arn> if "},
		"SettleRole": {
			"sqs:SendMessage on <Jobs.Arn> if ",
			"kms:Decrypt, kms:GenerateDataKey on <Key.Arn> if StringEquals kms:ViaService = sqs.<AWS::Region>.amazonaws.com",
		},
	} {
		var got []string
		for _, s := range policiesOf(t, tpl, role) {
			got = append(got, strings.Join(s.actions, ", ")+" on "+strings.Join(s.resources, ", ")+" if "+strings.Join(s.condition, " and "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
}

// TestHeartbeatIsRecognised holds that rule and role have the names by which a beat is told from other events.
func TestHeartbeatIsRecognised(t *testing.T) {
	for name, tpl := range map[string]template{"home": plainTemplate(t), "outpost": get(t, plain, outpostStack), "spoke": spokeTemplateOf(t)} {
		if got := text(tpl.one(t, "AWS::Events::Rule", "Beats").Properties["Name"]); got != beats.RuleName("Riposte") {
			t.Errorf("%s: the rule is %s", name, got)
		}
		if got := text(tpl.one(t, "AWS::IAM::Role", "BeatRole").Properties["RoleName"]); got != beats.RoleName("Riposte", "<AWS::Region>") {
			t.Errorf("%s: the role is %s", name, got)
		}
	}
}

// TestWithoutHeartbeat holds that a deployment can do without, and then has nothing of it.
func TestWithoutHeartbeat(t *testing.T) {
	all, err := synthAll(Settings{}, func(s *Settings) { s.Heartbeat = false })
	if err != nil {
		t.Fatal(err)
	}
	for stack, tpl := range all {
		for id, r := range tpl.Resources {
			if strings.Contains(strings.ToLower(id), "beat") || r.Type == "AWS::Scheduler::Schedule" && short(id) != "TickSchedule" {
				t.Errorf("%s has %s of type %s", stack, id, r.Type)
			}
		}
	}
}

// TestPlaces holds that every region that is watched has to beat, and is told so.
func TestPlaces(t *testing.T) {
	for name, test := range map[string]struct {
		from func() (map[string]template, error)
		want []string
	}{
		"single": {plain, []string{"us-east-1", "ap-southeast-2", "eu-north-1", "us-east-2", "us-west-2"}},
		"hub":    {hubs, []string{"us-east-1", "eu-central-1", "ap-southeast-2", "eu-north-1", "us-east-2", "us-west-2"}},
	} {
		env := environment(t, get(t, test.from, homeStack), heartbeat)
		if got := strings.Split(env["RIPOSTE_PLACES"], ","); !slices.Equal(got, test.want) {
			t.Errorf("%s: places %v, want %v", name, got, test.want)
		}
		if env["RIPOSTE_HEARTBEAT_AGE"] != "45m0s" {
			t.Errorf("%s: a place may be silent for %s", name, env["RIPOSTE_HEARTBEAT_AGE"])
		}
		for _, region := range test.want {
			if stack := map[bool]string{true: homeStack, false: "Riposte-" + region}[region == map[string]string{"single": "us-east-1", "hub": "eu-central-1"}[name]]; len(
				schedulesOf(get(t, test.from, stack))["Riposte-heartbeat"]) == 0 {
				t.Errorf("%s: %s has to beat and does not", name, region)
			}
		}
	}
}

// TestSilence holds that the remediator knows when and how containments end.
func TestSilence(t *testing.T) {
	env := environment(t, configuredTemplate(t), remediate)
	if env["RIPOSTE_SILENCE_AFTER"] != "4h0m0s" || env["RIPOSTE_SILENCE"] != "undo" {
		t.Errorf("after %q: %q", env["RIPOSTE_SILENCE_AFTER"], env["RIPOSTE_SILENCE"])
	}
	keeps := everything()
	policy := *keeps.Policy
	policy.Silence.Undo = false
	keeps.Policy, keeps.Undo = &policy, false
	tpl, err := synth(keeps)
	if err != nil {
		t.Fatal(err)
	}
	if env := environment(t, tpl, remediate); env["RIPOSTE_SILENCE"] != "keep" {
		t.Errorf("riposte.yaml keeps, and the remediator %s", env["RIPOSTE_SILENCE"])
	}
	attach := func(tpl template) bool {
		return slices.ContainsFunc(rolePolicy(t, tpl, remediate), func(s policyStatement) bool {
			return s.effect == "Allow" && slices.Contains(s.actions, "iam:AttachUserPolicy")
		})
	}
	if attach(tpl) || !attach(configuredTemplate(t)) {
		t.Errorf("the remediator may attach a policy: %v where it never undoes, %v where it does", attach(tpl), attach(configuredTemplate(t)))
	}
}

// TestTheHubWatchesMembers holds what the functions are told about the accounts that they work in.
func TestTheHubWatchesMembers(t *testing.T) {
	single, hub := environment(t, plainTemplate(t), detect), environment(t, hubTemplate(t), detect)
	if single["RIPOSTE_SCOPE"] != "account" || hub["RIPOSTE_SCOPE"] != "organization" {
		t.Errorf("scopes %s and %s", single["RIPOSTE_SCOPE"], hub["RIPOSTE_SCOPE"])
	}
	const responders = ",arn:<AWS::Partition>:iam::*:role/Riposte-responder"
	if strings.HasSuffix(single["RIPOSTE_OWN_ROLES"], responders) || hub["RIPOSTE_OWN_ROLES"] != single["RIPOSTE_OWN_ROLES"]+responders {
		t.Errorf("own roles %s and %s", single["RIPOSTE_OWN_ROLES"], hub["RIPOSTE_OWN_ROLES"])
	}
	env := environment(t, hubTemplate(t), remediate)
	if env["RIPOSTE_RESPONDER"] != "Riposte-responder" || env["RIPOSTE_EXTERNAL_ID"] != externalIDOf("o-a1b2c3d4e5", "Riposte") || env["RIPOSTE_ROOT_TASKS"] != "" {
		t.Errorf("the remediator gets %v", env)
	}
}
