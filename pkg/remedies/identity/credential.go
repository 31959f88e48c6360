package identity

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A credential is a kind of thing that a user signs in or signs with, and that can be switched off. The aspect is the
// status of one of them. Parent of a target is the user.
type credential struct {
	action actions.Action
	kind   detect.ResourceType
	noun   string
	list   func(ctx context.Context, api *iam.Client, user *string) (map[string]types.StatusType, error) // by id
	update func(ctx context.Context, api *iam.Client, user, id *string, to types.StatusType) error
}

func (c credential) remedy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, types.StatusType]{
		Action: c.action,
		Lens: remedy.Lens[*iam.Client, types.StatusType]{
			Client: client(accounts),
			Read: func(ctx context.Context, api *iam.Client, t remedy.Target) (types.StatusType, error) {
				all, err := c.list(ctx, api, aws.String(t.Parent))
				if err != nil {
					return "", gone(err)
				}
				status, ok := all[t.ID]
				if !ok {
					return "", remedy.ErrGone
				}
				return status, nil
			},
			Write: func(ctx context.Context, api *iam.Client, t remedy.Target, _, to types.StatusType) error {
				return gone(c.update(ctx, api, aws.String(t.Parent), aws.String(t.ID), to))
			},
		},
		Find: c.find,
		Want: func(_ context.Context, _ *iam.Client, _ detect.Finding, _ remedy.Target, before types.StatusType) (types.StatusType, error) {
			if before != types.StatusTypeActive {
				return before, nil // inactive, or expired, which it cannot be set to
			}
			return types.StatusTypeInactive, nil
		},
		Summary: func(t remedy.Target, before, after types.StatusType) string {
			return fmt.Sprintf("%s %s of %s: %s → %s", c.noun, t.ID, t.Parent, before, after)
		},
		Nothing: func(t remedy.Target, live types.StatusType) string {
			return fmt.Sprintf("%s %s of %s is %s already", c.noun, t.ID, t.Parent, live)
		},
	})
}

func (c credential) find(f detect.Finding) (remedy.Target, error) {
	t := targetOf(f)
	if f.Resource.Type != c.kind || t.ID == "" {
		return t, remedy.Refuse("%s is no %s", f.Resource, c.noun)
	}
	if rootKey(t) {
		return t, remedy.Refuse("%s %s belongs to the root user, or to a user who is called like it (%q): a person has to look", c.noun, t.ID, t.Parent)
	}
	return t, nil
}
