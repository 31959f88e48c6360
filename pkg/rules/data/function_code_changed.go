package data

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/caller"
)

const updateFunctionCode = "UpdateFunctionCode"

// FunctionCodeChanged fires when a function comes to run other code.
func FunctionCodeChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-010",
		Title:    "Function code or layers changed",
		Class:    "lambda-code-or-layer-changed",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Who changes a function's code acts with its role from then on, sees what it is called with,
and stays in the account after their own credential is gone. A layer does the same without touching the code.

Layers of another account are high, in new functions as well: their owner decides what runs. Code, and layers of the own
account, are medium where they may have been put by a person's hand, and low where a role of a pipeline or a service did
it. Other settings, new functions of own code, dry runs and layers that are taken off are no findings.

**False positives.** Work in development accounts; extensions of vendors and of AWS, which are layers of their accounts:
make an exception for those that you use.

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
			Names:  []string{updateFunctionCode, "UpdateFunctionConfiguration", "CreateFunction"}, Dated: true,
		}},
		Match: matchFunctionCodeChanged,
	}
}

func matchFunctionCodeChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
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
	strange := foreignLayer(ev, f.Resource.ID, req.Layers)
	switch {
	case strange != "":
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("%s runs the layer %s of another account", function, detect.Text(strange))
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

// byHand returns a severity where a person may have made the call, and Low where a role or a service did.
func byHand(ev *cloudtrail.Event, s detect.Severity) detect.Severity {
	if caller.IsPerson(ev) {
		return s
	}
	return min(s, detect.Low)
}

// foreignLayer returns the first layer of another account than the function's, or "".
func foreignLayer(ev *cloudtrail.Event, function string, layers []cloudtrail.Text) string {
	own := ev.Account
	if a, ok := iampolicy.ParseARN(function); ok && iampolicy.IsAccount(a.Account) {
		own = a.Account
	}
	for _, l := range layers {
		a, ok := iampolicy.ParseARN(string(l))
		if ok && strings.HasPrefix(a.Resource, "layer:") && a.Account != own {
			return string(l)
		}
	}
	return ""
}
