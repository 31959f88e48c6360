package logging

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// OwnResponderTampered fires when somebody changes, cuts off or deletes one of Riposte's own functions.
func OwnResponderTampered() *detect.Rule {
	judged := calls{"lambda.amazonaws.com": {
		"DeleteEventSourceMapping":    onOwnFunction("function %s lost a source of events", deleting),
		"DeleteFunction":              onOwnFunction("function %s was deleted", deleting),
		"RemovePermission":            onOwnFunction("function %s lost a permission to be invoked", deploying),
		"UpdateFunctionCode":          codeUpdated,
		"UpdateFunctionConfiguration": onOwnFunction("function %s got another configuration", deploying),
		"PutFunctionConcurrency":      concurrencyPut,
		"UpdateEventSourceMapping": whereField("enabled", "false",
			onOwnFunction("function %s gets no more events from a source", deleting)),
	}}
	pattern := judged.pattern()
	for i := range pattern {
		pattern[i].Dated = true
	}
	return &detect.Rule{
		ID:       "LOG-022",
		Title:    "Riposte's own function tampered with",
		Class:    "own-responder-tampered",
		Severity: detect.Critical,
		Doc: `**Why it matters.** Who changes the responder's code runs with its rights, which reach far, and who stops it is no
longer seen. An alert of Riposte about itself may be its last: let somebody else watch its functions too.

Functions whose name begins with Riposte are meant, whatever the caller. Code, configuration, permissions and a reserved
concurrency of zero are critical, and so is a source of events that is switched off or deleted: the remediator waits on a
queue. Code, configuration and permissions through CloudFormation are medium, because that is how a deployment does it, but
check it against one. A dry run, and a concurrency above zero, stay quiet.

**False positives.** Your own deployment, the upgrade, and the removal of Riposte. Stacks under another name than Riposte
are not recognised by name.

**What to do.** Deploy Riposte again from a source that you trust. Compare the code's hash with the build. Find out how the
caller came by the rights, and treat everything that Riposte did since as the caller's work.`,
		Refs: []detect.Ref{
			attack("T1562.001"), attack("T1648"),
			aws("Updating function code", "lambda/latest/api/API_UpdateFunctionCode.html"),
		},
		Pattern: pattern,
		Denied:  true,
		Match:   judged.match,
	}
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
		if !ripostes(name) {
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
