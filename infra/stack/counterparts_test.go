package stack

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A listener takes the failures of a check that has to fail.
type listener struct {
	testing.TB
	said []string
}

func (l *listener) Helper() {}

func (l *listener) Errorf(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

func (l *listener) Error(args ...any) { l.said = append(l.said, fmt.Sprint(args...)) }

func (l *listener) Fatalf(format string, args ...any) {
	l.Errorf(format, args...)
	runtime.Goexit()
}

// failures runs a check and returns what it found wrong.
func failures(t *testing.T, check func(testing.TB)) []string {
	t.Helper()
	l := &listener{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(l)
	}()
	<-done
	return l.said
}

// mutated returns a copy of a template in which one thing is wrong.
func mutated(t *testing.T, tpl template, change func(template)) template {
	t.Helper()
	data, err := json.Marshal(tpl.raw)
	if err != nil {
		t.Fatal(err)
	}
	out, err := parseTemplate(data)
	if err != nil {
		t.Fatal(err)
	}
	change(out)
	return out
}

// the returns a resource to change, and its id.
func (tpl template) the(kind, begin string) (string, resource) {
	for id, r := range tpl.ofType(kind) {
		if short(id) == begin {
			return id, r
		}
	}
	panic("no " + kind + " " + begin)
}

func without(kind, begin string) func(template) {
	return func(tpl template) {
		id, _ := tpl.the(kind, begin)
		delete(tpl.Resources, id)
	}
}

func with(kind, begin, property string, value any) func(template) {
	return func(tpl template) {
		_, r := tpl.the(kind, begin)
		r.Properties[property] = value
	}
}

// targetOf changes the target of a rule.
func targetOf(begin string, change func(map[string]any)) func(template) {
	return func(tpl template) {
		_, r := tpl.the("AWS::Events::Rule", begin)
		change(r.Properties["Targets"].([]any)[0].(map[string]any))
	}
}

// trust changes a statement of the responder's trust.
func trust(n int, change func(statement map[string]any)) func(template) {
	return func(tpl template) {
		_, r := tpl.the("AWS::IAM::Role", "Responder")
		change(r.Properties["AssumeRolePolicyDocument"].(map[string]any)["Statement"].([]any)[n].(map[string]any))
	}
}

// TestChecksCanFail holds that each check of an intent fails on a template in which that intent is given up.
func TestChecksCanFail(t *testing.T) {
	home, outpost, spoke, hub := plainTemplate(t), get(t, plain, outpostStack), spokeTemplateOf(t), hubTemplate(t)
	alarms := func(tpl template) func(testing.TB) { return func(t testing.TB) { checkAlarms(t, tpl) } }
	hops := func(tpl template) func(testing.TB) { return func(t testing.TB) { checkHops(t, tpl) } }
	kept := func(tpl template) func(testing.TB) { return func(t testing.TB) { checkOutpost(t, tpl) } }
	trusts := func(tpl template) func(testing.TB) {
		return func(t testing.TB) { checkTrust(t, tpl, "<HubAccount>", "<ExternalId>") }
	}
	held := func(tpl template) func(testing.TB) { return func(t testing.TB) { checkHeldBack(t, tpl, tpl) } }
	forwarders := func(tpl template) func(testing.TB) {
		return func(t testing.TB) {
			checkIntake(t, tpl, policyStatement{
				principals: []string{"AWS *"},
				condition: []string{
					"ArnLike aws:PrincipalArn = arn:<AWS::Partition>:iam::*:role/Riposte-forward-*", "StringEquals aws:PrincipalOrgID = o-a1b2c3d4e5",
				},
			})
		}
	}
	rollout := func(tpl template) func(testing.TB) { return func(t testing.TB) { checkRollout(t, tpl) } }
	entry := func(tpl template) func(testing.TB) { return func(t testing.TB) { checkEntry(t, tpl, home) } }
	loops := func(tpl template) func(testing.TB) {
		return func(t testing.TB) { checkLoops(t, map[string]template{homeStack: tpl, outpostStack: outpost}) }
	}
	for name, test := range map[string]struct {
		tpl    template
		change func(template)
		check  func(template) func(testing.TB)
		says   string
	}{
		"a queue without an alarm":      {home, without("AWS::CloudWatch::Alarm", "LostJobsAlarm"), alarms, "LostJobs"},
		"an alarm that tells nobody":    {home, with("AWS::CloudWatch::Alarm", "DetectErrorsAlarm", "AlarmActions", []any{}), alarms, "not Riposte's own topic"},
		"an alarm that is too patient":  {home, with("AWS::CloudWatch::Alarm", "OldestJobAlarm", "Threshold", 86400.0), alarms, "86400"},
		"silence that is no alarm":      {home, with("AWS::CloudWatch::Alarm", "HeartbeatsMissingAlarm", "TreatMissingData", "notBreaching"), alarms, "missing data"},
		"no alarm on a breaker":         {home, without("AWS::CloudWatch::Alarm", "BreakerOpenedAlarm"), alarms, "BreakerOpened"},
		"rules that nobody watches":     {home, without("AWS::CloudWatch::Alarm", "NotKeptAlarm"), alarms, "InvocationsFailedToBeSentToDlq"},
		"schedules that nobody watches": {home, without("AWS::CloudWatch::Alarm", "SchedulesDroppedAlarm"), alarms, "InvocationDroppedCount"},
		"a look that is never over":     {home, with("AWS::Lambda::EventInvokeConfig", "HeartbeatRetries", "MaximumRetryAttempts", 2.0), hops, "a look for heartbeats"},
		"a schedule that gives up at once": {home, func(tpl template) {
			_, r := tpl.the("AWS::Scheduler::Schedule", "BeatSchedule")
			delete(r.Properties["Target"].(map[string]any), "RetryPolicy")
		}, hops, "how schedule"},
		"an outpost with two alarms": {outpost, func(tpl template) {
			_, r := tpl.the("AWS::CloudWatch::Alarm", "LostForwardsAlarm")
			other := r
			other.Properties = map[string]any{
				"AlarmName": "Riposte-Other", "Namespace": "AWS/Events", "MetricName": "FailedInvocations", "Threshold": 0.0,
				"Dimensions": []any{map[string]any{"Name": "RuleName", "Value": "Riposte-alarms"}},
			}
			tpl.Resources["OtherAlarm"] = other
		}, kept, "FailedInvocations"},
		"a clock that sets off the remediator": {home, func(tpl template) {
			tpl.Resources["Other"] = resource{Type: "AWS::Scheduler::Schedule", Properties: map[string]any{
				"Name": "Riposte-other", "Target": map[string]any{"Arn": map[string]any{"Ref": "Jobs"}},
			}}
		}, loops, "gives the remediator jobs"},
		"a rule that loses":                  {home, targetOf("Messages", func(t map[string]any) { delete(t, "DeadLetterConfig") }), hops, "without a dead-letter queue"},
		"a rule that gives up soon":          {home, targetOf("IntakeEvents", func(t map[string]any) { delete(t, "RetryPolicy") }), hops, "tries again"},
		"a rule that may not keep":           {outpost, without("AWS::SQS::QueuePolicy", "LostForwardsPolicy"), hops, "may not put anything"},
		"events that fail for good":          {home, without("AWS::Lambda::EventInvokeConfig", "DetectRetries"), hops, "keep what they failed on"},
		"jobs that are lost":                 {home, with("AWS::SQS::Queue", "Jobs", "RedrivePolicy", nil), hops, "<Jobs.Arn>"},
		"a queue that EventBridge can't use": {outpost, with("AWS::SQS::Queue", "LostForwards", "SqsManagedSseEnabled", true), kept, "the queue of what is lost"},
		"a queue without TLS": {outpost, func(tpl template) {
			_, r := tpl.the("AWS::SQS::QueuePolicy", "LostForwardsPolicy")
			p := r.Properties["PolicyDocument"].(map[string]any)
			p["Statement"] = p["Statement"].([]any)[1:]
		}, kept, "without TLS"},
		"an outpost that does not tell": {outpost, with("AWS::Events::Rule", "Alarms", "State", "DISABLED"), kept, "not forwarded"},
		"an outpost without an alarm":   {outpost, without("AWS::CloudWatch::Alarm", "LostForwardsAlarm"), kept, "LostForwards"},
		"any external ID":               {spoke, trust(0, func(s map[string]any) { delete(s["Condition"].(map[string]any), "StringEquals") }), trusts, "ExternalId"},
		"any role of the hub":           {spoke, trust(0, func(s map[string]any) { delete(s["Condition"].(map[string]any), "ArnEquals") }), trusts, "Riposte-remediate"},
		"no source identity":            {spoke, trust(1, func(s map[string]any) { delete(s["Condition"].(map[string]any), "StringLike") }), trusts, "SourceIdentity"},
		"any account":                   {spoke, trust(0, func(s map[string]any) { s["Principal"] = "*" }), trusts, "AWS *"},
		"a responder that may change Riposte": {spoke, func(tpl template) {
			_, r := tpl.the("AWS::IAM::Role", "Responder")
			s := r.Properties["Policies"].([]any)[0].(map[string]any)["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
			s["Resource"] = s["Resource"].([]any)[1:]
		}, held, "Responder"},
		"another organisation's events": {hub, func(tpl template) {
			_, r := tpl.the("AWS::Events::EventBusPolicy", "IntakePolicy")
			delete(r.Properties["Statement"].(map[string]any)["Condition"].(map[string]any), "StringEquals")
		}, forwarders, "PrincipalOrgID"},
		"anybody's events": {hub, func(tpl template) {
			_, r := tpl.the("AWS::Events::EventBusPolicy", "IntakePolicy")
			delete(r.Properties["Statement"].(map[string]any)["Condition"].(map[string]any), "ArnLike")
		}, forwarders, "Riposte-forward-"},
		"a rollout to the hub itself": {hub, func(tpl template) {
			_, r := tpl.the("AWS::CloudFormation::StackSet", "Spokes")
			targets := r.Properties["StackInstancesGroup"].([]any)[0].(map[string]any)["DeploymentTargets"].(map[string]any)
			targets["Accounts"] = targets["Accounts"].([]any)[:1]
		}, rollout, "Accounts"},
		"a rollout that misses new accounts": {hub, with("AWS::CloudFormation::StackSet", "Spokes", "AutoDeployment", map[string]any{"Enabled": false}), rollout, "AutoDeployment"},
		"a rollout before the bus": {hub, func(tpl template) {
			id, r := tpl.the("AWS::CloudFormation::StackSet", "Spokes")
			r.DependsOn = []any{}
			tpl.Resources[id] = r
		}, rollout, "rolled out after"},
		"a hub that enters any account": {hub, func(tpl template) {
			_, r := tpl.the("AWS::IAM::Role", "RemediateRole")
			for _, s := range r.Properties["Policies"].([]any)[0].(map[string]any)["PolicyDocument"].(map[string]any)["Statement"].([]any) {
				if s := s.(map[string]any); s["Sid"] == "EnterMembers" {
					delete(s, "Condition")
				}
			}
		}, entry, "ResourceOrgID"},
		"messages that are events again": {home, targetOf("Messages", func(t map[string]any) { t["Arn"] = map[string]any{"Fn::GetAtt": []any{"Detect5AA79D75", "Arn"}} }), loops, "lacks the way"},
		"a notifier that sets the detector off": {home, func(tpl template) {
			_, r := tpl.the("AWS::IAM::Role", "NotifyRole")
			p := r.Properties["Policies"].([]any)[0].(map[string]any)["PolicyDocument"].(map[string]any)
			p["Statement"] = append(p["Statement"].([]any), map[string]any{
				"Sid": "TellBus", "Effect": "Allow", "Action": "events:PutEvents", "Resource": map[string]any{"Ref": "Bus"},
			})
		}, loops, "what is handed on comes back"},
		"forwarded events that go on": {home, targetOf("IntakeEvents", func(t map[string]any) { t["Arn"] = map[string]any{"Ref": "Jobs"} }), loops, "lacks the way"},
		"a detector that remediates": {home, func(tpl template) {
			_, r := tpl.the("AWS::IAM::Role", "NotifyRole")
			p := r.Properties["Policies"].([]any)[0].(map[string]any)["PolicyDocument"].(map[string]any)
			p["Statement"] = append(p["Statement"].([]any), map[string]any{
				"Sid": "Remediate", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": map[string]any{"Ref": "Remediate"},
			})
		}, loops, "without a job"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			if said := failures(t, test.check(mutated(t, test.tpl, func(template) {}))); len(said) > 0 {
				t.Fatalf("the check fails on a template that is right: %v", said)
			}
			said := strings.Join(failures(t, test.check(mutated(t, test.tpl, test.change))), "\n")
			if !strings.Contains(said, test.says) || said == "" {
				t.Errorf("the check says %q, want that it names %q", said, test.says)
			}
		})
	}
}
