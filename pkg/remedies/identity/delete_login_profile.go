package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// madeWithin is how much later than its event a thing may have been made to be the event's.
const madeWithin = 5 * time.Minute

// DeleteLoginProfile deletes the login profile that an event made. The aspect is when the profile of the user was made,
// which tells it from one that somebody makes later; an empty text means that there is none.
func DeleteLoginProfile(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.DeleteLoginProfile(),
		Lens: remedy.Lens[*iam.Client, string]{
			Client: client(accounts),
			Read:   readLoginProfile,
			Write:  writeLoginProfile,
		},
		Find: findLoginProfile,
		Want: func(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
			if before != "" && !madeBy(f, before) {
				return "", remedy.Refuse("the login profile of user %s, made at %s, is not the one of the event", t.ID, before)
			}
			return "", nil
		},
		Summary: func(t remedy.Target, _, _ string) string {
			return fmt.Sprintf("login profile of user %s: deleted, and its password with it", t.ID)
		},
		Nothing: func(t remedy.Target, _ string) string { return fmt.Sprintf("user %s has no login profile", t.ID) },
	})
}

func findLoginProfile(f detect.Finding) (remedy.Target, error) {
	t, err := findUser(f)
	if err == nil && f.Event.Name != "CreateLoginProfile" {
		return t, remedy.Refuse("the event made no login profile for user %s: what is there now was there before", t.ID)
	}
	return t, err
}

func readLoginProfile(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	out, err := api.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String(t.ID)})
	switch {
	case missing(err):
		// IAM answers the same where the user is missing.
		if _, err := api.GetUser(ctx, &iam.GetUserInput{UserName: aws.String(t.ID)}); err != nil {
			return "", gone(err)
		}
		return "", nil
	case err != nil:
		return "", err
	case out.LoginProfile == nil || out.LoginProfile.CreateDate == nil:
		return "", errors.New("the answer does not say when the login profile was made")
	}
	return out.LoginProfile.CreateDate.UTC().Format(time.RFC3339Nano), nil
}

func writeLoginProfile(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) error {
	if to != "" {
		return remedy.Refuse("the password of user %s is lost: a person has to make a new login profile", t.ID)
	}
	if _, err := api.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: aws.String(t.ID)}); !missing(err) {
		return final(err)
	}
	return nil // deleted meanwhile, or the user was: reading tells when the change is verified
}
