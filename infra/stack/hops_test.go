package stack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
	notifications "riposte/pkg/notify"
	"riposte/pkg/routing"
)

// lines returns the queues that are the end of a hop: those that have no dead-letter queue of their own.
func lines(tpl template) []string {
	var out []string
	for id, q := range tpl.ofType("AWS::SQS::Queue") {
		if q.Properties["RedrivePolicy"] == nil {
			out = append(out, "<"+short(id)+".Arn>")
		}
	}
	slices.Sort(out)
	return out
}

// TestEveryHopEndsInAQueue holds that what cannot be delivered or worked on is kept, and that whoever has to keep it may.
func TestEveryHopEndsInAQueue(t *testing.T) {
	tpl := plainTemplate(t)
	used := map[string]bool{}
	for id, r := range tpl.ofType("AWS::Events::Rule") {
		for _, target := range r.Properties["Targets"].([]any) {
			target := target.(map[string]any)
			lost, ok := target["DeadLetterConfig"].(map[string]any)
			if !ok {
				t.Errorf("rule %s has a target without a dead-letter queue", id)
				continue
			}
			queue := text(lost["Arn"])
			used[queue] = true
			if !mayFill(tpl, queue, "<"+short(id)+".Arn>") {
				t.Errorf("rule %s may not put anything into its dead-letter queue %s", id, queue)
			}
			want := map[string]any{"MaximumEventAgeInSeconds": 86400.0, "MaximumRetryAttempts": 185.0} // the most that there is
			if diff := cmp.Diff(want, target["RetryPolicy"]); diff != "" {
				t.Errorf("how rule %s tries again (-want +got):\n%s", id, diff)
			}
		}
	}
	for id, c := range tpl.ofType("AWS::Lambda::EventInvokeConfig") {
		if c.Properties["MaximumEventAgeInSeconds"] != 21600.0 || c.Properties["MaximumRetryAttempts"] != 2.0 { // the most that there is
			t.Errorf("%s tries %v times again for %v s", id, c.Properties["MaximumRetryAttempts"], c.Properties["MaximumEventAgeInSeconds"])
		}
		queue := text(c.Properties["DestinationConfig"].(map[string]any)["OnFailure"].(map[string]any)["Destination"])
		used[queue] = true
		f := function(map[string]string{"<Detect>": "detect", "<Notify>": "notify"}[text(c.Properties["FunctionName"])])
		if !slices.ContainsFunc(rolePolicy(t, tpl, f), func(s policyStatement) bool {
			return slices.Contains(s.actions, "sqs:SendMessage") && slices.Contains(s.resources, queue)
		}) {
			t.Errorf("%s: the role of %s may not put anything into %s", id, f, queue)
		}
	}
	if n := len(tpl.ofType("AWS::Lambda::EventInvokeConfig")); n != 2 {
		t.Errorf("%d functions keep what they failed on, want detect and notify", n)
	}
	for id, m := range tpl.ofType("AWS::Lambda::EventSourceMapping") {
		if source := text(m.Properties["EventSourceArn"]); source != "<Jobs.Arn>" {
			t.Errorf("%s takes jobs from %s", id, source)
		}
		if got := texts(m.Properties["FunctionResponseTypes"]); !slices.Contains(got, "ReportBatchItemFailures") {
			t.Errorf("%s reports %v: one failed job would bring its whole batch back", id, got)
		}
	}
	redrive := tpl.one(t, "AWS::SQS::Queue", "Jobs").Properties["RedrivePolicy"].(map[string]any)
	used[text(redrive["deadLetterTargetArn"])] = true
	if diff := cmp.Diff(lines(tpl), slices.Sorted(maps.Keys(used))); diff != "" {
		t.Errorf("dead-letter queues that no hop uses (-), or hops that end in other queues (+):\n%s", diff)
	}
}

// mayFill reports whether the policy of a queue lets EventBridge send for a rule.
func mayFill(tpl template, queue, rule string) bool {
	for _, p := range tpl.ofType("AWS::SQS::QueuePolicy") {
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			if s.effect == "Allow" && slices.Equal(s.resources, []string{queue}) && slices.Equal(s.actions, []string{"sqs:SendMessage"}) &&
				slices.Equal(s.principals, []string{"Service events.amazonaws.com"}) &&
				slices.ContainsFunc(s.condition, func(c string) bool {
					list, ok := cutPrefix(c, "ArnEquals aws:SourceArn = ")
					return ok && slices.Contains(list, rule)
				}) {
				return true
			}
		}
	}
	return false
}

// TestEveryQueueHasAnAlarm holds that nobody has to look into a queue to learn that something is in it.
func TestEveryQueueHasAnAlarm(t *testing.T) {
	for name, tpl := range map[string]template{"plain": plainTemplate(t), "configured": configuredTemplate(t)} {
		watched := map[string]bool{}
		for id, a := range tpl.ofType("AWS::CloudWatch::Alarm") {
			p := a.Properties
			if got := texts(p["AlarmActions"]); !slices.Contains(got, "<Topic>") {
				t.Errorf("%s: alarm %s tells %v, not Riposte's own topic", name, id, got)
			}
			if p["TreatMissingData"] != "notBreaching" || p["ComparisonOperator"] != "GreaterThanThreshold" {
				t.Errorf("%s: alarm %s is %v with missing data %v", name, id, p["ComparisonOperator"], p["TreatMissingData"])
			}
			watched[p["Namespace"].(string)+" "+p["MetricName"].(string)+" "+dimensionsOf(p)] = p["Threshold"] == 0.0
		}
		want := []string{
			"AWS/Lambda DestinationDeliveryFailures FunctionName=<Detect>", "AWS/Lambda DestinationDeliveryFailures FunctionName=<Notify>",
		}
		for _, f := range []string{"Detect", "Remediate", "Notify"} {
			want = append(want, "AWS/Lambda Errors FunctionName=<"+f+">", "AWS/Lambda Throttles FunctionName=<"+f+">")
		}
		for _, line := range lines(tpl) {
			want = append(want, "AWS/SQS ApproximateNumberOfMessagesVisible QueueName="+line[:len(line)-len("Arn>")]+"QueueName>")
		}
		for _, r := range tpl.ofType("AWS::Events::Rule") {
			rule := "RuleName=" + r.Properties["Name"].(string)
			if bus := r.Properties["EventBusName"]; bus != nil { // its metrics are counted for bus and rule together
				rule = "EventBusName=" + text(bus) + " " + rule
			}
			want = append(want, "AWS/Events InvocationsFailedToBeSentToDlq "+rule)
		}
		for _, w := range want {
			if !watched[w] {
				t.Errorf("%s: no alarm fires when %s is above 0", name, w)
			}
		}
		if _, ok := watched["AWS/SQS ApproximateAgeOfOldestMessage QueueName=<Jobs.QueueName>"]; !ok {
			t.Errorf("%s: no alarm on the age of the oldest job", name)
		}
	}
}

func dimensionsOf(alarm map[string]any) string {
	var out []string
	for _, d := range alarm["Dimensions"].([]any) {
		d := d.(map[string]any)
		out = append(out, d["Name"].(string)+"="+text(d["Value"]))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestAlarmsAlsoReachTheConfiguredTopic holds that an operator's topic gets the alarms besides Riposte's own.
func TestAlarmsAlsoReachTheConfiguredTopic(t *testing.T) {
	want := []string{"<Topic>", everything().Topic}
	for id, a := range configuredTemplate(t).ofType("AWS::CloudWatch::Alarm") {
		if got := texts(a.Properties["AlarmActions"]); !slices.Equal(got, want) {
			t.Errorf("alarm %s tells %v, want %v", id, got, want)
		}
	}
}

// TestRulesAreTheCataloguesOwn holds that the default bus hands over exactly what the catalogue wants.
func TestRulesAreTheCataloguesOwn(t *testing.T) {
	tpl := plainTemplate(t)
	want := map[string]any{"Riposte-messages": map[string]any{"source": []any{notifications.Source}}}
	rendered, err := routing.Render(catalog.InUse(config.Default()))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rendered {
		if r.Reads {
			continue // off by default: see TestReadEvents
		}
		var pattern any
		if err := json.Unmarshal([]byte(r.Pattern), &pattern); err != nil {
			t.Fatal(err)
		}
		want["Riposte-"+r.Name] = pattern
	}
	got := map[string]any{}
	for id, r := range tpl.ofType("AWS::Events::Rule") {
		name := r.Properties["Name"].(string)
		got[name] = r.Properties["EventPattern"]
		if pattern, _ := json.Marshal(r.Properties["EventPattern"]); len(pattern) > 2048 {
			t.Errorf("the pattern of rule %s has %d characters, and EventBridge takes 2048", name, len(pattern))
		}
		bus, to := "", "<Detect.Arn>"
		if name == "Riposte-messages" {
			bus, to = "<Bus>", "<Notify.Arn>"
		}
		if r.Properties["State"] != "ENABLED" || r.Properties["EventBusName"] == nil != (bus == "") || bus != "" && text(r.Properties["EventBusName"]) != bus {
			t.Errorf("rule %s is %v on bus %v", name, r.Properties["State"], r.Properties["EventBusName"])
		}
		targets := r.Properties["Targets"].([]any)
		if len(targets) != 1 || text(targets[0].(map[string]any)["Arn"]) != to {
			t.Errorf("rule %s does not go to %s alone", name, to)
		}
		if !mayInvoke(tpl, to, "<"+short(id)+".Arn>") {
			t.Errorf("rule %s may not invoke %s", name, to)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-catalogue +template):\n%s", diff)
	}
	if p, r := len(tpl.ofType("AWS::Lambda::Permission")), len(got); p != r {
		t.Errorf("%d permissions to invoke for %d rules", p, r)
	}
}

func mayInvoke(tpl template, f, rule string) bool {
	for _, p := range tpl.ofType("AWS::Lambda::Permission") {
		if p.Properties["Action"] == "lambda:InvokeFunction" && p.Properties["Principal"] == "events.amazonaws.com" &&
			text(p.Properties["FunctionName"]) == f && text(p.Properties["SourceArn"]) == rule {
			return true
		}
	}
	return false
}

// TestJobsComeAgainInTime holds what Lambda asks of a queue that feeds a function.
func TestJobsComeAgainInTime(t *testing.T) {
	tpl := plainTemplate(t)
	jobs, f := tpl.one(t, "AWS::SQS::Queue", "Jobs").Properties, tpl.one(t, "AWS::Lambda::Function", "Remediate").Properties
	if visible, timeout := jobs["VisibilityTimeout"].(float64), f["Timeout"].(float64); visible < 6*timeout {
		t.Errorf("a job comes again after %v s, less than six timeouts of %v s", visible, timeout)
	}
	receives := jobs["RedrivePolicy"].(map[string]any)["maxReceiveCount"].(float64)
	env := f["Environment"].(map[string]any)["Variables"].(map[string]any)
	if told := env["RIPOSTE_MAX_RECEIVES"]; receives < 5 || text(receives) != told {
		t.Errorf("the queue delivers %v times and tells the function %v", receives, told)
	}
	if jobs["FifoQueue"] != true || tpl.one(t, "AWS::SQS::Queue", "LostJobs").Properties["FifoQueue"] != true {
		t.Error("jobs of one group are not kept in order")
	}
	for id, m := range tpl.ofType("AWS::Lambda::EventSourceMapping") {
		bound := m.Properties["ScalingConfig"].(map[string]any)["MaximumConcurrency"]
		if reserved := f["ReservedConcurrentExecutions"]; bound != reserved {
			t.Errorf("%s works on %v jobs at a time, of %v that are reserved: throttled jobs would count as tried", id, bound, reserved)
		}
	}
}

// TestNoOtherQueueDeadLettersHere holds that no queue can be given one of Riposte's for its dead-letter queue, but for the
// jobs' own, which cannot name the jobs' queue: the two would name each other.
func TestNoOtherQueueDeadLettersHere(t *testing.T) {
	for id, q := range plainTemplate(t).ofType("AWS::SQS::Queue") {
		want := any(map[string]any{"redrivePermission": "denyAll"})
		if short(id) == "LostJobs" {
			want = nil
		}
		if diff := cmp.Diff(want, q.Properties["RedriveAllowPolicy"]); diff != "" {
			t.Errorf("which queues may fill %s (-want +got):\n%s", id, diff)
		}
	}
}

// TestExecutionsAreReserved holds that others cannot use up the executions that Riposte needs, and that an account whose
// quota leaves nothing to reserve can do without.
func TestExecutionsAreReserved(t *testing.T) {
	small, err := synth(Settings{}, func(s *Settings) { s.Concurrency = 0 })
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range []function{detect, remediate, notify} {
		reserved, _ := plainTemplate(t).one(t, "AWS::Lambda::Function", titled(string(f))).Properties["ReservedConcurrentExecutions"].(float64)
		if sum += reserved; reserved < 1 {
			t.Errorf("nothing is reserved for %s", f)
		}
		if got := small.one(t, "AWS::Lambda::Function", titled(string(f))).Properties["ReservedConcurrentExecutions"]; got != nil {
			t.Errorf("%v executions are reserved for %s although nothing is to be reserved", got, f)
		}
	}
	if sum > 50 {
		t.Errorf("%v executions are reserved; of the usual quota of 1000 that is more than a guest takes", sum)
	}
	bound := small.one(t, "AWS::Lambda::EventSourceMapping", "RemediateJobs").Properties["ScalingConfig"].(map[string]any)["MaximumConcurrency"]
	if bound != 5.0 {
		t.Errorf("where nothing is reserved, %v jobs are worked on at a time, want 5", bound)
	}
}

// TestReadEvents holds that read-only calls are routed where a deployment asks for them, by rules in the state that gets
// them, and that a rule which has to be asked for is routed where riposte.yaml does so.
func TestReadEvents(t *testing.T) {
	policy := config.Default()
	for _, r := range catalog.Rules() {
		if r.OptIn {
			policy.Rules = map[string]config.Rule{r.ID: {Mode: config.Alert}}
		}
	}
	tpl, err := synth(Settings{}, func(s *Settings) { s.ReadEvents, s.Policy = true, policy })
	if err != nil {
		t.Fatal(err)
	}
	rendered, err := routing.Render(catalog.InUse(policy))
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{"Riposte-messages": "ENABLED"}
	for _, r := range rendered {
		states["Riposte-"+r.Name] = "ENABLED"
		if r.Reads {
			states["Riposte-"+r.Name] = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
		}
	}
	got := map[string]string{}
	for _, r := range tpl.ofType("AWS::Events::Rule") {
		got[r.Properties["Name"].(string)] = r.Properties["State"].(string)
	}
	if diff := cmp.Diff(states, got); diff != "" {
		t.Errorf("states (-catalogue +template):\n%s", diff)
	}
}
