package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
	notifications "riposte/pkg/notify"
	"riposte/pkg/observe"
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
// What schedules do is not kept: it is done again soon, and there is an alarm on what was given up.
func TestEveryHopEndsInAQueue(t *testing.T) {
	for name, tpl := range every(t) {
		t.Run(name, func(t *testing.T) { checkHops(t, tpl) })
	}
}

func checkHops(t testing.TB, tpl template) {
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
		if text(c.Properties["FunctionName"]) == "<Heartbeat>" { // the next look is as good
			if c.Properties["MaximumRetryAttempts"] != 0.0 || c.Properties["MaximumEventAgeInSeconds"] != 300.0 || c.Properties["DestinationConfig"] != nil {
				t.Errorf("how a look for heartbeats is tried again: %v", c.Properties)
			}
			continue
		}
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
	if home := len(tpl.ofType("AWS::Lambda::Function")) > 0; home && len(tpl.ofType("AWS::Lambda::EventInvokeConfig")) != 3 {
		t.Errorf("%d functions keep what they failed on or say why not, want detect, notify and heartbeat", len(tpl.ofType("AWS::Lambda::EventInvokeConfig")))
	}
	for id, s := range tpl.ofType("AWS::Scheduler::Schedule") {
		want := map[string]any{"MaximumEventAgeInSeconds": 120.0, "MaximumRetryAttempts": 2.0} // it comes again by itself
		if diff := cmp.Diff(want, s.Properties["Target"].(map[string]any)["RetryPolicy"]); diff != "" {
			t.Errorf("how schedule %s tries again (-want +got):\n%s", id, diff)
		}
	}
	for id, m := range tpl.ofType("AWS::Lambda::EventSourceMapping") {
		if source := text(m.Properties["EventSourceArn"]); source != "<Jobs.Arn>" {
			t.Errorf("%s takes jobs from %s", id, source)
		}
		if got := texts(m.Properties["FunctionResponseTypes"]); !slices.Contains(got, "ReportBatchItemFailures") {
			t.Errorf("%s reports %v: one failed job would bring its whole batch back", id, got)
		}
		redrive, _ := tpl.one(t, "AWS::SQS::Queue", "Jobs").Properties["RedrivePolicy"].(map[string]any)
		used[text(redrive["deadLetterTargetArn"])] = true
	}
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

// TestEveryQueueHasAnAlarm holds that nobody has to look into a queue to learn that something is in it, and that alarms ring
// where nothing of Riposte's has to work for it.
func TestEveryQueueHasAnAlarm(t *testing.T) {
	eachTemplate(t, func(t *testing.T, tpl template) { checkAlarms(t, tpl) })
}

func checkAlarms(t testing.TB, tpl template) {
	watched := map[string]float64{}
	for id, a := range tpl.ofType("AWS::CloudWatch::Alarm") {
		p := a.Properties
		if got := texts(p["AlarmActions"]); !slices.Contains(got, "<Topic>") {
			t.Errorf("alarm %s tells %v, not Riposte's own topic", id, got)
		}
		missing := "notBreaching"
		if p["MetricName"] == observe.HeartbeatsMissing {
			missing = "breaching" // whoever looks is silent too
		}
		if p["TreatMissingData"] != missing || p["ComparisonOperator"] != "GreaterThanThreshold" {
			t.Errorf("alarm %s is %v with missing data %v", id, p["ComparisonOperator"], p["TreatMissingData"])
		}
		for _, m := range metricsOf(p) {
			watched[m] = p["Threshold"].(float64)
		}
	}
	want := map[string]float64{
		"AWS/SQS ApproximateAgeOfOldestMessage QueueName=<Jobs.QueueName>": 900,
		"Riposte EventToVerified Stack=Riposte":                            600_000,
	}
	for _, f := range deployedFunctions(tpl) {
		of := " FunctionName=<" + titled(string(f)) + ">"
		want["AWS/Lambda Errors"+of], want["AWS/Lambda Throttles"+of] = 0, 0
		if f == detect || f == notify {
			want["AWS/Lambda DestinationDeliveryFailures"+of], want["AWS/Lambda AsyncEventAge"+of] = 0, 600_000
		}
	}
	for _, line := range lines(tpl) {
		want["AWS/SQS ApproximateNumberOfMessagesVisible QueueName="+strings.TrimSuffix(line, "Arn>")+"QueueName>"] = 0
	}
	for _, r := range tpl.ofType("AWS::Events::Rule") {
		want["AWS/Events InvocationsFailedToBeSentToDlq "+ruleDimensions(r)] = 0
	}
	if len(tpl.ofType("AWS::Scheduler::Schedule")) > 0 {
		want["AWS/Scheduler InvocationDroppedCount ScheduleGroup=Riposte"] = 0
	}
	for _, m := range []string{observe.BreakerOpened, observe.RemediationFailed, observe.MessagesFailed, observe.HeartbeatsMissing} {
		want["Riposte "+m+" Stack=Riposte"] = 0
	}
	if diff := cmp.Diff(want, watched); diff != "" {
		t.Errorf("thresholds (-want +template):\n%s", diff)
	}
}

// ruleDimensions names a rule as CloudWatch does: on a bus of its own it counts for bus and rule together.
func ruleDimensions(r resource) string {
	rule := "RuleName=" + text(r.Properties["Name"])
	if bus := r.Properties["EventBusName"]; bus != nil {
		rule = "EventBusName=" + text(bus) + " " + rule
	}
	return rule
}

// metricsOf returns the metrics that an alarm looks at, each or their sum.
func metricsOf(alarm map[string]any) []string {
	if alarm["Metrics"] == nil {
		return []string{alarm["Namespace"].(string) + " " + alarm["MetricName"].(string) + " " + dimensionsOf(alarm)}
	}
	var out []string
	for _, m := range alarm["Metrics"].([]any) {
		m := m.(map[string]any)
		if m["ReturnData"] == true {
			if m["Expression"] != "SUM(FILL(METRICS(), 0))" {
				return nil
			}
			continue
		}
		metric := m["MetricStat"].(map[string]any)["Metric"].(map[string]any)
		out = append(out, metric["Namespace"].(string)+" "+metric["MetricName"].(string)+" "+dimensionsOf(metric))
	}
	return out
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

// packedRules are the rules that a deployment has of the catalogue.
func packedRules(t testing.TB, policy *config.Config, reads bool) []routing.Rule {
	t.Helper()
	rendered, err := routing.Render(catalog.InUse(policy))
	if err != nil {
		t.Fatal(err)
	}
	packed, err := routing.Pack(slices.DeleteFunc(rendered, func(r routing.Rule) bool { return r.Reads && !reads }))
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// TestRulesAreTheCataloguesOwn holds that the default bus hands over exactly what the catalogue wants, here and in every other
// region, and that whoever it hands it to lets it.
func TestRulesAreTheCataloguesOwn(t *testing.T) {
	const alarms = `{"detail":{"alarmName":[{"prefix":"Riposte-"}],"state":{"value":["ALARM"]}},"detail-type":["CloudWatch Alarm State Change"],"source":["aws.cloudwatch"]}`
	const beats = `{"detail":{"errorCode":[{"exists":false}],"eventName":["TagResource"],"eventSource":["events.amazonaws.com"],` +
		`"requestParameters":{"resourceARN":["arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/Riposte-heartbeat"]}},"source":["aws.events"]}`
	home := map[string]string{ // by bus, name and target
		"<Bus> Riposte-messages to <Notify.Arn>":         `{"source":["` + notifications.Source + `"]}`,
		"<Intake> Riposte-intake-events to <Detect.Arn>": intakePattern,
		"<Intake> Riposte-intake-alarms to <Topic>":      alarms,
		"default Riposte-heartbeat to <Detect.Arn>":      beats,
	}
	for name, test := range map[string]struct {
		tpl    template
		policy *config.Config
		reads  bool
		roles  string
		to     string // where what happens here is handed to
		others map[string]string
	}{
		"home":    {tpl: plainTemplate(t), roles: ownRoleARNs, to: "<Detect.Arn>", others: home},
		"outpost": {tpl: get(t, plain, outpostStack), roles: ownRoleARNs, to: homeBus},
		"spoke":   {tpl: spokeTemplateOf(t), policy: everything().Policy, reads: true, roles: responderARN, to: "<HubBusArn>"},
		"alone":   {tpl: get(t, spokes, outpostStack), policy: everything().Policy, roles: responderARN, to: hubBus},
	} {
		want := test.others
		if want == nil {
			want = map[string]string{
				"default Riposte-alarms to " + test.to:    alarms,
				"default Riposte-heartbeat to " + test.to: beats,
			}
		}
		want = maps.Clone(want)
		if test.policy == nil {
			test.policy = config.Default()
		}
		for _, r := range packedRules(t, test.policy, test.reads) {
			want["default Riposte-"+r.Name+" to "+test.to] = strings.ReplaceAll(r.Pattern, fmt.Sprintf("%q", routing.OwnRoles), test.roles)
		}
		got := map[string]string{}
		for id, r := range test.tpl.ofType("AWS::Events::Rule") {
			bus, pattern := "default", text(r.Properties["EventPattern"])
			if r.Properties["EventBusName"] != nil {
				bus = text(r.Properties["EventBusName"])
			}
			if len(pattern) > 2048 {
				t.Errorf("%s: the pattern of %s has %d characters, and EventBridge takes 2048", name, id, len(pattern))
			}
			if d := text(r.Properties["Description"]); len(d) > 512 {
				t.Errorf("%s: the description of %s has %d characters, and EventBridge takes 512", name, id, len(d))
			}
			targets := r.Properties["Targets"].([]any)
			if len(targets) != 1 {
				t.Errorf("%s: %s has %d targets", name, id, len(targets))
			}
			target := targets[0].(map[string]any)
			to, role := text(target["Arn"]), text(target["RoleArn"])
			got[bus+" "+text(r.Properties["Name"])+" to "+to] = pattern
			switch {
			case role == "<ForwardRole.Arn>" && to == test.to && mayForward(t, test.tpl, to):
			case role == "null" && mayInvoke(test.tpl, to, "<"+short(id)+".Arn>"):
			case role == "null" && to == "<Topic>": // TestNobodyElseIsLetIn
			default:
				t.Errorf("%s: rule %s may not hand anything to %s", name, id, to)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: rules (-catalogue +template):\n%s", name, diff)
		}
		functions := 0
		for rule := range got {
			if strings.HasSuffix(rule, "<Detect.Arn>") || strings.HasSuffix(rule, "<Notify.Arn>") {
				functions++
			}
		}
		if p := len(test.tpl.ofType("AWS::Lambda::Permission")); p != functions {
			t.Errorf("%s: %d permissions to invoke for %d rules", name, p, functions)
		}
	}
}

// Buses that templates name without having them.
const (
	homeBus = "arn:<AWS::Partition>:events:us-east-1:<AWS::AccountId>:event-bus/riposte-intake"
	hubBus  = "arn:<AWS::Partition>:events:eu-central-1:111122223333:event-bus/riposte-intake"
)

// mayForward reports whether the forwarding role may put events on a bus and do nothing else.
func mayForward(t testing.TB, tpl template, bus string) bool {
	policy := policiesOf(t, tpl, "ForwardRole")
	return len(policy) == 1 && slices.Equal(policy[0].actions, []string{"events:PutEvents"}) && slices.Equal(policy[0].resources, []string{bus})
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
	all, err := synthAll(Settings{}, func(s *Settings) { s.ReadEvents, s.Policy = true, policy })
	if err != nil {
		t.Fatal(err)
	}
	const every, reads = "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
	for stack, states := range map[string]map[string]string{
		// What comes in is forwarded by rules in the same state, and the second has to be in it too.
		homeStack:    {"Riposte-messages": every, "Riposte-heartbeat": every, "Riposte-intake-events": reads, "Riposte-intake-alarms": every},
		outpostStack: {"Riposte-heartbeat": every, "Riposte-alarms": every},
	} {
		n := 0
		for _, r := range packedRules(t, policy, true) {
			states["Riposte-"+r.Name] = every
			if r.Reads {
				states["Riposte-"+r.Name] = reads
				n++
			}
		}
		got := map[string]string{}
		for _, r := range all[stack].ofType("AWS::Events::Rule") {
			got[r.Properties["Name"].(string)] = r.Properties["State"].(string)
		}
		if diff := cmp.Diff(states, got); diff != "" || n == 0 {
			t.Errorf("%s: states (-catalogue +template):\n%s", stack, diff)
		}
	}
}

// ownRoleARNs is what the deployment puts in the place of routing.OwnRoles, as a template resolves it.
const ownRoleARNs = `"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-detect",` +
	`"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-remediate","arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-notify",` +
	`"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-heartbeat"`

const responderARN = `"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-responder"`

// resolved returns a value of a template with its joined texts as texts.
func resolved(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, joined := v["Fn::Join"]; joined {
			return text(v)
		}
		out := map[string]any{}
		for key, value := range v {
			out[key] = resolved(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = resolved(v[i])
		}
		return out
	}
	return v
}
