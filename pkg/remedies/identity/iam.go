// Package identity holds the remedies for changes to users, roles, groups and their rights.
package identity

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// client returns a lens's way to the IAM of a target's account.
func client(accounts access.Accounts) func(context.Context, remedy.Target) (*iam.Client, error) {
	return func(ctx context.Context, t remedy.Target) (*iam.Client, error) {
		cfg, err := accounts(ctx, t)
		if err != nil {
			return nil, err
		}
		return iam.NewFromConfig(cfg), nil
	}
}

// targetOf returns the target of a finding where IAM of its partition is managed, whatever region the event is from.
func targetOf(f detect.Finding, params ...string) remedy.Target {
	t := remedy.TargetOf(f, params...)
	if home, ok := iamHome()[t.Partition]; ok {
		t.Region = home
	}
	return t
}

// iamHome returns the region in which IAM of each partition is managed, and signs and records its calls.
// https://docs.aws.amazon.com/general/latest/gr/iam-service.html
func iamHome() map[string]string {
	return map[string]string{
		"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1",
		"aws-iso": "us-iso-east-1", "aws-iso-b": "us-isob-east-1", "aws-iso-e": "eu-isoe-west-1", "aws-iso-f": "us-isof-south-1",
	}
}

// missing reports whether IAM knows no such thing. It uses one error for whatever is missing: a user, or a policy of it.
func missing(err error) bool {
	_, ok := errors.AsType[*types.NoSuchEntityException](err)
	return ok
}

// gone turns IAM's word for a missing thing into remedy.ErrGone and leaves other errors alone.
func gone(err error) error {
	if missing(err) {
		return remedy.ErrGone
	}
	return final(err)
}

// final makes refusals of errors that stay however often the call is repeated.
func final(err error) error {
	if _, ok := errors.AsType[*types.UnmodifiableEntityException](err); ok {
		return &remedy.Refusal{Reason: "it belongs to an AWS service and cannot be changed", Err: err}
	}
	return err
}
