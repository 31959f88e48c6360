package logging

import (
	"encoding/json"
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// AlarmDeleted fires when CloudWatch alarms are deleted or silenced.
func AlarmDeleted() *detect.Rule {
	judged := calls{"monitoring.amazonaws.com": {
		"DeleteAlarms":        onAlarms(detect.Inherit, "alarms were deleted: %s"),
		"DisableAlarmActions": onAlarms(detect.Medium, "alarms no longer tell anybody: %s"),
		"PutMetricAlarm":      alarmPut,
		"PutCompositeAlarm":   alarmPut,
	}}
	return &detect.Rule{
		ID:       "LOG-018",
		Title:    "CloudWatch alarm deleted or silenced",
		Class:    "alarm-deleted",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Alarms tell people that something is wrong, from unauthorized calls to a responder that fails.
One whose actions are switched off still looks fine in the console and reaches nobody.

Deleted alarms are low, and info through CloudFormation; silenced ones are medium. An alarm of Riposte's own is
critical, also when somebody writes it anew, and medium where CloudFormation deletes it, as a deployment may. Alarms that
AWS services keep for themselves, such as those of target tracking, stay quiet.

**False positives.** Stacks that are torn down; alarms that are silenced during maintenance.

**What to do.** Enable the actions again, or create the alarm anew. Riposte's own alarms are deployed again.`,
		Refs: []detect.Ref{
			attack("T1562.001"), cis("4.1–4.15"),
			aws("Using CloudWatch alarms", "AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"enable-alarm-actions"},
		Denied:  true,
		Match:   attempt.Grave(judged.match),
	}
}

// onAlarms judges a call on several alarms; Inherit stands for the severity of what happens daily.
func onAlarms(severity detect.Severity, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		req, err := cloudtrail.RequestOf[struct {
			AlarmNames cloudtrail.List[cloudtrail.Text]
		}](ev)
		if err != nil {
			return nil, err
		}
		if len(req.AlarmNames) == 0 {
			return nil, missing("alarmNames")
		}
		var own, others []cloudtrail.Text
		for _, name := range req.AlarmNames {
			switch {
			case name == "":
				return nil, errors.New("request parameters: alarmNames has an empty name")
			case ev.OwnName(string(name)):
				own = append(own, name)
			default:
				others = append(others, name)
			}
		}
		var found []detect.Finding
		if len(own) > 0 {
			found = append(found, alarms(ev, own, tampered(ev), said+"; Riposte depends on them"))
		}
		if len(others) > 0 && !byServiceItself(ev) {
			if severity == detect.Inherit {
				found = append(found, alarms(ev, others, ordinary(ev), said))
			} else {
				found = append(found, alarms(ev, others, severity, said))
			}
		}
		return found, nil
	}
}

// mostAlarms is how many alarms CloudWatch takes in one call.
const mostAlarms = 100

// alarms reports on one alarm by its name, and on several as a matter of the account.
func alarms(ev *cloudtrail.Event, names []cloudtrail.Text, severity detect.Severity, said string) detect.Finding {
	resource := detect.Resource{Type: detect.Alarm, ID: string(names[0])}
	if len(names) > 1 {
		resource = detect.Resource{Type: detect.Account, ID: ev.Account}
	}
	f := detect.Finding{Severity: severity, Resource: resource, Summary: fmt.Sprintf(said, few(names))}
	if ev.Name == "DisableAlarmActions" {
		raw, err := json.Marshal(names)
		if err == nil && len(names) <= mostAlarms {
			f.Params, f.Actions = map[string]string{detect.ParamAlarms: string(raw)}, []string{"enable-alarm-actions"}
		}
	}
	return f
}

func alarmPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		AlarmName      cloudtrail.Text
		ActionsEnabled *cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.AlarmName == "" {
		return nil, missing("alarmName")
	}
	name := []cloudtrail.Text{req.AlarmName}
	own, silenced := ev.OwnName(string(req.AlarmName)), req.ActionsEnabled != nil && !bool(*req.ActionsEnabled)
	switch {
	case own && silenced:
		return []detect.Finding{alarms(ev, name, detect.Critical, "alarm %s was written so that it tells nobody; it is Riposte's own")}, nil
	case own && !throughCloudFormation(ev):
		return []detect.Finding{alarms(ev, name, detect.Critical, "alarm %s was written anew; it is Riposte's own")}, nil
	case silenced && !byServiceItself(ev):
		return []detect.Finding{alarms(ev, name, detect.Low, "alarm %s was written so that it tells nobody")}, nil
	}
	return nil, nil
}
