package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RestorePermissionsBoundary gives one user or role its last good boundary back. The aspect is the boundary's ARN; an
// empty text means that there is none.
func RestorePermissionsBoundary(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.RestorePermissionsBoundary(),
		Lens: remedy.Lens[*iam.Client, string]{
			Client: client(accounts),
			Read:   readBoundary,
			Write:  writeBoundary,
		},
		Find: findBoundary,
		Want: func(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
			if before != f.Params[detect.ParamBoundary] {
				return before, nil
			}
			return "", remedy.Refuse("which permissions boundary %s %s had before is not known: a person has to choose one", noun(t), t.ID)
		},
		Aspect: "permissions-boundary",
		Restore: func(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before, good string) (string, error) {
			switch {
			case before != f.Params[detect.ParamBoundary] || good == before:
				return before, nil
			case good == "":
				return "", remedy.Refuse("%s %s had no permissions boundary before: taking this one away would widen what it may do", noun(t), t.ID)
			}
			return good, nil
		},
		Summary: func(t remedy.Target, before, after string) string {
			return fmt.Sprintf("permissions boundary of %s %s: %s → %s", noun(t), t.ID, orNone(before), orNone(after))
		},
		Nothing: func(t remedy.Target, live string) string {
			return fmt.Sprintf("the permissions boundary of %s %s is %s, as it was before the event or as somebody made it since", noun(t), t.ID, orNone(live))
		},
	})
}

func findBoundary(f detect.Finding) (remedy.Target, error) {
	if f.Resource.Type == detect.Group {
		return targetOf(f), remedy.Refuse("%s is a group, which has no permissions boundary", f.Resource)
	}
	return findPrincipal(f)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func readBoundary(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	var boundary *types.AttachedPermissionsBoundary
	if detect.ResourceType(t.Type) == detect.User {
		out, err := api.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(t.ID)})
		if err != nil {
			return "", gone(err)
		}
		if out.User == nil {
			return "", errors.New("the answer has no user")
		}
		boundary = out.User.PermissionsBoundary
	} else {
		out, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(t.ID)})
		if err != nil {
			return "", gone(err)
		}
		if out.Role == nil {
			return "", errors.New("the answer has no role")
		}
		boundary = out.Role.PermissionsBoundary
	}
	if boundary == nil {
		return "", nil
	}
	return aws.ToString(boundary.PermissionsBoundaryArn), nil
}

func writeBoundary(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) error {
	if to == "" {
		if err := deleteBoundary(ctx, api, t); !missing(err) {
			return final(err)
		}
		return nil // taken away meanwhile, or its holder is gone: reading tells when the change is verified
	}
	err := putBoundary(ctx, api, t, to)
	_, unfit := errors.AsType[*types.PolicyNotAttachableException](err)
	if unfit || missing(err) {
		return &remedy.Refusal{
			Reason: fmt.Sprintf("%s %s or the policy %s no longer exists, or the policy cannot be a boundary", noun(t), t.ID, to), Err: err,
		}
	}
	return final(err)
}

func putBoundary(ctx context.Context, api *iam.Client, t remedy.Target, arn string) (err error) {
	if detect.ResourceType(t.Type) == detect.User {
		_, err = api.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{
			UserName: aws.String(t.ID), PermissionsBoundary: aws.String(arn),
		})
		return err
	}
	_, err = api.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{
		RoleName: aws.String(t.ID), PermissionsBoundary: aws.String(arn),
	})
	return err
}

func deleteBoundary(ctx context.Context, api *iam.Client, t remedy.Target) (err error) {
	if detect.ResourceType(t.Type) == detect.User {
		_, err = api.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String(t.ID)})
		return err
	}
	_, err = api.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: aws.String(t.ID)})
	return err
}
