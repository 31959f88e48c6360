package deadletters

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"riposte/pkg/redrive"
)

// A Function is a Lambda function that gets events as EventBridge gives them to it: asynchronously, so that Lambda keeps
// them, tries them again, and leaves them in the function's own queue for failures when that does not help.
type Function struct {
	api  *lambda.Client
	name string
}

// NewFunction returns the function with the given name or ARN.
func NewFunction(cfg aws.Config, name string) *Function {
	return &Function{api: lambda.NewFromConfig(cfg), name: name}
}

// Give hands an event to the function. Lambda has it when it answers 202.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (f *Function) Give(ctx context.Context, p redrive.Parcel) error {
	out, err := f.api.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: aws.String(f.name), InvocationType: types.InvocationTypeEvent, Payload: p.Payload,
	})
	switch {
	case err != nil:
		return fmt.Errorf("invoke %s: %w", f.name, err)
	case out.StatusCode != http.StatusAccepted:
		return fmt.Errorf("invoke %s: Lambda answered with status %d, and keeps an event only with %d", f.name, out.StatusCode, http.StatusAccepted)
	}
	return nil
}
