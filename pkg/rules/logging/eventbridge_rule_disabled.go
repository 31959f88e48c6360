package logging

import (
	"fmt"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// EventBridgeRuleDisabled fires when an EventBridge rule is disabled or deleted or loses its targets, and when one of
// Riposte's own is rewritten.
func EventBridgeRuleDisabled() *detect.Rule {
	judged := calls{"events.amazonaws.com": {
		"DisableRule":   eventRuleDisabled,
		"DeleteRule":    onEventRule("name", "EventBridge rule %s was deleted"),
		"RemoveTargets": targetsRemoved,
		"PutRule":       eventRulePut,
		"PutTargets":    ownRewritten("rule", "EventBridge rule %s got other targets"),
	}}
	return &detect.Rule{
		ID:       "LOG-017",
		Title:    "EventBridge rule disabled",
		Class:    "eventbridge-rule-disabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Rules carry what happens in an account to those who watch it. A rule that is switched off, or
has no target, drops events without an error. Riposte itself lives on such rules.

A rule whose name begins with Riposte is critical when it is disabled, deleted or stripped of targets; rewritten it is
high, and low through CloudFormation, because that is how a deployment does it. A rule that is put as disabled and listens
to GuardDuty, Security Hub or another service that reports dangers is high. Other rules are low, and info through
CloudFormation; those that AWS services keep for themselves stay quiet.

**False positives.** Stacks that are torn down; schedules that are paused; the upgrade of Riposte.

**What to do.** Enable the rule, or deploy it again, with its targets. Events that were dropped do not come back: read the
event history of that time. Stacks under another name than Riposte are not recognised by name.`,
		Refs: []detect.Ref{
			attack("T1562.001"), attack("T1562.008"),
			aws("Disabling or deleting an EventBridge rule", "eventbridge/latest/userguide/eb-delete-rule.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"enable-event-rule"},
		Denied:  true,
		Match:   attempt.Grave(judged.match),
	}
}

func onEventRule(field, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		name, err := textOf(ev, field)
		if err != nil {
			return nil, err
		}
		f := eventRule(name, ordinary(ev), said)
		switch {
		case ripostes(name):
			f.Severity = detect.Critical
			f.Summary += "; Riposte depends on it"
		case byServiceItself(ev):
			return nil, nil
		}
		return []detect.Finding{f}, nil
	}
}

func eventRuleDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	found, err := remedied("enable-event-rule", onEventRule("name", "EventBridge rule %s was disabled"))(ev)
	if err != nil || len(found) == 0 {
		return found, err
	}
	bus, err := optionalText(ev, "eventBusName")
	if err != nil {
		return nil, err
	}
	if bus != "" {
		found[0].Params = map[string]string{detect.ParamEventBus: bus}
	}
	return found, nil
}

func eventRule(name string, severity detect.Severity, said string) detect.Finding {
	return detect.Finding{
		Severity: severity,
		Resource: detect.Resource{Type: detect.EventRule, ID: name},
		Summary:  fmt.Sprintf(said, detect.Text(name)),
	}
}

// targetsRemoved leaves out a call by which nothing was removed: the API answers 200 with the count of what failed.
func targetsRemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		IDs cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	resp, err := cloudtrail.ResponseOf[struct{ FailedEntryCount cloudtrail.Text }](ev)
	if err == nil && len(req.IDs) > 0 && string(resp.FailedEntryCount) == strconv.Itoa(len(req.IDs)) {
		return nil, nil
	}
	return onEventRule("rule", "targets of EventBridge rule %s were removed")(ev)
}

func eventRulePut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ Name, State, EventPattern cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.State != "DISABLED" {
		return ownRewritten("name", "EventBridge rule %s was written anew")(ev)
	}
	found, err := onEventRule("name", "EventBridge rule %s was put as disabled")(ev)
	for i := range found {
		for _, source := range []string{"aws.guardduty", "aws.securityhub", "aws.inspector2", "aws.macie", "aws.access-analyzer", "aws.health"} {
			if strings.Contains(string(req.EventPattern), `"`+source+`"`) {
				found[i].Severity = max(found[i].Severity, detect.High)
				found[i].Summary += "; it listens to " + source
			}
		}
	}
	return found, err
}

// ownRewritten judges a write that says little by itself, on Riposte's own rules only.
func ownRewritten(field, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		name, err := textOf(ev, field)
		if err != nil {
			return nil, err
		}
		if !ripostes(name) {
			return nil, nil
		}
		severity := detect.High
		if throughCloudFormation(ev) {
			severity = detect.Low
		}
		return []detect.Finding{eventRule(name, severity, said+"; Riposte depends on it")}, nil
	}
}
