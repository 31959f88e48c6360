package sharing

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/remedy"
)

// permissionOf returns the call that adds a statement of a function's policy again. It refuses a statement that no such
// call makes.
func permissionOf(statement string) (*lambda.AddPermissionInput, error) {
	var s struct {
		Sid, Effect, Action string
		Principal           json.RawMessage
		Condition           map[string]map[string]json.RawMessage
		FunctionURLAuthType string // where emulators of AWS write what is a condition
	}
	sid := sidOf(json.RawMessage(statement))
	if err := json.Unmarshal([]byte(statement), &s); err != nil {
		return nil, &remedy.Refusal{Reason: "the statement " + detect.Text(sid) + " cannot be read", Err: err}
	}
	in := &lambda.AddPermissionInput{StatementId: aws.String(sid), Action: aws.String(s.Action), Principal: principal(s.Principal)}
	if s.Effect != "Allow" || in.Principal == nil || s.Action == "" {
		return nil, remedy.Refuse("statement %s could not be added again: AddPermission writes no such effect, action or principal", sid)
	}
	if s.FunctionURLAuthType != "" {
		in.FunctionUrlAuthType = types.FunctionUrlAuthType(s.FunctionURLAuthType)
	}
	for operator, keys := range s.Condition {
		for key, raw := range keys {
			value := scalar(raw)
			if value == "" || !withCondition(in, strings.ToLower(operator+" "+key), value) {
				return nil, remedy.Refuse("statement %s could not be added again: AddPermission writes no condition %s on %s", sid, operator, key)
			}
		}
	}
	return in, nil
}

// withCondition sets what makes AddPermission write a condition.
func withCondition(in *lambda.AddPermissionInput, condition, value string) bool {
	switch condition {
	case "arnlike aws:sourcearn":
		in.SourceArn = aws.String(value)
	case "stringequals aws:sourceaccount":
		in.SourceAccount = aws.String(value)
	case "stringequals aws:principalorgid":
		in.PrincipalOrgID = aws.String(value)
	case "stringequals lambda:eventsourcetoken":
		in.EventSourceToken = aws.String(value)
	case "stringequals lambda:functionurlauthtype":
		in.FunctionUrlAuthType = types.FunctionUrlAuthType(value)
	case "bool lambda:invokedviafunctionurl":
		in.InvokedViaFunctionUrl = aws.Bool(strings.EqualFold(value, "true"))
	default:
		return false
	}
	return true
}

// principal returns the principal of a statement as AddPermission takes it, or nil.
func principal(raw json.RawMessage) *string {
	var kinds map[string]json.RawMessage
	if json.Unmarshal(raw, &kinds) == nil {
		if len(kinds) != 1 {
			return nil
		}
		raw = kinds["AWS"]
		if raw == nil {
			raw = kinds["Service"]
		}
	}
	if text := scalar(raw); text != "" {
		return aws.String(text)
	}
	return nil
}

// plainPrincipal returns a principal in the one spelling that findings have: whole accounts as their ids.
func plainPrincipal(p string) string {
	if a, ok := iampolicy.ParseARN(p); ok && a.Service == "iam" && a.Resource == "root" {
		return a.Account
	}
	return p
}

// scalar returns a JSON text or boolean, also as the only one of a list, as a text.
func scalar(raw json.RawMessage) string {
	if list := texts(raw); len(list) == 1 {
		return list[0]
	}
	var b bool
	if json.Unmarshal(raw, &b) == nil && string(raw) != "null" && len(raw) > 0 {
		if b {
			return "true"
		}
		return "false"
	}
	return ""
}
