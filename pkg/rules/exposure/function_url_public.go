package exposure

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const createFunctionURL = "CreateFunctionUrlConfig"

// FunctionURLPublic fires when a function gets a URL that asks for no credentials.
func FunctionURLPublic() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-010",
		Title:    "Function URL without authentication",
		Class:    "lambda-function-url-public",
		Severity: detect.High,
		Doc: `**Why it matters.** A function URL with the authentication type NONE lets everybody on the Internet run the
function with its role, as soon as the function's policy allows it too. It is a back door that needs no credentials, and a
way to carry data out.

**False positives.** Webhooks and small public services that check their callers in their own code.

**What to do.** Ask the caller what the URL is for. Set the authentication to AWS_IAM or delete the URL; the statement in
the function's policy outlives the URL and has to be removed beside it (EXP-009).`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1648", URL: "https://attack.mitre.org/techniques/T1648/"},
			{
				Kind: "AWS", Name: "Control access to Lambda function URLs",
				URL: "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: lambdaSource, Names: []string{createFunctionURL, "UpdateFunctionUrlConfig"}, Dated: true,
		}},
		Actions: []string{"restrict-function-url"},
		Match:   matchFunctionURLPublic,
	}
}

func matchFunctionURLPublic(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ FunctionName, Qualifier, AuthType cloudtrail.Text }](ev)
	switch {
	case err != nil:
		return nil, err
	case req.FunctionName == "":
		return nil, errors.New("request parameters: no functionName")
	case req.AuthType == "" && ev.Name == createFunctionURL:
		return nil, errors.New("request parameters: no authType")
	case !strings.EqualFold(string(req.AuthType), "NONE"):
		return nil, nil
	}
	function, qualifier := ownFunction(ev, string(req.FunctionName), string(req.Qualifier))
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Function, ID: function},
		Summary:  "function " + detect.Text(function) + " has a URL that asks for no credentials",
	}
	if qualifier != "" {
		f.Params = map[string]string{detect.ParamQualifier: qualifier}
	}
	if resp, err := cloudtrail.ResponseOf[struct{ FunctionURL cloudtrail.Text }](ev); err == nil && resp.FunctionURL != "" {
		f.Summary += ": " + detect.Text(string(resp.FunctionURL))
	}
	return []detect.Finding{f}, nil
}
