package sharing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveFunctionPermission takes one statement out of the policy of a function, or of a version or alias of it. The aspect
// is the statement; an empty text means that there is none with its id.
func RemoveFunctionPermission(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*lambda.Client, string]{
		Action: actions.RemoveFunctionPermission(),
		Lens: remedy.Lens[*lambda.Client, string]{
			Client: client(accounts, lambda.NewFromConfig), Read: readPermission, Write: writePermission, Equal: sameDocument,
		},
		Find: findPermission,
		Want: wantPermission,
		Summary: func(t remedy.Target, _, _ string) string {
			return fmt.Sprintf("policy of function %s: removed statement %s", qualified(t), t.Params[detect.ParamStatementID])
		},
		Nothing: func(t remedy.Target, _ string) string {
			return fmt.Sprintf("the policy of function %s has no statement %s", qualified(t), t.Params[detect.ParamStatementID])
		},
	})
}

// sameDocument compares what documents say, whatever their white space and the order of their keys.
func sameDocument(a, b string) bool {
	return a == b || a != "" && b != "" && detect.DocumentHash([]byte(a)) == detect.DocumentHash([]byte(b))
}

func findPermission(f detect.Finding) (remedy.Target, error) {
	t, err := findResource(f, detect.Function, detect.ParamStatementID, detect.ParamQualifier)
	if err == nil && t.Params[detect.ParamStatementID] == "" {
		err = remedy.Refuse("the finding does not say which statement was added to the policy of function %s", t.ID)
	}
	return t, err
}

// wantPermission refuses a statement that lets in others than the event's, and one that undo could not add again.
func wantPermission(_ context.Context, _ *lambda.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
	if before == "" {
		return "", nil
	}
	var event grantees
	if err := json.Unmarshal([]byte(f.Params[detect.ParamGrantees]), &event); err != nil || len(event) == 0 {
		return "", &remedy.Refusal{Reason: "the finding does not say whom the statement lets in", Err: err}
	}
	p, err := permissionOf(before)
	if err != nil {
		return "", err
	}
	if live := plainPrincipal(aws.ToString(p.Principal)); !event.equal(grantees{live}) {
		return "", remedy.Refuse("statement %s of function %s lets in %s and the event let in %s: somebody has changed it",
			t.Params[detect.ParamStatementID], t.ID, live, event)
	}
	return "", nil
}

func readPermission(ctx context.Context, api *lambda.Client, t remedy.Target) (string, error) {
	out, err := api.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: aws.String(t.ID), Qualifier: qualifier(t)})
	if coded(err, functionMissing) {
		// Lambda answers the same for a function without a policy; one of its cheaper settings tells.
		_, err := api.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String(t.ID)})
		return "", gone(err, functionMissing)
	}
	if err != nil {
		return "", err
	}
	list, err := detect.PolicyStatements([]byte(aws.ToString(out.Policy)))
	if err != nil {
		return "", &remedy.Refusal{Reason: "the live policy cannot be read", Err: err}
	}
	for _, statement := range list {
		if sidOf(statement) == t.Params[detect.ParamStatementID] {
			return ordered(statement)
		}
	}
	return "", nil
}

// ordered returns a statement with its keys in order: Lambda keeps what AddPermission said and no text.
func ordered(statement json.RawMessage) (string, error) {
	var v any
	if err := json.Unmarshal(statement, &v); err != nil {
		return "", &remedy.Refusal{Reason: "the live policy cannot be read", Err: err}
	}
	raw, err := json.Marshal(v)
	return string(raw), err
}

func writePermission(ctx context.Context, api *lambda.Client, t remedy.Target, from, to string) error {
	if from != "" && to != "" { // only where somebody forces it is there another statement of the id
		if err := writePermission(ctx, api, t, from, ""); err != nil {
			return err
		}
	}
	if to == "" {
		_, err := api.RemovePermission(ctx, &lambda.RemovePermissionInput{
			FunctionName: aws.String(t.ID), Qualifier: qualifier(t), StatementId: aws.String(t.Params[detect.ParamStatementID]),
		})
		if coded(err, functionMissing) {
			return nil // removed meanwhile, or the function was: reading tells when the change is verified
		}
		return err
	}
	in, err := permissionOf(to)
	if err != nil {
		return err
	}
	in.FunctionName, in.Qualifier = aws.String(t.ID), qualifier(t)
	_, err = api.AddPermission(ctx, in)
	return gone(err, functionMissing)
}
