// Package sharing holds the remedies for resources that were opened to others: to everyone, or to another account.
package sharing

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/smithy-go"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// client returns a lens's way to a service in a target's account and region.
func client[C, O any](accounts access.Accounts, from func(aws.Config, ...func(*O)) C) func(context.Context, remedy.Target) (C, error) {
	return func(ctx context.Context, t remedy.Target) (C, error) {
		cfg, err := accounts(ctx, t)
		if err != nil {
			var none C
			return none, err
		}
		return from(cfg), nil
	}
}

// coded reports whether an error is the API's with one of the given codes.
func coded(err error, codes ...string) bool {
	var e smithy.APIError
	return errors.As(err, &e) && slices.Contains(codes, e.ErrorCode())
}

// gone turns a service's words for a missing resource into remedy.ErrGone and leaves other errors alone.
func gone(err error, codes ...string) error {
	if coded(err, codes...) {
		return remedy.ErrGone
	}
	return err
}

// findResource returns the resource of a finding, which must be of one kind, with the params that a lens needs. A resource
// that is named by its ARN must be the account's own.
func findResource(f detect.Finding, kind detect.ResourceType, params ...string) (remedy.Target, error) {
	t := remedy.TargetOf(f, params...)
	switch {
	case f.Resource.Type != kind:
		return t, remedy.Refuse("%s is no %s", f.Resource, kind)
	case t.ID == "":
		return t, remedy.Refuse("the finding names no %s", kind)
	case !arn.IsARN(t.ID):
		return t, nil
	}
	a, err := arn.Parse(t.ID)
	if err != nil || a.AccountID != t.Account || a.Partition != t.Partition || a.Region != t.Region {
		return t, remedy.Refuse("%s %s does not belong to account %s in %s: it can only be changed where it belongs",
			strings.ToLower(string(kind)), t.ID, t.Account, t.Region)
	}
	return t, nil
}

// name returns the last part of a name, which may be an ARN or an address.
func name(id string) string { return id[strings.LastIndexAny(id, ":/")+1:] }
