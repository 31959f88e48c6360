package access

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"riposte/pkg/remedy"
)

// Client returns what a Lens makes its SDK client with.
func Client[C any](accounts Accounts, make func(aws.Config) C) func(context.Context, remedy.Target) (C, error) {
	return func(ctx context.Context, t remedy.Target) (client C, err error) {
		cfg, err := accounts(ctx, t)
		if err != nil {
			return client, err
		}
		return make(cfg), nil
	}
}

// Coded reports whether an error is an API's answer with one of the given codes.
func Coded(err error, codes ...string) bool {
	var e smithy.APIError
	return errors.As(err, &e) && slices.Contains(codes, e.ErrorCode())
}

// Gone turns an API's answer with one of the given codes into remedy.ErrGone and leaves other errors alone.
func Gone(err error, codes ...string) error {
	if Coded(err, codes...) {
		return remedy.ErrGone
	}
	return err
}
