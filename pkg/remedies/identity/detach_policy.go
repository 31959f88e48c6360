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

// DetachPolicy takes one managed policy off one user, role or group.
func DetachPolicy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, bool]{
		Action: actions.DetachPolicy(),
		Lens: remedy.Lens[*iam.Client, bool]{
			Client: client(accounts),
			Read:   readAttached,
			Write:  writeAttached,
		},
		Find: findAttachment,
		Want: func(context.Context, *iam.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return false, nil
		},
		Aspect: "policy-attachment",
		Restore: func(_ context.Context, _ *iam.Client, _ detect.Finding, t remedy.Target, before, good bool) (bool, error) {
			if good && before {
				return good, remedy.Refuse("policy %s was attached to %s %s before the event already: a person has to decide whether it stays",
					t.Params[detect.ParamPolicyARN], noun(t), t.ID)
			}
			return false, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("policy %s of %s %s: attached → detached", t.Params[detect.ParamPolicyARN], noun(t), t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("policy %s is not attached to %s %s", t.Params[detect.ParamPolicyARN], noun(t), t.ID)
		},
	})
}

func findAttachment(f detect.Finding) (remedy.Target, error) {
	t, err := findPrincipal(f, detect.ParamPolicyARN)
	if err != nil {
		return t, err
	}
	t.Params[detect.ParamPart] = t.Params[detect.ParamPolicyARN]
	if actions.ProtectedPolicy(t.Params[detect.ParamPolicyARN]) {
		return t, remedy.Refuse("policy %s only denies: it is never detached", t.Params[detect.ParamPolicyARN])
	}
	return t, err
}

func readAttached(ctx context.Context, api *iam.Client, t remedy.Target) (bool, error) {
	pages := attachedPages(api, t)
	for {
		policies, more, err := pages(ctx)
		if err != nil {
			return false, gone(err)
		}
		for _, p := range policies {
			if aws.ToString(p.PolicyArn) == t.Params[detect.ParamPolicyARN] {
				return true, nil
			}
		}
		if !more {
			return false, nil
		}
	}
}

// attachedPages returns a function that reads the next page of the policies that are attached to a user, role or group.
func attachedPages(api *iam.Client, t remedy.Target) func(context.Context) (page []types.AttachedPolicy, more bool, err error) {
	name := aws.String(t.ID)
	var marker *string
	return func(ctx context.Context) (page []types.AttachedPolicy, more bool, err error) {
		switch detect.ResourceType(t.Type) {
		case detect.User:
			out, err := api.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: name, Marker: marker})
			if err != nil {
				return nil, false, err
			}
			marker = out.Marker
			return out.AttachedPolicies, out.IsTruncated, nil
		case detect.Role:
			out, err := api.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name, Marker: marker})
			if err != nil {
				return nil, false, err
			}
			marker = out.Marker
			return out.AttachedPolicies, out.IsTruncated, nil
		default:
			out, err := api.ListAttachedGroupPolicies(ctx, &iam.ListAttachedGroupPoliciesInput{GroupName: name, Marker: marker})
			if err != nil {
				return nil, false, err
			}
			marker = out.Marker
			return out.AttachedPolicies, out.IsTruncated, nil
		}
	}
}

func writeAttached(ctx context.Context, api *iam.Client, t remedy.Target, _, to bool) error {
	if to {
		err := attach(ctx, api, t)
		if missing(err) {
			return &remedy.Refusal{
				Reason: fmt.Sprintf("%s %s or policy %s no longer exists", noun(t), t.ID, t.Params[detect.ParamPolicyARN]), Err: err,
			}
		}
		return final(err)
	}
	if err := detach(ctx, api, t); !missing(err) {
		return final(err)
	}
	// What is missing is the policy, detached meanwhile, or its holder, which reading tells when the change is verified.
	return nil
}

func attach(ctx context.Context, api *iam.Client, t remedy.Target) (err error) {
	name, arn := aws.String(t.ID), aws.String(t.Params[detect.ParamPolicyARN])
	switch detect.ResourceType(t.Type) {
	case detect.User:
		_, err = api.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: arn})
	case detect.Role:
		_, err = api.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: arn})
	default:
		_, err = api.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: name, PolicyArn: arn})
	}
	return err
}

func detach(ctx context.Context, api *iam.Client, t remedy.Target) (err error) {
	name, arn := aws.String(t.ID), aws.String(t.Params[detect.ParamPolicyARN])
	switch detect.ResourceType(t.Type) {
	case detect.User:
		_, err = api.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: arn})
	case detect.Role:
		_, err = api.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: arn})
	default:
		_, err = api.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: name, PolicyArn: arn})
	}
	return err
}

// noun returns the kind of a principal as people write it: "user".
func noun(t remedy.Target) string {
	switch detect.ResourceType(t.Type) {
	case detect.User:
		return "user"
	case detect.Role:
		return "role"
	default:
		return "group"
	}
}
