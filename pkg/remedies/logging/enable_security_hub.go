package logging

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// EnableSecurityHub enables Security Hub in a region of an account, without any standard.
func EnableSecurityHub(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*securityhub.Client, bool]{
		Action: actions.EnableSecurityHub(),
		Lens: remedy.Lens[*securityhub.Client, bool]{
			Client: client(accounts, securityhub.NewFromConfig),
			Read:   readHub,
			Write:  writeHub,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return find(f, detect.Account, []string{"DisableSecurityHub"})
		},
		Want: func(context.Context, *securityhub.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return true, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("Security Hub in account %s, region %s: disabled → enabled", t.Account, t.Region)
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("Security Hub is enabled in account %s, region %s", t.Account, t.Region)
		},
	})
}

func readHub(ctx context.Context, api *securityhub.Client, _ remedy.Target) (bool, error) {
	_, err := api.DescribeHub(ctx, &securityhub.DescribeHubInput{})
	if notSubscribed(err) {
		return false, nil
	}
	return err == nil, err
}

func writeHub(ctx context.Context, api *securityhub.Client, _ remedy.Target, _, to bool) error {
	if to {
		_, err := api.EnableSecurityHub(ctx, &securityhub.EnableSecurityHubInput{EnableDefaultStandards: aws.Bool(false)})
		if _, ok := errors.AsType[*types.ResourceConflictException](err); ok {
			return nil // enabled meanwhile
		}
		return err
	}
	_, err := api.DisableSecurityHub(ctx, &securityhub.DisableSecurityHubInput{})
	if notSubscribed(err) {
		return nil // disabled meanwhile
	}
	return err
}

// notSubscribed reports whether Security Hub says that it is not enabled.
func notSubscribed(err error) bool {
	_, access := errors.AsType[*types.InvalidAccessException](err)
	_, absent := errors.AsType[*types.ResourceNotFoundException](err)
	return access || absent
}
