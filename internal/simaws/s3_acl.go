package simaws

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func aclHandlers() handlers {
	h := handlers{}
	reads(h, getBucketACL)
	writes(h, putBucketACL)
	reads(h, getObjectACL)
	writes(h, putObjectACL)
	writes(h, putOwnership)
	return h
}

const groups = "http://acs.amazonaws.com/groups/global/"

func toGroup(group string, permissions ...types.Permission) []types.Grant {
	var out []types.Grant
	for _, p := range permissions {
		out = append(out, types.Grant{Permission: p, Grantee: &types.Grantee{Type: types.TypeGroup, URI: aws.String(groups + group)}})
	}
	return out
}

// fromHeaders returns the grants of headers such as id="1",uri="http://…", by permission.
func fromHeaders(headers map[types.Permission]*string) []types.Grant {
	var out []types.Grant
	for _, p := range []types.Permission{
		types.PermissionFullControl, types.PermissionRead, types.PermissionReadAcp, types.PermissionWrite, types.PermissionWriteAcp,
	} {
		for one := range strings.SplitSeq(aws.ToString(headers[p]), ",") {
			kind, value, ok := strings.Cut(strings.TrimSpace(one), "=")
			if !ok {
				continue
			}
			grantee := &types.Grantee{Type: types.TypeCanonicalUser, ID: aws.String(strings.Trim(value, `"`))}
			if kind == "uri" {
				grantee = &types.Grantee{Type: types.TypeGroup, URI: grantee.ID}
			}
			out = append(out, types.Grant{Permission: p, Grantee: grantee})
		}
	}
	return out
}

// listOf returns the list that a request asks for: a canned one, or one spelled out in its body or its headers.
func (r *request) listOf(b *bucket, canned string, spelled *types.AccessControlPolicy, headers []types.Grant) ([]types.Grant, error) {
	list := []types.Grant{r.full()}
	switch {
	case spelled != nil:
		list = slices.Clone(spelled.Grants)
	case len(headers) > 0:
		list = headers
	case canned == "public-read":
		list = append(list, toGroup("AllUsers", types.PermissionRead)...)
	case canned == "public-read-write":
		list = append(list, toGroup("AllUsers", types.PermissionRead, types.PermissionWrite)...)
	case canned == "authenticated-read":
		list = append(list, toGroup("AuthenticatedUsers", types.PermissionRead)...)
	case canned != "" && canned != "private":
		return nil, s3Error("InvalidArgument", "the simulated account does not know the canned list "+canned)
	}
	public := slices.ContainsFunc(list, func(g types.Grant) bool { return strings.HasPrefix(aws.ToString(g.Grantee.URI), groups) })
	switch {
	case b.unlisted:
		return nil, s3Error("AccessControlListNotSupported", "The bucket does not allow ACLs")
	case public && b.block != nil && aws.ToBool(b.block.BlockPublicAcls):
		return nil, s3Error("AccessDenied", "because public ACLs are blocked by the BlockPublicAcls block public access setting")
	}
	return list, nil
}

func getBucketACL(r *request, in *s3.GetBucketAclInput) (*s3.GetBucketAclOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	grants := b.grants
	if b.unlisted {
		grants = []types.Grant{r.full()}
	}
	return &s3.GetBucketAclOutput{Owner: r.self(), Grants: grants}, nil
}

func putBucketACL(r *request, in *s3.PutBucketAclInput) (*s3.PutBucketAclOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.grants, err = keep(b.grants)(r.listOf(b, string(in.ACL), in.AccessControlPolicy, fromHeaders(map[types.Permission]*string{
		types.PermissionRead: in.GrantRead, types.PermissionWrite: in.GrantWrite, types.PermissionReadAcp: in.GrantReadACP,
		types.PermissionWriteAcp: in.GrantWriteACP, types.PermissionFullControl: in.GrantFullControl,
	}))); err != nil {
		return nil, err
	}
	return &s3.PutBucketAclOutput{}, nil
}

// keep returns what was there where a new list is refused.
func keep(was []types.Grant) func([]types.Grant, error) ([]types.Grant, error) {
	return func(list []types.Grant, err error) ([]types.Grant, error) {
		if err != nil {
			return was, err
		}
		return list, nil
	}
}

func (r *request) object(in, key, expectedOwner *string) (*bucket, []types.Grant, error) {
	b, err := r.bucket(in, expectedOwner)
	if err != nil {
		return nil, nil, err
	}
	grants, ok := b.objects[aws.ToString(key)]
	if !ok {
		return nil, nil, s3Error("NoSuchKey", "The specified key does not exist.")
	}
	return b, grants, nil
}

func getObjectACL(r *request, in *s3.GetObjectAclInput) (*s3.GetObjectAclOutput, error) {
	b, grants, err := r.object(in.Bucket, in.Key, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.unlisted {
		grants = []types.Grant{r.full()}
	}
	return &s3.GetObjectAclOutput{Owner: r.self(), Grants: grants}, nil
}

func putObjectACL(r *request, in *s3.PutObjectAclInput) (*s3.PutObjectAclOutput, error) {
	b, grants, err := r.object(in.Bucket, in.Key, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.objects[*in.Key], err = keep(grants)(r.listOf(b, string(in.ACL), in.AccessControlPolicy, fromHeaders(map[types.Permission]*string{
		types.PermissionRead: in.GrantRead, types.PermissionWrite: in.GrantWrite, types.PermissionReadAcp: in.GrantReadACP,
		types.PermissionWriteAcp: in.GrantWriteACP, types.PermissionFullControl: in.GrantFullControl,
	}))); err != nil {
		return nil, err
	}
	return &s3.PutObjectAclOutput{}, nil
}

func putOwnership(r *request, in *s3.PutBucketOwnershipControlsInput) (*s3.PutBucketOwnershipControlsOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.unlisted = slices.ContainsFunc(in.OwnershipControls.Rules, func(c types.OwnershipControlsRule) bool {
		return c.ObjectOwnership == types.ObjectOwnershipBucketOwnerEnforced
	})
	return &s3.PutBucketOwnershipControlsOutput{}, nil
}
