// Package access gives remedies their way into an account, and refuses the accounts that are not theirs to change.
package access

import (
	"context"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"riposte/pkg/remedy"
)

// Accounts returns the SDK configuration for the account and the region of a target, or a *remedy.Refusal where nothing
// may be changed there.
type Accounts func(ctx context.Context, t remedy.Target) (aws.Config, error)

// HomeAccount gives access to one account only: the one of cfg's credentials, whose id home returns. home is asked when
// it is needed first, and again only after it has failed.
func HomeAccount(cfg aws.Config, home func(context.Context) (string, error)) Accounts {
	known := once(home)
	return func(ctx context.Context, t remedy.Target) (aws.Config, error) {
		if err := within(cfg, t); err != nil {
			return aws.Config{}, err
		}
		account, err := known(ctx)
		switch {
		case err != nil:
			return aws.Config{}, err
		case t.Account != account:
			return aws.Config{}, notHome(t, account)
		case t.RootTask != "":
			return aws.Config{}, remedy.Refuse("%s is the root user's: only a deployment for an organization can take on root, and only in "+
				"members' accounts; sign in as root and remove it there", t)
		}
		there := cfg.Copy()
		there.Region = t.Region
		return there, nil
	}
}

func notHome(t remedy.Target, home string) error {
	return remedy.Refuse("%s is not in account %s, the only one that may be changed from here", t, home)
}

// within refuses a target that names no place, or one that the credentials are not made for.
func within(cfg aws.Config, t remedy.Target) error {
	if t.Account == "" || t.Region == "" {
		return remedy.Refuse("%s/%s: the event names no account or no region", t.Type, t.ID)
	}
	own := partitionOf(cfg.Region)
	if t.Partition != own || partitionOf(t.Region) != own {
		return remedy.Refuse("%s is in partition %q, region %q: the credentials at hand are for partition %q",
			t, t.Partition, t.Region, own)
	}
	return nil
}

// Known returns an account that needs no asking. Without one, every target is refused.
func Known(account string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		if account == "" {
			return "", remedy.Refuse("the account that may be changed is not configured")
		}
		return account, nil
	}
}

// once remembers the first answer that is no error.
func once(ask func(context.Context) (string, error)) func(context.Context) (string, error) {
	var mu sync.Mutex
	var answer string
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if answer != "" {
			return answer, nil
		}
		got, err := ask(ctx)
		if err == nil {
			if got == "" {
				return "", remedy.Refuse("the account of the credentials is unknown")
			}
			answer = got
		}
		return got, err
	}
}

// partitionOf returns the partition of a region by its name.
// See https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html.
func partitionOf(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"eusc-", "aws-eusc"},
		{"us-isob-", "aws-iso-b"},
		{"us-isof-", "aws-iso-f"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-iso-", "aws-iso"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}
