package identity

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// DeactivateAccessKey sets a key to Inactive. It never deletes one.
func DeactivateAccessKey(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, types.StatusType]{
		Action: actions.DeactivateAccessKey(),
		Lens: remedy.Lens[*iam.Client, types.StatusType]{
			Client: client(accounts),
			Read:   readKeyStatus,
			Write:  writeKeyStatus,
		},
		Find: findAccessKey,
		Want: func(_ context.Context, _ *iam.Client, _ detect.Finding, _ remedy.Target, before types.StatusType) (types.StatusType, error) {
			if before != types.StatusTypeActive {
				return before, nil
			}
			return types.StatusTypeInactive, nil
		},
		Summary: func(t remedy.Target, before, after types.StatusType) string {
			return fmt.Sprintf("access key %s of %s: %s → %s", t.ID, t.Parent, before, after)
		},
		Nothing: func(t remedy.Target, live types.StatusType) string {
			return fmt.Sprintf("access key %s of %s is %s already", t.ID, t.Parent, live)
		},
	})
}

func findAccessKey(f detect.Finding) (remedy.Target, error) {
	t := targetOf(f)
	if f.Resource.Type != detect.AccessKey || t.ID == "" {
		return t, remedy.Refuse("%s is no access key", f.Resource)
	}
	if rootKey(t) {
		return t, remedy.Refuse("access key %s belongs to the root user, or to a user who is called like it (%q): "+
			"a person has to look; a root key only root itself can deactivate", t.ID, t.Parent)
	}
	return t, nil
}

// rootKey reports whether a key is the root user's, which CloudTrail names in several ways. A key of a user who is
// called like that is refused too: a person looks at it then.
func rootKey(t remedy.Target) bool {
	switch strings.ToLower(t.Parent) {
	case "", "root", "<root_account>", t.Account:
		return true
	}
	return false
}

func readKeyStatus(ctx context.Context, api *iam.Client, t remedy.Target) (types.StatusType, error) {
	pages := iam.NewListAccessKeysPaginator(api, &iam.ListAccessKeysInput{UserName: aws.String(t.Parent)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", gone(err)
		}
		for _, key := range page.AccessKeyMetadata {
			if aws.ToString(key.AccessKeyId) == t.ID {
				return key.Status, nil
			}
		}
	}
	return "", remedy.ErrGone
}

func writeKeyStatus(ctx context.Context, api *iam.Client, t remedy.Target, _, to types.StatusType) error {
	// Without a user name IAM would look among the keys of the caller.
	_, err := api.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
		UserName: aws.String(t.Parent), AccessKeyId: aws.String(t.ID), Status: to,
	})
	return gone(err)
}
