package exposure

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

const (
	lambdaSource       = "lambda.amazonaws.com"
	addLayerPermission = "AddLayerVersionPermission"
)

// FunctionPolicyOpened fires when everyone or another account may invoke a function or read a layer.
func FunctionPolicyOpened() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-009",
		Title:    "Lambda function or layer opened to others",
		Class:    "lambda-public-or-cross-account-policy",
		Severity: detect.High,
		Doc: `**Why it matters.** A function acts with its role. Whoever may invoke it from outside has a way into the
account that survives every change of passwords and keys: a well-known back door. A layer that others may read shows its
code.

Everyone is critical, and high for a layer; another account is high, and medium for a layer. A service that may invoke the
function for whichever account asks it to is low: sourceArn or sourceAccount is missing. Own accounts, those that you trust
and services that are bound to a source in them stay quiet, and so does a limit to the own organisation, or to one where
you did not say which that is.

**False positives.** Function URLs that are meant for everyone, which need such a permission; accounts of the same
organisation: list them as trusted; layers that are published.

**What to do.** Remove the statement, by the id that the event names. Ask the caller why, and look at the invocations
since.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1648", URL: "https://attack.mitre.org/techniques/T1648/"},
			{
				Kind: "AWS", Name: "Viewing resource-based IAM policies in Lambda",
				URL: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
			},
		},
		Pattern: detect.Pattern{{Source: lambdaSource, Names: []string{"AddPermission", addLayerPermission}, Dated: true}},
		Actions: []string{"remove-function-permission"},
		Match:   matchFunctionPolicyOpened,
	}
}

// functionPermission is what is asked for in AddPermission and in AddLayerVersionPermission.
type functionPermission struct {
	FunctionName, LayerName, VersionNumber, StatementID cloudtrail.Text
	Qualifier                                           cloudtrail.Text
	Action, Principal, SourceARN, SourceAccount         cloudtrail.Text
	PrincipalOrgID, OrganizationID                      cloudtrail.Text
	EventSourceToken, FunctionURLAuthType               cloudtrail.Text
}

func matchFunctionPolicyOpened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[functionPermission](ev)
	if err != nil {
		return nil, err
	}
	function, qualifier := ownFunction(ev, string(req.FunctionName), string(req.Qualifier))
	req.Qualifier = cloudtrail.Text(qualifier)
	a := access{resource: detect.Resource{Type: detect.Function, ID: function}}
	a.what = "policy of function " + detect.Text(a.resource.ID)
	if ev.Name == addLayerPermission {
		a.resource = detect.Resource{Type: detect.LayerVersion, ID: string(req.LayerName) + ":" + string(req.VersionNumber)}
		a.what = "policy of layer " + detect.Text(a.resource.ID)
		req.PrincipalOrgID = req.OrganizationID
	}
	if req.FunctionName == "" && req.LayerName == "" || req.Principal == "" || req.Action == "" {
		return nil, errors.New("request parameters: no functionName or layerName, principal or action")
	}
	a.verdict = iampolicy.JudgeGrant(iampolicy.Grant{
		Principal: string(req.Principal), Actions: []string{string(req.Action)},
		SourceARN: string(req.SourceARN), SourceAccount: string(req.SourceAccount), PrincipalOrgID: string(req.PrincipalOrgID),
		EventSourceToken: string(req.EventSourceToken), FunctionURLAuthType: string(req.FunctionURLAuthType),
	}, "lambda", estate.Context(ev))
	for i := range a.verdict.Risks {
		if r := &a.verdict.Risks[i]; r.Code == iampolicy.ConfusedDeputy {
			r.Severity = iampolicy.Low // the service still has to be made to call this function
		}
	}
	findings := a.findings(iampolicy.Public, iampolicy.ExternalAccount, iampolicy.ConfusedDeputy)
	for i := range findings {
		req.answered(&findings[i])
		if req.StatementID != "" {
			findings[i].Summary += fmt.Sprintf("; statement id %s", detect.Text(string(req.StatementID)))
		}
	}
	return findings, nil
}

// answered says which remedy fits: none for layers, and none where the record does not tell which statement was added.
func (p functionPermission) answered(f *detect.Finding) {
	if p.FunctionName == "" || p.StatementID == "" {
		f.Actions = []string{}
		return
	}
	f.Params[detect.ParamStatementID] = string(p.StatementID)
	f.Params[detect.ParamGrantees] = jsonList([]string{wholeAccount(string(p.Principal))})
	if p.Qualifier != "" {
		f.Params[detect.ParamQualifier] = string(p.Qualifier)
	}
}

// wholeAccount returns the id of an account whose root a principal names, and any other principal as it is.
func wholeAccount(principal string) string {
	if a, ok := iampolicy.ParseARN(principal); ok && a.Service == "iam" && a.Resource == "root" {
		return a.Account
	}
	return principal
}
