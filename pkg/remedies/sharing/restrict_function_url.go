package sharing

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RestrictFunctionURL makes the URL of a function, or of an alias of it, ask for credentials. The aspect is how the URL
// authenticates.
func RestrictFunctionURL(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*lambda.Client, types.FunctionUrlAuthType]{
		Action: actions.RestrictFunctionURL(),
		Lens: remedy.Lens[*lambda.Client, types.FunctionUrlAuthType]{
			Client: client(accounts, lambda.NewFromConfig), Read: readURLAuth, Write: writeURLAuth,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return findResource(f, detect.Function, detect.ParamQualifier)
		},
		Want: func(context.Context, *lambda.Client, detect.Finding, remedy.Target, types.FunctionUrlAuthType) (types.FunctionUrlAuthType, error) {
			return types.FunctionUrlAuthTypeAwsIam, nil
		},
		Summary: func(t remedy.Target, before, after types.FunctionUrlAuthType) string {
			return fmt.Sprintf("URL of function %s: authentication %s → %s", qualified(t), before, after)
		},
		Nothing: func(t remedy.Target, live types.FunctionUrlAuthType) string {
			return fmt.Sprintf("the URL of function %s has authentication %s", qualified(t), live)
		},
	})
}

const functionMissing = "ResourceNotFoundException"

// qualifier returns the version or alias of a target, or nil.
func qualifier(t remedy.Target) *string {
	if q := t.Params[detect.ParamQualifier]; q != "" {
		return aws.String(q)
	}
	return nil
}

// qualified names a function with its version or alias.
func qualified(t remedy.Target) string {
	if q := t.Params[detect.ParamQualifier]; q != "" {
		return t.ID + ":" + q
	}
	return t.ID
}

func readURLAuth(ctx context.Context, api *lambda.Client, t remedy.Target) (types.FunctionUrlAuthType, error) {
	out, err := api.GetFunctionUrlConfig(ctx, &lambda.GetFunctionUrlConfigInput{
		FunctionName: aws.String(t.ID), Qualifier: qualifier(t),
	})
	if err != nil {
		return "", gone(err, functionMissing)
	}
	return out.AuthType, nil
}

func writeURLAuth(ctx context.Context, api *lambda.Client, t remedy.Target, _, to types.FunctionUrlAuthType) error {
	_, err := api.UpdateFunctionUrlConfig(ctx, &lambda.UpdateFunctionUrlConfigInput{
		FunctionName: aws.String(t.ID), Qualifier: qualifier(t), AuthType: to,
	})
	return gone(err, functionMissing)
}
