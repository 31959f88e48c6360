package logging

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

func about(kind detect.ResourceType, id, event string, params map[string]string) detect.Finding {
	f := finding(id)
	f.Resource.Type, f.Event.Name, f.Params = kind, event, params
	return f
}

func TestStartConfigRecorderPlans(t *testing.T) {
	sim := newAccount(true)
	sim.AddConfigurationRecorder("us-east-1", "default", "")
	sim.AddConfigurationRecorder("us-east-1", "AWSConfigurationRecorderForX", "securityhub.amazonaws.com")
	checkPlans(t, StartConfigRecorder, sim, map[string]planCase{
		"deleted":        {about(detect.ConfigurationRecorder, "default", "DeleteConfigurationRecorder", nil), "", "", "no call that this action reverses"},
		"put":            {about(detect.ConfigurationRecorder, "default", "PutConfigurationRecorder", nil), "", "", "no call that this action reverses"},
		"a channel":      {about(detect.DeliveryChannel, "default", "StopConfigurationRecorder", nil), "", "", "is not the ConfigurationRecorder"},
		"gone":           {about(detect.ConfigurationRecorder, "former", "StopConfigurationRecorder", nil), "", "no longer exists", ""},
		"of AWS":         {about(detect.ConfigurationRecorder, "AWSConfigurationRecorderForX", "StopConfigurationRecorder", nil), "", "", "belongs to securityhub.amazonaws.com"},
		"without a name": {about(detect.ConfigurationRecorder, "", "StopConfigurationRecorder", nil), "", "", "is not the ConfigurationRecorder"},
	})
	r := maker(StartConfigRecorder).in(sim)
	c := plan(t, r, about(detect.ConfigurationRecorder, "default", "StopConfigurationRecorder", nil), "")
	err := r.Apply(t.Context(), c)
	if refusal, ok := errors.AsType[*remedy.Refusal](err); !ok || !strings.Contains(refusal.Reason, "no delivery channel") {
		t.Errorf("without a delivery channel: %v, want a refusal", err)
	}
}

func TestGuardDutyPlans(t *testing.T) {
	sim := newAccount(true)
	api := guardduty.NewFromConfig(sim.Config("us-east-1"))
	out, err := api.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(false)})
	if err != nil {
		t.Fatal(err)
	}
	id := *out.DetectorId
	suspended := about(detect.Detector, id, "UpdateDetector", nil)
	suspended.Class = "guardduty-suppressed"
	deleted := about(detect.Detector, "0123", "UpdateDetector", nil)
	deleted.Class = "guardduty-disabled"
	checkPlans(t, EnableGuardDutyDetector, sim, map[string]planCase{
		"a protection plan": {suspended, "", "", "does not say that detector"},
		"deleted":           {about(detect.Detector, id, "DeleteDetector", nil), "", "", "no call that this action reverses"},
		"gone":              {deleted, "", "no longer exists", ""},
	})
	checkPlans(t, DisarmGuardDutyFilter, sim, map[string]planCase{
		"no name":      {about(detect.Detector, id, "CreateFilter", nil), "", "", "does not say which filter"},
		"another call": {about(detect.Detector, id, "UpdateDetector", map[string]string{detect.ParamFilterName: "f"}), "", "", "no call that this action reverses"},
		"gone":         {about(detect.Detector, id, "CreateFilter", map[string]string{detect.ParamFilterName: "f"}), "", "no longer exists", ""},
	})
	checkPlans(t, DeactivateGuardDutyTrustedList, sim, map[string]planCase{
		"no id":        {about(detect.Detector, id, "CreateIPSet", nil), "", "", "does not say which trusted list"},
		"another call": {about(detect.Detector, id, "CreateThreatIntelSet", map[string]string{detect.ParamIPSetID: "l"}), "", "", "no call that this action reverses"},
		"gone":         {about(detect.Detector, id, "UpdateIPSet", map[string]string{detect.ParamIPSetID: "l"}), "", "no longer exists", ""},
	})
}

func TestEnableSecurityHubPlans(t *testing.T) {
	checkPlans(t, EnableSecurityHub, newAccount(true), map[string]planCase{
		"the newer one":        {about(detect.Account, account, "DisableSecurityHubV2", nil), "", "", "no call that this action reverses"},
		"a standard":           {about(detect.Account, account, "BatchDisableStandards", nil), "", "", "no call that this action reverses"},
		"no account":           {about(detect.Detector, "x", "DisableSecurityHub", nil), "", "", "is not the Account"},
		"an account's finding": {about(detect.Account, "", "DisableSecurityHub", nil), "", "", "is not the Account"},
	})
}

func TestRecreateAccessAnalyzerPlans(t *testing.T) {
	sim := newAccount(true)
	api := accessanalyzer.NewFromConfig(sim.Config("us-east-1"))
	in := &accessanalyzer.CreateAnalyzerInput{AnalyzerName: aws.String("there"), Type: "ACCOUNT"}
	if _, err := api.CreateAnalyzer(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	deleted := func(name string) detect.Finding { return about(detect.Analyzer, name, "DeleteAnalyzer", nil) }
	checkPlans(t, RecreateAccessAnalyzer, sim, map[string]planCase{
		"an archive rule": {about(detect.Analyzer, "former", "CreateArchiveRule", nil), `{"type":"ACCOUNT"}`, "", "no call that this action reverses"},
		"nobody knows":    {deleted("former"), "", "", "nobody knows what analyzer former"},
		"unused access":   {deleted("former"), `{"type":"ACCOUNT_UNUSED_ACCESS"}`, "", "a person has to make anew"},
		"absent before":   {deleted("former"), `{}`, "", "a person has to make anew"},
		"there is one":    {deleted("there"), `{"type":"ORGANIZATION"}`, "there is an analyzer there", ""},
	})
}

func TestEnableEventRule(t *testing.T) {
	sim := newAccount(true)
	sim.AddEventRule("us-east-1", "default", "watch", "")
	sim.AddEventRule("us-east-1", "orders", "watch", "")
	sim.AddEventRule("us-east-1", "default", "managed", "autoscaling.amazonaws.com")
	checkPlans(t, EnableEventRule, sim, map[string]planCase{
		"deleted": {about(detect.EventRule, "watch", "DeleteRule", nil), "", "", "no call that this action reverses"},
		"gone":    {about(detect.EventRule, "former", "DisableRule", nil), "", "no longer exists", ""},
		"managed": {about(detect.EventRule, "managed", "DisableRule", nil), "", "", "managed by autoscaling.amazonaws.com"},
	})

	const bus = "arn:aws:events:us-east-1:111122223333:event-bus/orders"
	r := maker(EnableEventRule).in(sim)
	c := plan(t, r, about(detect.EventRule, "watch", "DisableRule", map[string]string{detect.ParamEventBus: bus}), "")
	if err := r.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"orders": "ENABLED", "default": "DISABLED"} {
		out, err := eventbridge.NewFromConfig(sim.Config("us-east-1")).DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{
			Name: aws.String("watch"), EventBusName: aws.String(name),
		})
		if err != nil || string(out.State) != want {
			t.Errorf("the rule on bus %s is %v, %v; want %s", name, out.State, err, want)
		}
	}
}

func TestEnableAlarmActions(t *testing.T) {
	sim := newAccount(true)
	api := cloudwatch.NewFromConfig(sim.Config("us-east-1"))
	for _, name := range []string{"on", "off", "other"} {
		if _, err := api.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: &name, ActionsEnabled: aws.Bool(name == "on"), ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: aws.Int32(1),
		}); err != nil {
			t.Fatal(err)
		}
	}
	silenced := func(names string) detect.Finding {
		return about(detect.Account, account, "DisableAlarmActions", map[string]string{detect.ParamAlarms: names})
	}
	deleted := silenced(`["off"]`)
	deleted.Event.Name = "DeleteAlarms"
	checkPlans(t, EnableAlarmActions, sim, map[string]planCase{
		"deleted":     {deleted, "", "", "no call that silences alarms"},
		"no names":    {silenced(``), "", "", "does not say which alarms"},
		"empty names": {silenced(`[""]`), "", "", "does not say which alarms"},
		"too many":    {silenced(`["a"` + strings.Repeat(`,"a"`, maxAlarms) + `]`), "", "", "more than CloudWatch takes"},
		"gone":        {silenced(`["former"]`), "", "no longer exists", ""},
		"enabled":     {silenced(`["on"]`), "", "alarms on are enabled", ""},
	})

	r := maker(EnableAlarmActions).in(sim)
	c := plan(t, r, silenced(`["on","off","former"]`), "")
	for _, step := range []struct {
		do   string
		want string
	}{{"apply", "EnableAlarmActions [off]"}, {"undo", "DisableAlarmActions [off]"}} {
		sim.ForgetCalls()
		run := r.Apply
		if step.do == "undo" {
			run = r.Undo
		}
		if err := run(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range sim.Writes() {
			switch in := w.Input.(type) {
			case *cloudwatch.EnableAlarmActionsInput:
				got = append(got, fmt.Sprint(w.Operation, " ", in.AlarmNames))
			case *cloudwatch.DisableAlarmActionsInput:
				got = append(got, fmt.Sprint(w.Operation, " ", in.AlarmNames))
			}
		}
		if len(got) != 1 || got[0] != step.want {
			t.Errorf("%s calls %q, want %q", step.do, got, step.want)
		}
	}
}

func TestRecreateFlowLogPlans(t *testing.T) {
	const good = `{"resource":"vpc-0123456789abcdef0","traffic":"ALL","to":"s3","destination":"arn:aws:s3:::flows"}`
	deleted := about(detect.FlowLog, "fl-0123456789abcdef0", "DeleteFlowLogs", nil)
	checkPlans(t, RecreateFlowLog, newAccount(true), map[string]planCase{
		"many at once":       {about(detect.Account, account, "DeleteFlowLogs", nil), good, "", "is not the FlowLog"},
		"another call":       {about(detect.FlowLog, "fl-0123456789abcdef0", "CreateFlowLogs", nil), good, "", "no call that this action reverses"},
		"no id":              {about(detect.FlowLog, "*", "DeleteFlowLogs", nil), good, "", "no flow log with an id"},
		"nobody knows":       {deleted, "", "", "nobody knows what flow log"},
		"a log group":        {deleted, strings.Replace(good, `"s3"`, `"cloud-watch-logs"`, 1), "", "right to pass a role"},
		"a transit gateway":  {deleted, strings.Replace(good, `"vpc-`, `"tgw-`, 1), "", "a person has to make anew"},
		"it records tags":    {deleted, strings.Replace(good, `"to"`, `"tag_fields":true,"to"`, 1), "", "recorded tags"},
		"it was not there":   {deleted, `{}`, "", "a person has to make anew"},
		"another age's good": {deleted, `"vpc-0123456789abcdef0"`, "", "nobody knows what flow log"},
	})
}

// TestRecreateFlowLogBesideAnother holds that a flow log which records the same already is not doubled, and that undo
// deletes the flow log that the action made and no other.
func TestRecreateFlowLogBesideAnother(t *testing.T) {
	const good = `{"resource":"vpc-0123456789abcdef0","traffic":"ALL","to":"s3","destination":"arn:aws:s3:::flows"}`
	sim := newAccount(true)
	api := ec2.NewFromConfig(sim.Config("us-east-1"))
	create := func(bucket string) string {
		out, err := api.CreateFlowLogs(t.Context(), &ec2.CreateFlowLogsInput{
			ResourceType: "VPC", ResourceIds: []string{"vpc-0123456789abcdef0"}, TrafficType: "ALL",
			LogDestinationType: "s3", LogDestination: aws.String("arn:aws:s3:::" + bucket),
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.FlowLogIds[0]
	}
	other := create("other")
	r := maker(RecreateFlowLog).in(sim)
	c := plan(t, r, about(detect.FlowLog, "fl-0123456789abcdef0", "DeleteFlowLogs", nil), good)
	if err := r.Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := r.Undo(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	left, err := api.DescribeFlowLogs(t.Context(), &ec2.DescribeFlowLogsInput{})
	if err != nil || len(left.FlowLogs) != 1 || *left.FlowLogs[0].FlowLogId != other {
		t.Errorf("undo leaves %v, %v; want %s", left.FlowLogs, err, other)
	}

	create("flows")
	err = r.Apply(t.Context(), c)
	if refusal, ok := errors.AsType[*remedy.Refusal](err); !ok || !strings.Contains(refusal.Reason, "another flow log that records the same") {
		t.Errorf("beside a flow log that records the same: %v, want a refusal", err)
	}
}

// TestRecreateFlowLogMarkedByAnybody holds that a tag, which anybody can set, does not make the flow log of another network
// pass for the deleted one.
func TestRecreateFlowLogMarkedByAnybody(t *testing.T) {
	sim := newAccount(true)
	_, err := ec2.NewFromConfig(sim.Config("us-east-1")).CreateFlowLogs(t.Context(), &ec2.CreateFlowLogsInput{
		ResourceType: "VPC", ResourceIds: []string{"vpc-0fedcba9876543210"}, TrafficType: "ALL",
		LogDestinationType: "s3", LogDestination: aws.String("arn:aws:s3:::flows"),
		TagSpecifications: []types.TagSpecification{{
			ResourceType: types.ResourceTypeVpcFlowLog,
			Tags:         []types.Tag{{Key: aws.String(restores), Value: aws.String("fl-0123456789abcdef0")}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const good = `{"resource":"vpc-0123456789abcdef0","traffic":"ALL","to":"s3","destination":"arn:aws:s3:::flows"}`
	c, nothing, err := maker(RecreateFlowLog).in(sim).Plan(t.Context(),
		about(detect.FlowLog, "fl-0123456789abcdef0", "DeleteFlowLogs", nil), known(good))
	if _, ok := errors.AsType[*remedy.Refusal](err); !ok {
		t.Errorf("plan: %v, %q, %v; want a refusal", c, nothing, err)
	}
}
