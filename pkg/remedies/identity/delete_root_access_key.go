package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// deleteCredentials is AWS's task that lets root's credentials be listed and deleted.
const deleteCredentials = "IAMDeleteRootUserCredentials"

// DeleteRootAccessKey deletes a key of a member's root user, which cannot be deactivated from outside. The aspect is when
// the key was made; an empty text means that root has no such key.
func DeleteRootAccessKey(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.DeleteRootAccessKey(),
		Lens: remedy.Lens[*iam.Client, string]{
			Client: rootClient(accounts),
			Read:   readRootKey,
			Write:  writeRootKey,
		},
		Find: findRootKey,
		Want: func(context.Context, *iam.Client, detect.Finding, remedy.Target, string) (string, error) {
			return "", nil
		},
		Summary: func(t remedy.Target, made, _ string) string {
			return fmt.Sprintf("access key %s of the root user, made at %s: deleted", t.ID, made)
		},
		Nothing: func(t remedy.Target, _ string) string { return fmt.Sprintf("the root user has no access key %s", t.ID) },
	})
}

// rootClient returns the way to the IAM of a member as its root. Calls that name no user are about the caller's own keys,
// so nobody else may make them.
func rootClient(accounts access.Accounts) func(context.Context, remedy.Target) (*iam.Client, error) {
	as := client(accounts)
	return func(ctx context.Context, t remedy.Target) (*iam.Client, error) {
		if t.RootTask != deleteCredentials {
			return nil, remedy.Refuse("%s: nobody but root may look at it, and the journal does not say so", t)
		}
		return as(ctx, t)
	}
}

func findRootKey(f detect.Finding) (remedy.Target, error) {
	t := targetOf(f)
	t.RootTask = deleteCredentials
	switch {
	case f.Resource.Type != detect.AccessKey || !strings.HasPrefix(t.ID, "AKIA"):
		return t, remedy.Refuse("%s is no access key that lasts", f.Resource)
	case f.Actor.Kind != "Root":
		return t, remedy.Refuse("%s was not made by root, and root's own keys nobody else can make", t)
	}
	return t, nil
}

func readRootKey(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	pages := iam.NewListAccessKeysPaginator(api, &iam.ListAccessKeysInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, key := range page.AccessKeyMetadata {
			if aws.ToString(key.AccessKeyId) != t.ID {
				continue
			}
			if key.CreateDate == nil {
				return "", errors.New("the answer does not say when the key was made")
			}
			return key.CreateDate.UTC().Format(time.RFC3339Nano), nil
		}
	}
	return "", nil
}

func writeRootKey(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) error {
	if to != "" {
		return remedy.Refuse("the secret of access key %s is lost: root has to make a new key", t.ID)
	}
	if _, err := api.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: aws.String(t.ID)}); !missing(err) {
		return err
	}
	return nil // deleted meanwhile
}
