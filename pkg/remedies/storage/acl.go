package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// An acl is the access control list of a bucket or of an object.
type acl interface {
	get(ctx context.Context, t remedy.Target) (*types.AccessControlPolicy, error)
	put(ctx context.Context, t remedy.Target, list *types.AccessControlPolicy) error
}

const groupURI = "http://acs.amazonaws.com/groups/global/"

// removeGrants binds the one lens that buckets and objects share. The aspect is which of the event's grants to strangers
// are in the list, each as "READ AllUsers".
func removeGrants(a actions.Action, client func(context.Context, remedy.Target) (acl, error),
	find func(detect.Finding) (remedy.Target, error), noun func(remedy.Target) string,
) remedy.Remedy {
	return remedy.Bind(remedy.Spec[acl, []string]{
		Action: a,
		Lens: remedy.Lens[acl, []string]{
			Client: client,
			Read:   readGrants,
			Write:  writeGrants,
			Equal:  slices.Equal[[]string],
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := find(f)
			if err == nil && len(granted(t)) == 0 {
				err = remedy.Refuse("the finding about %s does not say what was granted to everyone", t)
			}
			return t, err
		},
		Want: func(context.Context, acl, detect.Finding, remedy.Target, []string) ([]string, error) {
			return []string{}, nil
		},
		Aspect: "acl-grants",
		Restore: func(_ context.Context, _ acl, _ detect.Finding, _ remedy.Target, before, good []string) ([]string, error) {
			return slices.DeleteFunc(slices.Clone(before), func(g string) bool { return !slices.Contains(good, g) }), nil
		},
		Summary: func(t remedy.Target, before, after []string) string {
			gone := slices.DeleteFunc(slices.Clone(before), func(g string) bool { return slices.Contains(after, g) })
			return fmt.Sprintf("access control list of %s: %s removed", noun(t), strings.Join(gone, ", "))
		},
		Nothing: func(t remedy.Target, _ []string) string {
			return fmt.Sprintf("the access control list of %s has none of the grants to everyone that the event made", noun(t))
		},
	})
}

// granted returns the grants that a target is about, in order; nothing where one of them is to no group of strangers.
func granted(t remedy.Target) []string {
	var grants []string
	if json.Unmarshal([]byte(t.Params[detect.ParamBucketGrants]), &grants) != nil {
		return nil
	}
	for _, g := range grants {
		if _, group, _ := strings.Cut(g, " "); group != "AllUsers" && group != "AuthenticatedUsers" {
			return nil
		}
	}
	slices.Sort(grants)
	return slices.Compact(grants)
}

// textOf returns a grant as "READ AllUsers", or "" where it is to no group of strangers.
func textOf(g types.Grant) string {
	if g.Grantee == nil || !strings.HasPrefix(aws.ToString(g.Grantee.URI), groupURI) {
		return ""
	}
	return string(g.Permission) + " " + strings.TrimPrefix(*g.Grantee.URI, groupURI)
}

func readGrants(ctx context.Context, api acl, t remedy.Target) ([]string, error) {
	list, err := api.get(ctx, t)
	if err != nil {
		return nil, err
	}
	asked, all := granted(t), t.Params[detect.ParamBucketGrants] == "" // a baseline is taken of all of them
	found := []string{}
	for _, g := range list.Grants {
		if text := textOf(g); text != "" && (all || slices.Contains(asked, text)) && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	slices.Sort(found)
	return found, nil
}

// writeGrants merges the grants of the event into the list that is there, which the call replaces.
func writeGrants(ctx context.Context, api acl, t remedy.Target, _, to []string) error {
	list, err := api.get(ctx, t)
	if err != nil {
		return err
	}
	asked := granted(t)
	next := slices.DeleteFunc(slices.Clone(list.Grants), func(g types.Grant) bool {
		text := textOf(g)
		return slices.Contains(asked, text) && !slices.Contains(to, text)
	})
	for _, text := range to {
		if slices.ContainsFunc(next, func(g types.Grant) bool { return textOf(g) == text }) {
			continue
		}
		permission, group, _ := strings.Cut(text, " ")
		next = append(next, types.Grant{
			Permission: types.Permission(permission),
			Grantee:    &types.Grantee{Type: types.TypeGroup, URI: aws.String(groupURI + group)},
		})
	}
	return listRefused(api.put(ctx, t, &types.AccessControlPolicy{Owner: list.Owner, Grants: next}), t)
}

// listRefused explains why S3 does not take an access control list.
func listRefused(err error, t remedy.Target) error {
	if access.Coded(err, "AccessControlListNotSupported") {
		return &remedy.Refusal{Reason: fmt.Sprintf("access control lists are switched off for %s", t), Err: err}
	}
	return refused(err, fmt.Sprintf("S3 does not let the access control list of %s be written: Block Public Access forbids "+
		"lists that are public, or a policy forbids the call", t))
}
