package identity

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveUserFromGroup takes one user out of one group. The aspect is whether the user is in it.
func RemoveUserFromGroup(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, bool]{
		Action: actions.RemoveUserFromGroup(),
		Lens: remedy.Lens[*iam.Client, bool]{
			Client: client(accounts),
			Read:   readMembership,
			Write:  writeMembership,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findUser(f, detect.ParamGroupName)
			if err == nil {
				t.Params[detect.ParamPart] = t.Params[detect.ParamGroupName]
			}
			return t, err
		},
		Want: func(context.Context, *iam.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return false, nil
		},
		Aspect: "group-membership",
		Restore: func(_ context.Context, _ *iam.Client, _ detect.Finding, t remedy.Target, before, good bool) (bool, error) {
			if good && before {
				return good, remedy.Refuse("user %s was in group %s before the event already: a person has to decide whether it stays",
					t.ID, t.Params[detect.ParamGroupName])
			}
			return false, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("user %s: removed from group %s", t.ID, t.Params[detect.ParamGroupName])
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("user %s is not in group %s", t.ID, t.Params[detect.ParamGroupName])
		},
	})
}

// findUser is findPrincipal for what only users have.
func findUser(f detect.Finding, params ...string) (remedy.Target, error) {
	if f.Resource.Type != detect.User {
		return targetOf(f), remedy.Refuse("%s is no user", f.Resource)
	}
	return findPrincipal(f, params...)
}

func readMembership(ctx context.Context, api *iam.Client, t remedy.Target) (bool, error) {
	pages := iam.NewListGroupsForUserPaginator(api, &iam.ListGroupsForUserInput{UserName: aws.String(t.ID)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, gone(err)
		}
		for _, group := range page.Groups {
			if sameName(aws.ToString(group.GroupName), t.Params[detect.ParamGroupName]) {
				return true, nil
			}
		}
	}
	return false, nil
}

func writeMembership(ctx context.Context, api *iam.Client, t remedy.Target, _, to bool) error {
	user, group := aws.String(t.ID), aws.String(t.Params[detect.ParamGroupName])
	if to {
		_, err := api.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: user, GroupName: group})
		if missing(err) {
			return &remedy.Refusal{Reason: fmt.Sprintf("user %s or group %s no longer exists", t.ID, t.Params[detect.ParamGroupName]), Err: err}
		}
		return final(err)
	}
	_, err := api.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: user, GroupName: group})
	if missing(err) {
		return nil // taken out meanwhile, or the group is gone: reading tells when the change is verified
	}
	return final(err)
}
