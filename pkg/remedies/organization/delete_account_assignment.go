package organization

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// DeleteAccountAssignment takes back what IAM Identity Center gave somebody in an account. The aspect is whether the event's
// person or group has the event's permission set there.
func DeleteAccountAssignment(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ssoadmin.Client, bool]{
		Action: actions.DeleteAccountAssignment(),
		Lens: remedy.Lens[*ssoadmin.Client, bool]{
			Client: access.Client(accounts, func(cfg aws.Config) *ssoadmin.Client { return ssoadmin.NewFromConfig(cfg) }),
			Read:   readAssigned,
			Write:  writeAssigned,
		},
		Find: findAssignment,
		Want: func(context.Context, *ssoadmin.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return false, nil
		},
		Aspect: "account-assignment",
		Restore: func(_ context.Context, _ *ssoadmin.Client, _ detect.Finding, t remedy.Target, before, good bool) (bool, error) {
			if good && before {
				return good, remedy.Refuse("%s had the permission set %s in account %s before the event already: a person has to decide whether it stays",
					assignee(t), t.ID, t.Params[detect.ParamTargetID])
			}
			return false, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("permission set %s in account %s: taken from %s", t.ID, t.Params[detect.ParamTargetID], assignee(t))
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("%s does not have the permission set %s in account %s any more", assignee(t), t.ID, t.Params[detect.ParamTargetID])
		},
	})
}

// assignee names the person or the group for a person.
func assignee(t remedy.Target) string {
	return strings.ToLower(t.Params[detect.ParamPrincipalType]) + " " + t.Params[detect.ParamPrincipalID]
}

func findAssignment(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamTargetID, detect.ParamInstanceARN, detect.ParamPrincipalType, detect.ParamPrincipalID)
	if f.Resource.Type != detect.PermissionSet || !strings.HasPrefix(t.ID, "arn:") || !strings.Contains(t.ID, "/ps-") {
		return t, remedy.Refuse("%s is no permission set with an ARN", f.Resource)
	}
	if len(t.Params) != 4 || f.Event.Name != "CreateAccountAssignment" {
		return t, remedy.Refuse("the finding does not say whom permission set %s was given to, and where", t.ID)
	}
	switch types.PrincipalType(t.Params[detect.ParamPrincipalType]) {
	case types.PrincipalTypeUser, types.PrincipalTypeGroup:
		if part := f.Params[detect.ParamPart]; part != "" {
			t.Params[detect.ParamPart] = part
		}
		return t, nil
	}
	return t, remedy.Refuse("permission set %s was given to a %q, which is neither a user nor a group", t.ID, t.Params[detect.ParamPrincipalType])
}

func readAssigned(ctx context.Context, api *ssoadmin.Client, t remedy.Target) (bool, error) {
	pages := ssoadmin.NewListAccountAssignmentsPaginator(api, &ssoadmin.ListAccountAssignmentsInput{
		InstanceArn: aws.String(t.Params[detect.ParamInstanceARN]), PermissionSetArn: aws.String(t.ID),
		AccountId: aws.String(t.Params[detect.ParamTargetID]),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, setGone(err)
		}
		for _, a := range page.AccountAssignments {
			if aws.ToString(a.PrincipalId) == t.Params[detect.ParamPrincipalID] &&
				string(a.PrincipalType) == t.Params[detect.ParamPrincipalType] {
				return true, nil
			}
		}
	}
	return false, nil
}

// writeAssigned starts the change; IAM Identity Center finishes it by and by, and verification waits for that.
func writeAssigned(ctx context.Context, api *ssoadmin.Client, t remedy.Target, _, to bool) error {
	instance, set := aws.String(t.Params[detect.ParamInstanceARN]), aws.String(t.ID)
	account, principal := aws.String(t.Params[detect.ParamTargetID]), aws.String(t.Params[detect.ParamPrincipalID])
	kind := types.PrincipalType(t.Params[detect.ParamPrincipalType])
	if to {
		_, err := api.CreateAccountAssignment(ctx, &ssoadmin.CreateAccountAssignmentInput{
			InstanceArn: instance, PermissionSetArn: set, PrincipalId: principal, PrincipalType: kind,
			TargetId: account, TargetType: types.TargetTypeAwsAccount,
		})
		return setGone(err)
	}
	_, err := api.DeleteAccountAssignment(ctx, &ssoadmin.DeleteAccountAssignmentInput{
		InstanceArn: instance, PermissionSetArn: set, PrincipalId: principal, PrincipalType: kind,
		TargetId: account, TargetType: types.TargetTypeAwsAccount,
	})
	return setGone(err)
}

// setGone turns IAM Identity Center's word for what is missing into remedy.ErrGone and leaves other errors alone.
func setGone(err error) error { return access.Gone(err, "ResourceNotFoundException") }
