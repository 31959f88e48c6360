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

// DeleteFederationProvider deletes the identity provider that an event made. The aspect is when the provider was made,
// which tells it from one that somebody makes later; an empty text means that there is none.
func DeleteFederationProvider(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.DeleteFederationProvider(),
		Lens: remedy.Lens[*iam.Client, string]{
			Client: client(accounts),
			Read:   readProvider,
			Write:  writeProvider,
		},
		Find: findProvider,
		Want: func(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
			if before != "" && !madeBy(f, before) {
				return "", remedy.Refuse("identity provider %s, made at %s, is not the one of the event", t.ID, before)
			}
			return "", nil
		},
		Summary: func(t remedy.Target, _, _ string) string {
			return fmt.Sprintf("identity provider %s: deleted", t.Params[detect.ParamProviderARN])
		},
		Nothing: func(t remedy.Target, _ string) string {
			return fmt.Sprintf("there is no identity provider %s", t.Params[detect.ParamProviderARN])
		},
	})
}

// madeBy reports whether something that was made at a time can be what the event of a finding made.
func madeBy(f detect.Finding, made string) bool {
	at, err := time.Parse(time.RFC3339Nano, made)
	return err == nil && !f.Event.Time.IsZero() && !at.After(f.Event.Time.Add(madeWithin))
}

func findProvider(f detect.Finding) (remedy.Target, error) {
	t := targetOf(f, detect.ParamProviderARN)
	own := "arn:" + t.Partition + ":iam::" + t.Account + ":"
	kind, isOwn := strings.CutPrefix(t.Params[detect.ParamProviderARN], own)
	made := f.Event.Name == "CreateSAMLProvider" && strings.HasPrefix(kind, samlProvider) ||
		f.Event.Name == "CreateOpenIDConnectProvider" && strings.HasPrefix(kind, oidcProvider)
	if f.Resource.Type != detect.IdentityProvider || t.Account == "" || !isOwn || !made {
		return t, remedy.Refuse("the finding about %s names no identity provider that the event made in account %s", f.Resource, t.Account)
	}
	if strings.HasPrefix(kind, samlProvider+"AWSSSO_") {
		return t, remedy.Refuse("identity provider %s belongs to IAM Identity Center and is never deleted", t.ID)
	}
	return t, nil
}

const (
	samlProvider = "saml-provider/"
	oidcProvider = "oidc-provider/"
)

func isSAML(t remedy.Target) bool {
	return strings.Contains(t.Params[detect.ParamProviderARN], ":"+samlProvider)
}

func readProvider(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	arn := aws.String(t.Params[detect.ParamProviderARN])
	var made *time.Time
	var err error
	if isSAML(t) {
		var out *iam.GetSAMLProviderOutput
		if out, err = api.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: arn}); err == nil {
			made = out.CreateDate
		}
	} else {
		var out *iam.GetOpenIDConnectProviderOutput
		if out, err = api.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}); err == nil {
			made = out.CreateDate
		}
	}
	switch {
	case missing(err):
		return "", nil
	case err != nil:
		return "", err
	case made == nil:
		return "", errors.New("the answer does not say when the provider was made")
	}
	return made.UTC().Format(time.RFC3339Nano), nil
}

func writeProvider(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) (err error) {
	if to != "" {
		return remedy.Refuse("identity provider %s is gone for good: a person has to make a new one", t.ID)
	}
	arn := aws.String(t.Params[detect.ParamProviderARN])
	if isSAML(t) {
		_, err = api.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: arn})
	} else {
		_, err = api.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn})
	}
	if missing(err) {
		return nil
	}
	return final(err)
}
