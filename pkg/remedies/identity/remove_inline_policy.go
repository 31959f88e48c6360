package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveInlinePolicy deletes one inline policy of one user, role or group, while its document is the event's, or puts back
// the document that the event replaced. The aspect is the document; an empty text means that there is none.
func RemoveInlinePolicy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action:  actions.RemoveInlinePolicy(),
		Lens:    inlineLens(accounts),
		Find:    func(f detect.Finding) (remedy.Target, error) { return findPrincipal(f, detect.ParamPolicyName) },
		Want:    wantInline,
		Aspect:  "inline-policy",
		Restore: restoreInline,
		Summary: func(t remedy.Target, before, after string) string {
			did := "removed"
			if taken, of := taken(before, after); after != "" && taken > 0 {
				did = fmt.Sprintf("%d of %d statements taken out", taken, of)
			} else if after != "" {
				did = "put back to its last good document"
			}
			return fmt.Sprintf("inline policy %s of %s %s: %s", t.Params[detect.ParamPolicyName], noun(t), t.ID, did)
		},
		Nothing: func(t remedy.Target, live string) string {
			if live != "" {
				return fmt.Sprintf("inline policy %s of %s %s is what it was before the event, or no longer has what the event put there",
					t.Params[detect.ParamPolicyName], noun(t), t.ID)
			}
			return fmt.Sprintf("%s %s has no inline policy %s", noun(t), t.ID, t.Params[detect.ParamPolicyName])
		},
	})
}

// inlineLens looks at the document of one inline policy, which the target's params name.
func inlineLens(accounts access.Accounts) remedy.Lens[*iam.Client, string] {
	return remedy.Lens[*iam.Client, string]{Client: client(accounts), Read: readInline, Write: writeInline, Equal: sameDocument}
}

// sameDocument compares what documents say: IAM keeps white space, and people reorder keys.
func sameDocument(a, b string) bool {
	return a == b || a != "" && b != "" && detect.DocumentHash([]byte(a)) == detect.DocumentHash([]byte(b))
}

func wantInline(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
	if before == "" {
		return "", nil
	}
	if hashes := f.Params[detect.ParamStatements]; hashes != "" {
		return withoutStatements(t, before, hashes)
	}
	put := f.Params[detect.ParamDocumentHash]
	if put == "" {
		return "", remedy.Refuse("the finding does not say which document was put as %s: what is there now may be another",
			t.Params[detect.ParamPolicyName])
	}
	if detect.DocumentHash([]byte(before)) != put {
		return "", remedy.Refuse("somebody has changed inline policy %s of %s %s since the event",
			t.Params[detect.ParamPolicyName], noun(t), t.ID)
	}
	return "", nil
}

// withoutStatements returns a document without the statements with the given hashes, which may all be there was to it. What
// stands beside them may have been there before the event, which does not tell.
func withoutStatements(t remedy.Target, before, hashes string) (string, error) {
	kept, bad, err := splitStatements(before, hashes)
	switch {
	case err != nil:
		return "", &remedy.Refusal{
			Reason: fmt.Sprintf("inline policy %s of %s %s cannot be taken apart", t.Params[detect.ParamPolicyName], noun(t), t.ID), Err: err,
		}
	case len(bad) == 0:
		return before, nil
	case len(kept.list) == 0:
		return "", nil
	}
	return kept.join(), nil
}

// restoreInline returns the document that the event replaced.
func restoreInline(ctx context.Context, api *iam.Client, f detect.Finding, t remedy.Target, before, good string) (string, error) {
	events := detect.DocumentHash([]byte(before)) == f.Params[detect.ParamDocumentHash]
	switch same := sameDocument(before, good); {
	case same && events && before != "":
		return "", remedy.Refuse("inline policy %s of %s %s said the same before the event", t.Params[detect.ParamPolicyName], noun(t), t.ID)
	case same:
		return before, nil
	case events:
		return good, nil
	}
	return wantInline(ctx, api, f, t, before)
}

func readInline(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	document, err := getInline(ctx, api, t)
	switch {
	case err == nil:
		return string(cloudtrail.DecodeDocument(aws.ToString(document))), nil
	case !missing(err):
		return "", err
	}
	// IAM answers the same when the holder is missing; listing its policies tells.
	if err := listInline(ctx, api, t); err != nil {
		return "", gone(err)
	}
	return "", nil
}

func getInline(ctx context.Context, api *iam.Client, t remedy.Target) (document *string, err error) {
	holder, name := aws.String(t.ID), aws.String(t.Params[detect.ParamPolicyName])
	switch detect.ResourceType(t.Type) {
	case detect.User:
		out, err := api.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: holder, PolicyName: name})
		if err != nil {
			return nil, err
		}
		return out.PolicyDocument, nil
	case detect.Role:
		out, err := api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: holder, PolicyName: name})
		if err != nil {
			return nil, err
		}
		return out.PolicyDocument, nil
	default:
		out, err := api.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: holder, PolicyName: name})
		if err != nil {
			return nil, err
		}
		return out.PolicyDocument, nil
	}
}

func listInline(ctx context.Context, api *iam.Client, t remedy.Target) (err error) {
	holder := aws.String(t.ID)
	switch detect.ResourceType(t.Type) {
	case detect.User:
		_, err = api.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: holder})
	case detect.Role:
		_, err = api.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: holder})
	default:
		_, err = api.ListGroupPolicies(ctx, &iam.ListGroupPoliciesInput{GroupName: holder})
	}
	return err
}

func writeInline(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) error {
	if to != "" {
		err := putInline(ctx, api, t, to)
		if _, full := errors.AsType[*types.LimitExceededException](err); full {
			return &remedy.Refusal{Reason: fmt.Sprintf("%s %s has no room for inline policy %s", noun(t), t.ID, t.Params[detect.ParamPolicyName]), Err: err}
		}
		return gone(err)
	}
	if err := deleteInline(ctx, api, t); !missing(err) {
		return final(err)
	}
	return nil // removed meanwhile, or its holder was: reading tells when the change is verified
}

func putInline(ctx context.Context, api *iam.Client, t remedy.Target, document string) (err error) {
	holder, name, doc := aws.String(t.ID), aws.String(t.Params[detect.ParamPolicyName]), aws.String(document)
	switch detect.ResourceType(t.Type) {
	case detect.User:
		_, err = api.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: holder, PolicyName: name, PolicyDocument: doc})
	case detect.Role:
		_, err = api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: holder, PolicyName: name, PolicyDocument: doc})
	default:
		_, err = api.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: holder, PolicyName: name, PolicyDocument: doc})
	}
	return err
}

func deleteInline(ctx context.Context, api *iam.Client, t remedy.Target) (err error) {
	holder, name := aws.String(t.ID), aws.String(t.Params[detect.ParamPolicyName])
	switch detect.ResourceType(t.Type) {
	case detect.User:
		_, err = api.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: holder, PolicyName: name})
	case detect.Role:
		_, err = api.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: holder, PolicyName: name})
	default:
		_, err = api.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: holder, PolicyName: name})
	}
	return err
}
