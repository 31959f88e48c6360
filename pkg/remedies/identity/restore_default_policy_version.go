package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// A Grade says how much too much a policy document grants: 0 where it grants nothing risky, more for more.
type Grade int

// A Judge grades a policy document, or returns an error where it cannot be judged.
type Judge func(document []byte) (Grade, error)

// RestoreDefaultPolicyVersion makes an earlier, less risky version of a customer managed policy its default.
func RestoreDefaultPolicyVersion(accounts access.Accounts, judge Judge) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.RestoreDefaultPolicyVersion(),
		Lens: remedy.Lens[*iam.Client, string]{
			Client: client(accounts),
			Read:   readDefaultVersion,
			Write:  writeDefaultVersion,
		},
		Find:    findPolicyVersion,
		Want:    judge.wantVersion,
		Aspect:  "default-policy-version",
		Restore: judge.restoreVersion,
		Summary: func(t remedy.Target, before, after string) string {
			return fmt.Sprintf("default version of policy %s: %s → %s", t.ID, before, after)
		},
		Nothing: func(t remedy.Target, live string) string {
			if live == t.Params[detect.ParamVersionID] {
				return fmt.Sprintf("version %s of policy %s has been read and grants nothing risky", live, t.ID)
			}
			return fmt.Sprintf("the default version of policy %s is %s and no longer %s", t.ID, live, t.Params[detect.ParamVersionID])
		},
	})
}

func findPolicyVersion(f detect.Finding) (remedy.Target, error) {
	t := targetOf(f, detect.ParamVersionID)
	if f.Resource.Type != detect.Policy {
		return t, remedy.Refuse("%s is no managed policy", f.Resource)
	}
	own := "arn:" + t.Partition + ":iam::" + t.Account + ":policy/"
	switch {
	case strings.HasPrefix(t.ID, "arn:"+t.Partition+":iam::aws:policy/"):
		return t, remedy.Refuse("policy %s belongs to AWS and cannot be changed", t.ID)
	case t.Account == "" || !strings.HasPrefix(t.ID, own):
		return t, remedy.Refuse("policy %s is not the ARN of a policy of account %s", t.ID, t.Account)
	case t.Params[detect.ParamVersionID] == "":
		return t, remedy.Refuse("the finding does not say which version of policy %s became the default", t.ID)
	}
	return t, nil
}

func readDefaultVersion(ctx context.Context, api *iam.Client, t remedy.Target) (string, error) {
	out, err := api.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(t.ID)})
	if err != nil {
		return "", gone(err)
	}
	if out.Policy == nil || aws.ToString(out.Policy.DefaultVersionId) == "" {
		return "", errors.New("the answer names no default version")
	}
	return *out.Policy.DefaultVersionId, nil
}

func writeDefaultVersion(ctx context.Context, api *iam.Client, t remedy.Target, _, to string) error {
	_, err := api.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{
		PolicyArn: aws.String(t.ID), VersionId: aws.String(to),
	})
	if missing(err) {
		return &remedy.Refusal{Reason: fmt.Sprintf("version %s of policy %s no longer exists", to, t.ID), Err: err}
	}
	return final(err)
}

// wantVersion returns the version to make the default: the default itself where it is no longer the event's or has been
// read and is harmless, and otherwise the former one that is less risky for certain. The former default may have been risky
// too: what the event added is what is taken back.
func (judge Judge) wantVersion(ctx context.Context, api *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
	risk, err := judge.risk(ctx, api, t, before)
	if err != nil || risk == 0 {
		return before, err
	}
	versions, err := listVersions(ctx, api, t)
	if err != nil {
		return "", err
	}
	chosen := f.Event.Name == "SetDefaultPolicyVersion"
	var former []string
	said := map[string]bool{}
	for _, candidate := range candidates(versions, before, chosen) {
		document, err := readVersion(ctx, api, t, candidate)
		if missing(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		if grade, err := judge(document); err == nil && grade < risk {
			former = append(former, candidate)
			said[detect.DocumentHash(document)] = true
		}
	}
	switch {
	case len(former) == 0:
		return "", remedy.Refuse("no former version of policy %s is less risky for certain: a person has to choose its default", t.ID)
	case chosen && len(said) > 1: // a new version is made of the default as a rule; one that is chosen can have replaced any
		return "", remedy.Refuse("which of the versions %s of policy %s was the default before is not known: a person has to choose",
			strings.Join(former, ", "), t.ID)
	}
	return former[0], nil
}

// restoreVersion returns the version that is known to have been the default, where it is less risky for certain.
func (judge Judge) restoreVersion(ctx context.Context, api *iam.Client, f detect.Finding, t remedy.Target, before, good string) (string, error) {
	risk, err := judge.risk(ctx, api, t, before)
	if err != nil || risk == 0 {
		return before, err
	}
	document, err := readVersion(ctx, api, t, good)
	switch {
	case missing(err): // deleted since
		return judge.wantVersion(ctx, api, f, t, before)
	case err != nil:
		return "", err
	}
	if grade, err := judge(document); err != nil || grade >= risk || good == before {
		return judge.wantVersion(ctx, api, f, t, before)
	}
	return good, nil
}

// risk returns how risky the event's version is, and 0 where it is no longer the default.
func (judge Judge) risk(ctx context.Context, api *iam.Client, t remedy.Target, live string) (Grade, error) {
	bad := t.Params[detect.ParamVersionID]
	if live != bad {
		return 0, nil
	}
	document, err := readVersion(ctx, api, t, bad)
	if err != nil {
		return 0, err
	}
	grade, err := judge(document)
	if err != nil {
		return 0, &remedy.Refusal{Reason: fmt.Sprintf("version %s of policy %s cannot be judged", bad, t.ID), Err: err}
	}
	return grade, nil
}

// candidates returns the versions that may have been the default before the bad one, the likeliest first. Without later
// ones they are only those that are older than the bad version, which the event made; a version that was only chosen
// can have replaced any.
func candidates(versions []types.PolicyVersion, bad string, later bool) []string {
	slices.SortFunc(versions, func(a, b types.PolicyVersion) int { return order(b, a) })
	at := slices.IndexFunc(versions, func(v types.PolicyVersion) bool { return aws.ToString(v.VersionId) == bad })
	if at < 0 {
		return nil
	}
	if later {
		versions = slices.Delete(versions, at, at+1)
	} else {
		versions = versions[at+1:]
	}
	ids := make([]string, 0, len(versions))
	for _, v := range versions {
		ids = append(ids, aws.ToString(v.VersionId))
	}
	return ids
}

// order compares versions by age; those of the same second by their numbers, which IAM counts up.
func order(a, b types.PolicyVersion) int {
	return cmp.Or(aws.ToTime(a.CreateDate).Compare(aws.ToTime(b.CreateDate)), cmp.Compare(number(a), number(b)))
}

func number(v types.PolicyVersion) int {
	n, err := strconv.Atoi(strings.TrimPrefix(aws.ToString(v.VersionId), "v"))
	if err != nil {
		return -1
	}
	return n
}

func listVersions(ctx context.Context, api *iam.Client, t remedy.Target) ([]types.PolicyVersion, error) {
	var versions []types.PolicyVersion
	pages := iam.NewListPolicyVersionsPaginator(api, &iam.ListPolicyVersionsInput{PolicyArn: aws.String(t.ID)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the versions of policy %s: %w", t.ID, err)
		}
		versions = append(versions, page.Versions...)
	}
	return versions, nil
}

// readVersion returns the document of a version.
func readVersion(ctx context.Context, api *iam.Client, t remedy.Target, id string) ([]byte, error) {
	out, err := api.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(t.ID), VersionId: aws.String(id)})
	if err != nil {
		return nil, fmt.Errorf("read version %s of policy %s: %w", id, t.ID, err)
	}
	if out.PolicyVersion == nil {
		return nil, fmt.Errorf("read version %s of policy %s: the answer is empty", id, t.ID)
	}
	return cloudtrail.DecodeDocument(aws.ToString(out.PolicyVersion.Document)), nil
}
