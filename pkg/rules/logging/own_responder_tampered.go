package logging

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// OwnResponderTampered fires when somebody changes, cuts off or deletes what Riposte consists of. What the rules about
// EventBridge rules, alarms and logs see of Riposte's own is told by those.
func OwnResponderTampered() *detect.Rule {
	judged := together(ownParts()...)
	pattern := judged.pattern()
	for i := range pattern {
		pattern[i].Dated = pattern[i].Source == lambdaSource
	}
	return &detect.Rule{
		ID:       "LOG-022",
		Title:    "Riposte itself tampered with",
		Class:    "own-responder-tampered",
		Severity: detect.Critical,
		Doc: `**Why it matters.** Who changes the responder's code or roles acts with its rights, which reach far, and who stops it is
no longer seen. An alert of Riposte about itself may be its last: let somebody else watch it too.

What counts as Riposte's own has the stack's name, or a name that begins with it and a dash, in the account where Riposte
runs and in those of members: functions and their sources of events, roles and managed policies, event buses, the table of
the ledger, the alias of its key, queues, the topic, schedules, the stacks and StackSets themselves. A reserved concurrency
of zero stops a function as deleting it does. Rules on buses are told by LOG-017, alarms by LOG-018, logs by LOG-014, trails
by the rules about trails.

All that is critical, whoever calls. Through CloudFormation it is medium, because that is how a deployment does it, but
check it against one; functions, buses and the table that are deleted are critical even so, because no upgrade deletes
them. Stacks that are deleted, or lose their protection against it, are critical; updated ones are medium. Another tag on
one of Riposte's rules is low. A dry run, a concurrency above zero, and the tag that Riposte's own heartbeat sets stay quiet.

**False positives.** Your own deployment, the upgrade, and the removal of Riposte.

**What to do.** Deploy Riposte again from a source that you trust. Compare the code's hash with the build, and the roles'
policies with docs/permissions.md. Find out how the caller came by the rights, and treat everything that Riposte did since
as the caller's work.`,
		Refs: []detect.Ref{
			attack("T1562.001"), attack("T1562.008"), attack("T1648"), attack("T1098"), attack("T1485"),
			aws("Updating function code", "lambda/latest/api/API_UpdateFunctionCode.html"),
			aws("Protecting a stack from being deleted", "AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html"),
		},
		Pattern: pattern,
		Denied:  true,
		Match:   judged.match,
	}
}

// ownParts are the parts of Riposte that can be tampered with, each with the calls that do so.
func ownParts() []calls {
	return []calls{
		ownFunctions(), ownRoles(), ownPolicies(), ownBuses(), ownRuleTags(), ownTable(), ownKey(), ownQueues(), ownTopic(),
		ownSchedules(), ownStacks(),
	}
}

const lambdaSource = "lambda.amazonaws.com"

func ownFunctions() calls {
	return calls{lambdaSource: {
		"DeleteEventSourceMapping":    onOwnFunction("function %s lost a source of events", deleting),
		"DeleteFunction":              onOwnFunction("function %s was deleted", deleting),
		"RemovePermission":            onOwnFunction("function %s lost a permission to be invoked", deploying),
		"UpdateFunctionCode":          codeUpdated,
		"UpdateFunctionConfiguration": onOwnFunction("function %s got another configuration", deploying),
		"PutFunctionConcurrency":      concurrencyPut,
		"UpdateEventSourceMapping": whereField("enabled", "false",
			onOwnFunction("function %s gets no more events from a source", deleting)),
	}}
}

// deploying and deleting say how urgent a change is that CloudFormation makes.
const (
	deploying = detect.Medium
	deleting  = detect.Critical
)

func onOwnFunction(said string, deployed detect.Severity) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		name, err := functionOf(ev)
		if err != nil {
			return nil, err
		}
		if !ev.OwnName(name) {
			return nil, nil
		}
		severity := detect.Critical
		if throughCloudFormation(ev) {
			severity = deployed
		}
		return []detect.Finding{{
			Severity: severity,
			Resource: detect.Resource{Type: detect.Function, ID: name},
			Summary:  fmt.Sprintf("Riposte's own "+said, detect.Text(name)),
		}}, nil
	}
}

// functionOf returns the name of the function that a call was made on. Where the request does not say, the answer may:
// most calls on other people's functions must not be suspected.
func functionOf(ev *cloudtrail.Event) (string, error) {
	inRequest, err := textOf(ev, "functionName")
	if err == nil {
		return functionName(inRequest), nil
	}
	resp, inAnswer := cloudtrail.ResponseOf[struct{ FunctionName, FunctionARN cloudtrail.Text }](ev)
	switch {
	case inAnswer == nil && resp.FunctionName != "":
		return functionName(string(resp.FunctionName)), nil
	case inAnswer == nil && resp.FunctionARN != "": // of a source of events, which the request names by its own id
		return functionName(string(resp.FunctionARN)), nil
	}
	if attempt.On(ev) != "" {
		return functionName(attempt.On(ev)), nil
	}
	if attempt.Unseen(ev) {
		return "", nil // most functions are not Riposte's
	}
	return "", err
}

// functionName returns a function's name out of what Lambda takes for one: a name, an ARN or a part of it, with or
// without a qualifier.
func functionName(named string) string {
	if _, inARN, ok := strings.Cut(named, "function:"); ok {
		named = inARN
	}
	name, _, _ := strings.Cut(named, ":")
	return name
}

func codeUpdated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	dryRun, err := optionalText(ev, "dryRun")
	if err == nil && strings.EqualFold(dryRun, "true") {
		return nil, nil
	}
	return onOwnFunction("function %s got other code", deploying)(ev)
}

func concurrencyPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	return whereField("reservedConcurrentExecutions", "0", onOwnFunction("function %s may no longer run", deleting))(ev)
}
