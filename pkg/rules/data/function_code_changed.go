package data

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
	"riposte/pkg/rules/estate"
)

const (
	updateFunctionCode  = "UpdateFunctionCode"
	publishLayerVersion = "PublishLayerVersion"
	createEventSource   = "CreateEventSourceMapping"
)

// FunctionCodeChanged fires when a function comes to run other code.
func FunctionCodeChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-010",
		Title:    "Function code or layers changed",
		Class:    "lambda-code-or-layer-changed",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Who changes a function's code acts with its role from then on, sees what it is called with,
and stays in the account after their own credential is gone. A layer does the same without touching the code.

Layers of a stranger's account are high, in new functions as well: their owner decides what runs. So is a source of events
in a stranger's account, which says when the function runs and on what. Code, and layers of known accounts and of AWS,
are medium where they may have been put by a person's hand, and low where a role of a pipeline or a service did it. A new
version of a layer, which no function runs yet, and another source of events are low by hand and no findings else. Neither
are other settings, new functions of own code, dry runs and layers that are taken off.

**False positives.** Work in development accounts; extensions of vendors, which are layers of their accounts: list those
that you use as trusted. The layers that AWS publishes are known where one account does it for most regions.

**What to do.** Compare the code's hash with what your pipeline built (CodeSha256), and go back to the former version.
Look at what the function's role did since.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1648", URL: "https://attack.mitre.org/techniques/T1648/"},
			{
				Kind: "AWS", Name: "Managing Lambda dependencies with layers",
				URL: "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: "lambda.amazonaws.com",
			Names:  []string{updateFunctionCode, "UpdateFunctionConfiguration", "CreateFunction", publishLayerVersion, createEventSource}, Dated: true,
		}},
		Match: matchFunctionCodeChanged,
	}
}

func matchFunctionCodeChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case publishLayerVersion:
		return layerPublished(ev)
	case createEventSource:
		return eventSourceAdded(ev)
	case updateFunctionCode:
		if ev.Request.Omitted() {
			return unseenCode(ev)
		}
	}
	req, err := cloudtrail.RequestOf[struct {
		FunctionName cloudtrail.Text
		DryRun       cloudtrail.Flag
		Layers       cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.FunctionName == "" {
		return nil, errors.New("request parameters: no functionName")
	}
	f := detect.Finding{
		Severity: byHand(ev, detect.Medium),
		Resource: detect.Resource{Type: detect.Function, ID: string(req.FunctionName)},
	}
	function := "function " + detect.Text(f.Resource.ID)
	strange := strangersLayer(ev, f.Resource.ID, req.Layers)
	switch {
	case strange != "":
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("%s runs the layer %s of an account that nobody listed as trusted", function, detect.Text(strange))
	case ev.Name == updateFunctionCode && !bool(req.DryRun):
		f.Summary = function + " got other code"
	case ev.Name == "UpdateFunctionConfiguration" && len(req.Layers) > 0:
		f.Summary = fmt.Sprintf("%s runs other layers, the last of them %s", function,
			detect.Text(string(req.Layers[len(req.Layers)-1])))
	default:
		return nil, nil
	}
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// unseenCode tells of new code where only the answer names the function.
func unseenCode(ev *cloudtrail.Event) ([]detect.Finding, error) {
	resp, err := cloudtrail.ResponseOf[struct{ FunctionName cloudtrail.Text }](ev)
	if err != nil || resp.FunctionName == "" {
		return nil, errors.New("neither request parameters nor response elements name the function")
	}
	return []detect.Finding{{
		Severity: byHand(ev, detect.Medium),
		Resource: detect.Resource{Type: detect.Function, ID: string(resp.FunctionName)},
		Summary:  "function " + detect.Text(string(resp.FunctionName)) + " got other code" + caller.Through(ev),
	}}, nil
}

// byHand returns a severity where a person may have made the call, and Low where a role or a service did.
func byHand(ev *cloudtrail.Event, s detect.Severity) detect.Severity {
	if caller.IsPerson(ev) {
		return s
	}
	return min(s, detect.Low)
}

// layerPublished tells of a new version of a layer that a person published.
func layerPublished(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ LayerName cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.LayerName == "" {
		return nil, errors.New("request parameters: no layerName")
	}
	if !caller.IsPerson(ev) {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.LayerVersion, ID: string(req.LayerName)},
		Summary: fmt.Sprintf("%s published a version of the layer %s, which functions can run",
			detect.Text(ev.Identity.Name()), detect.Text(string(req.LayerName))),
	}}, nil
}

// eventSourceAdded tells of a queue, stream or topic that calls a function from now on.
func eventSourceAdded(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ FunctionName, EventSourceARN cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.FunctionName == "" {
		return nil, errors.New("request parameters: no functionName")
	}
	f := detect.Finding{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.Function, ID: string(req.FunctionName)},
	}
	source := detect.Text(string(req.EventSourceARN))
	if source == "" {
		source = "a source outside of AWS" // a cluster of Kafka that the account runs itself
	}
	f.Summary = fmt.Sprintf("%s made %s call the function %s",
		detect.Text(ev.Identity.Name()), source, detect.Text(f.Resource.ID))
	switch owner := estate.Stranger(ev, string(req.EventSourceARN)); {
	case owner != "":
		f.Severity = detect.High
		f.Summary += ", though it belongs to account " + detect.Text(owner)
	case !caller.IsPerson(ev):
		return nil, nil
	}
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}
