package storage

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/s3control/types"
	smithyendpoints "github.com/aws/smithy-go/endpoints"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const noBlock = "NoSuchPublicAccessBlockConfiguration"

// RestoreAccountPublicAccessBlock switches those settings of an account's Block Public Access on that the event left off.
func RestoreAccountPublicAccessBlock(accounts access.Accounts) remedy.Remedy {
	return restoreBlock(actions.RestoreAccountPublicAccessBlock(),
		access.Client(accounts, func(cfg aws.Config) blocker { return accountBlock{newControl(cfg)} }),
		findAccount,
		func(t remedy.Target) string { return "account " + t.ID })
}

// newControl returns a client that takes an endpoint of one's own as it is: it has no hosts for accounts.
func newControl(cfg aws.Config) *s3control.Client {
	return s3control.NewFromConfig(cfg, func(o *s3control.Options) {
		if cfg.BaseEndpoint != nil {
			o.EndpointResolverV2 = ownEndpoint(*cfg.BaseEndpoint)
		}
	})
}

// ownEndpoint is an endpoint in place of those of AWS.
type ownEndpoint string

// ResolveEndpoint returns the endpoint, whatever the account.
func (e ownEndpoint) ResolveEndpoint(context.Context, s3control.EndpointParameters) (smithyendpoints.Endpoint, error) {
	uri, err := url.Parse(string(e))
	if err != nil {
		return smithyendpoints.Endpoint{}, fmt.Errorf("endpoint of S3 Control: %w", err)
	}
	return smithyendpoints.Endpoint{URI: *uri}, nil
}

func findAccount(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamSettings)
	if f.Resource.Type != detect.Account || t.ID == "" || t.ID != t.Account {
		return t, remedy.Refuse("%s is not the account of the event", f.Resource)
	}
	return t, nil
}

// accountBlock is the Block Public Access of accounts.
type accountBlock struct{ api *s3control.Client }

func (s accountBlock) get(ctx context.Context, t remedy.Target) (*block, error) {
	out, err := s.api.GetPublicAccessBlock(ctx, &s3control.GetPublicAccessBlockInput{AccountId: aws.String(t.Account)})
	switch {
	case access.Coded(err, noBlock):
		return nil, nil
	case err != nil:
		return nil, err
	case out.PublicAccessBlockConfiguration == nil:
		return nil, nil
	}
	c := out.PublicAccessBlockConfiguration
	return &block{
		blockACLs: aws.ToBool(c.BlockPublicAcls), ignoreACLs: aws.ToBool(c.IgnorePublicAcls),
		blockPolicy: aws.ToBool(c.BlockPublicPolicy), restrict: aws.ToBool(c.RestrictPublicBuckets),
	}, nil
}

func (s accountBlock) put(ctx context.Context, t remedy.Target, b block) error {
	_, err := s.api.PutPublicAccessBlock(ctx, &s3control.PutPublicAccessBlockInput{
		AccountId: aws.String(t.Account),
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(b.blockACLs), IgnorePublicAcls: aws.Bool(b.ignoreACLs),
			BlockPublicPolicy: aws.Bool(b.blockPolicy), RestrictPublicBuckets: aws.Bool(b.restrict),
		},
	})
	return governed(err, t)
}

func (s accountBlock) remove(ctx context.Context, t remedy.Target) error {
	_, err := s.api.DeletePublicAccessBlock(ctx, &s3control.DeletePublicAccessBlockInput{AccountId: aws.String(t.Account)})
	return governed(err, t)
}

// governed explains a denial: where the organization sets Block Public Access, no account may.
func governed(err error, t remedy.Target) error {
	return refused(err, "S3 does not let the settings of account "+t.Account+" be changed: a policy of the organization governs "+
		"them, or forbids the call; change it in the management account")
}
