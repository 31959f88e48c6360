package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// nobody is a trust policy that lets in nobody. IAM takes none without a statement.
const nobody = `{"Version":"2012-10-17","Statement":[{"Sid":"RiposteLetsInNobody","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`

// RestoreTrustPolicy puts the last good trust policy of a role back, or takes out the statements that a finding names. The
// aspect is the whole document: who may become a role hangs on all of its statements together.
func RestoreTrustPolicy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.RestoreTrustPolicy(),
		Lens: remedy.Lens[*iam.Client, string]{
			Client: client(accounts),
			Read:   readTrust,
			Write:  writeTrust,
			Equal:  sameDocument,
		},
		Find:   func(f detect.Finding) (remedy.Target, error) { return findRole(f) },
		Want:   wantTrust,
		Aspect: "trust-policy",
		Restore: func(ctx context.Context, api *iam.Client, f detect.Finding, t remedy.Target, before, good string) (string, error) {
			if f.Event.Name == "CreateRole" || good == "" || detect.DocumentHash([]byte(before)) != f.Params[detect.ParamDocumentHash] {
				return wantTrust(ctx, api, f, t, before) // a former role of the name, or somebody has changed the document since
			}
			if _, bad, err := splitStatements(good, f.Params[detect.ParamStatements]); err != nil || len(bad) > 0 {
				return "", remedy.Refuse("role %s let in before the event already whom the finding names", t.ID)
			}
			return good, nil
		},
		Summary: summarizeTrust,
		Nothing: func(t remedy.Target, _ string) string {
			return fmt.Sprintf("the trust policy of role %s no longer has what the finding names", t.ID)
		},
	})
}

// wantTrust returns the document without the statements that the finding names.
func wantTrust(_ context.Context, _ *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
	hashes := f.Params[detect.ParamStatements]
	if hashes == "" {
		return "", remedy.Refuse("the finding about role %s names no statement of its trust policy", t.ID)
	}
	kept, bad, err := splitStatements(before, hashes)
	switch {
	case err != nil:
		return "", &remedy.Refusal{Reason: fmt.Sprintf("the trust policy of role %s cannot be taken apart", t.ID), Err: err}
	case len(bad) == 0:
		return before, nil
	case kept.allows():
		return kept.join(), nil
	case f.Event.Name == "CreateRole" && detect.DocumentHash([]byte(before)) == f.Params[detect.ParamDocumentHash]:
		return nobody, nil
	}
	return "", remedy.Refuse("without what the finding names the trust policy of role %s would let in nobody, and what it was before is not known: "+
		"a person has to write it", t.ID)
}

func summarizeTrust(t remedy.Target, before, after string) string {
	out, of := taken(before, after)
	switch {
	case after == nobody:
		return fmt.Sprintf("trust policy of the new role %s: lets in nobody any more", t.ID)
	case out == 0:
		return fmt.Sprintf("trust policy of role %s: put back to its last good state", t.ID)
	}
	return fmt.Sprintf("trust policy of role %s: %d of %d statements taken out", t.ID, out, of)
}

func readTrust(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	out, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(t.ID)})
	if err != nil {
		return "", gone(err)
	}
	if out.Role == nil || aws.ToString(out.Role.AssumeRolePolicyDocument) == "" {
		return "", errors.New("the answer has no trust policy")
	}
	if actions.ProtectedRole(strings.TrimPrefix(aws.ToString(out.Role.Path), "/") + t.ID) {
		return "", remedy.Refuse("role %s belongs to AWS or to the account's administration and is never changed", t.ID)
	}
	return string(cloudtrail.DecodeDocument(*out.Role.AssumeRolePolicyDocument)), nil
}

func writeTrust(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) error {
	_, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
		RoleName: aws.String(t.ID), PolicyDocument: aws.String(to),
	})
	if _, ok := errors.AsType[*types.MalformedPolicyDocumentException](err); ok {
		return &remedy.Refusal{
			Reason: fmt.Sprintf("IAM refuses the trust policy of role %s, perhaps because it names somebody who no longer exists", t.ID), Err: err,
		}
	}
	return gone(err)
}
