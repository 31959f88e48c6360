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
		"EnableRule":    onlyForItsState,
		"PutTargets":    ownRewritten("rule", "EventBridge rule %s got other targets"),
	}}
	return &detect.Rule{
		ID:       "LOG-017",
		Title:    "EventBridge rule disabled",
		Class:    "eventbridge-rule-disabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Rules carry what happens in an account to those who watch it. A rule that is switched off, or
has no target, drops events without an error. Riposte itself lives on such rules.

A rule of Riposte's own, or on one of its buses, is critical when it is disabled, deleted or stripped of targets, and when it is rewritten; that
is low through CloudFormation, because each deployment rewrites many of them. A rule that is put as disabled and listens
to GuardDuty, Security Hub or another service that reports dangers is high. Other rules are low, and info through
CloudFormation; those that AWS services keep for themselves stay quiet.

**False positives.** Stacks that are torn down; schedules that are paused; the upgrade of Riposte.

**What to do.** Enable the rule, or deploy it again, with its targets. Events that were dropped do not come back: read the
event history of that time.`,
		Refs: []detect.Ref{
			attack("T1562.001"), attack("T1562.008"),
			aws("Disabling or deleting an EventBridge rule", "eventbridge/latest/userguide/eb-delete-rule.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"enable-event-rule"},
		Denied:  true,
		Good:    goodEventRule,
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
		case ownRule(ev, name) != "":
			f.Severity = detect.Critical
			f.Summary += ownRule(ev, name)
		case byServiceItself(ev):
			return nil, nil
		}
		return []detect.Finding{f}, nil
	}
}

func eventRuleDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	found, err := onEventRule("name", "EventBridge rule %s was disabled")(ev)
	if err != nil {
		return nil, err
	}
	return found, enabledAgain(ev, found)
}

// enabledAgain gives findings about a disabled rule the action that enables it, with the bus that the rule is on.
func enabledAgain(ev *cloudtrail.Event, found []detect.Finding) error {
	bus, err := optionalText(ev, "eventBusName")
	if err != nil {
		return err
	}
	for i := range found {
		found[i].Actions = []string{"enable-event-rule"}
		if name := busName(bus); name != "" {
			found[i].Params = map[string]string{detect.ParamEventBus: bus, detect.ParamPart: name}
		}
	}
	return nil
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
	if err != nil {
		return nil, err
	}
	return found, enabledAgain(ev, found)
}

// ownRewritten judges a write that says little by itself, on Riposte's own rules only.
func ownRewritten(field, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		name, err := textOf(ev, field)
		if err != nil {
			return nil, err
		}
		own := ownRule(ev, name)
		if own == "" {
			return nil, nil
		}
		severity := detect.Critical
		if throughCloudFormation(ev) {
			severity = detect.Low
		}
		return []detect.Finding{eventRule(name, severity, said+own)}, nil
	}
}
