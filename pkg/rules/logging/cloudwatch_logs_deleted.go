package logging

import (
	"fmt"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// CloudWatchLogsDeleted fires when log groups or streams are deleted, kept shorter or no longer passed on.
func CloudWatchLogsDeleted() *detect.Rule {
	judged := calls{"logs.amazonaws.com": {
		"DeleteLogGroup":           onLogGroup("log group %s was deleted"),
		"DeleteLogStream":          onLogGroup("a stream of log group %s was deleted"),
		"DeleteSubscriptionFilter": onLogGroup("log group %s is no longer passed on by a subscription"),
		"DeleteMetricFilter":       onLogGroup("log group %s no longer feeds a metric"),
		"PutRetentionPolicy":       retentionPut,
	}}
	return &detect.Rule{
		ID:       "LOG-014",
		Title:    "CloudWatch logs deleted",
		Class:    "cloudwatch-logs-deleted",
		Severity: detect.High,
		Doc: `**Why it matters.** A deleted log group or stream is gone for good. A subscription that ends cuts off whoever reads
the logs elsewhere, and a metric filter that ends silences the alarms that stand on it.

The event carries the group's name and nothing of its content. Where the name is one that AWS prescribes or suggests for
the records of CloudTrail, flow logs, DNS queries, WAF, EKS, GuardDuty or Bedrock, or says audit, the finding is high, and
critical where it is a log of Riposte's own; a retention of fewer than 90 days is medium there. Any other group is low, and info through CloudFormation, because
log groups are deleted daily; so is the log of a function, a build or a container, whatever the program is called.
Retention of other groups stays quiet.

**False positives.** Stacks and functions that are torn down with their logs; what AWS services clean up after themselves
is not reported.

**What to do.** Nothing brings the records back: look for copies in S3, at the subscriber, and in the event history.
Create the group, the filter or the subscription again. Ask what the caller wanted to hide.`,
		Refs: []detect.Ref{
			attack("T1070"), attack("T1562.008"), attack("T1485"),
			aws("Working with log groups and log streams", "AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html"),
		},
		Pattern: judged.pattern(),
		Match:   judged.match,
	}
}

func onLogGroup(said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		group, err := logGroup(ev)
		if err != nil {
			return nil, err
		}
		f := detect.Finding{
			Severity: ordinary(ev),
			Resource: detect.Resource{Type: detect.LogGroup, ID: group},
			Summary:  fmt.Sprintf(said, detect.Text(group)),
		}
		switch keeps := securityLog(group); {
		case ownLog(ev, group):
			f.Severity = tampered(ev)
			f.Summary += "; it is Riposte's own"
		case keeps != "":
			f.Severity = detect.High
			f.Summary += "; by its name it is " + keeps
		case byServiceItself(ev):
			return nil, nil
		}
		return []detect.Finding{f}, nil
	}
}

func retentionPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	const quarter = 90
	group, err := logGroup(ev)
	if err != nil {
		return nil, err
	}
	text, err := textOf(ev, "retentionInDays")
	if err != nil {
		return nil, err
	}
	days, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("request parameters: retentionInDays is no number: %w", err)
	}
	keeps := securityLog(group)
	if ownLog(ev, group) {
		keeps = "Riposte's own log"
	}
	if keeps == "" || days >= quarter {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Medium,
		Resource: detect.Resource{Type: detect.LogGroup, ID: group},
		Summary: fmt.Sprintf("log group %s keeps its records for %s now; by its name it is %s",
			detect.Text(group), counted(days, "day", "days"), keeps),
	}}, nil
}

// ownLog reports whether a log group is one of Riposte's: named by its stack, or after one of its functions.
func ownLog(ev *cloudtrail.Event, group string) bool {
	return ev.OwnName(group) || ev.OwnName(group[strings.LastIndexByte(group, '/')+1:])
}

// logGroup returns the name of the group that a request names, by itself or in an ARN.
func logGroup(ev *cloudtrail.Event) (string, error) {
	name, err := textOf(ev, "logGroupName")
	if err != nil {
		if id, other := textOf(ev, "logGroupIdentifier"); other == nil {
			name, err = id, nil
		}
	}
	if _, inARN, ok := strings.Cut(name, ":log-group:"); ok {
		name = strings.TrimSuffix(inARN, ":*")
	}
	return name, err
}
