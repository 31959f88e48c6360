package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// keyStatuses are the statuses of all access keys of a user, by the keys' ids.
type keyStatuses map[string]types.StatusType

// DeactivateAllKeys sets the access keys of one user to Inactive. The aspect is the status of all of them, so that a key
// that somebody adds or deletes meanwhile is found out.
func DeactivateAllKeys(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, keyStatuses]{
		Action: actions.DeactivateAllKeys(),
		Lens: remedy.Lens[*iam.Client, keyStatuses]{
			Client: client(accounts),
			Read:   readKeyStatuses,
			Write:  writeKeyStatuses,
			Equal:  func(a, b keyStatuses) bool { return maps.Equal(a, b) },
			Between: func(live, from, to keyStatuses) bool { // each key is a call of its own
				return len(live) == len(to) && !slices.ContainsFunc(slices.Collect(maps.Keys(live)), func(id string) bool {
					return live[id] != from[id] && live[id] != to[id]
				})
			},
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findUser(f)
			if err == nil && rootKey(remedy.Target{Account: t.Account, Parent: t.ID}) {
				return t, remedy.Refuse("user %s is the root user, or is called like it: a person has to look", t.ID)
			}
			return t, err
		},
		Want: func(_ context.Context, _ *iam.Client, _ detect.Finding, _ remedy.Target, before keyStatuses) (keyStatuses, error) {
			after := maps.Clone(before)
			for id, status := range after {
				if status == types.StatusTypeActive {
					after[id] = types.StatusTypeInactive
				}
			}
			return after, nil
		},
		Summary: func(t remedy.Target, before, after keyStatuses) string {
			return fmt.Sprintf("access keys of user %s: %s: Active → Inactive", t.ID, strings.Join(changedKeys(before, after), ", "))
		},
		Nothing: func(t remedy.Target, _ keyStatuses) string {
			return fmt.Sprintf("user %s has no active access key", t.ID)
		},
	})
}

// changedKeys returns the ids of the keys whose status differs, in order.
func changedKeys(from, to keyStatuses) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(to)), func(id string) bool { return from[id] == to[id] })
}

func readKeyStatuses(ctx context.Context, api *iam.Client, t remedy.Target) (keyStatuses, error) {
	all := keyStatuses{}
	pages := iam.NewListAccessKeysPaginator(api, &iam.ListAccessKeysInput{UserName: aws.String(t.ID)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, gone(err)
		}
		for _, key := range page.AccessKeyMetadata {
			all[aws.ToString(key.AccessKeyId)] = key.Status
		}
	}
	return all, nil
}

func writeKeyStatuses(ctx context.Context, api *iam.Client, t remedy.Target, from, to keyStatuses) error {
	if !slices.Equal(slices.Sorted(maps.Keys(from)), slices.Sorted(maps.Keys(to))) {
		return remedy.Refuse("user %s has got or lost an access key since: which keys should be active is for a person to say", t.ID)
	}
	for _, id := range changedKeys(from, to) {
		key := remedy.Target{Parent: t.ID, ID: id}
		if err := writeKeyStatus(ctx, api, key, from[id], to[id]); err != nil {
			return fmt.Errorf("access key %s: %w", id, err)
		}
	}
	return nil
}
