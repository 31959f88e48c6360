package storage

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveObjectACLGrants takes the grants to everyone that the event made out of an object's access control list.
func RemoveObjectACLGrants(accounts access.Accounts) remedy.Remedy {
	return removeGrants(actions.RemoveObjectACLGrants(),
		access.Client(accounts, func(cfg aws.Config) acl { return objectACL{newStore(cfg)} }),
		findObject,
		func(t remedy.Target) string { return "object " + t.ID + " of bucket " + t.Parent })
}

func findObject(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamBucketGrants)
	if f.Resource.Type != detect.Object || t.ID == "" {
		return t, remedy.Refuse("%s is no object of a bucket", f.Resource)
	}
	return t, checkBucket(t.Parent)
}

// objectACL is the access control list of objects.
type objectACL struct{ *store }

func (s objectACL) get(ctx context.Context, t remedy.Target) (list *types.AccessControlPolicy, err error) {
	err = s.call(func(api *s3.Client) error {
		out, err := api.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: aws.String(t.Parent), Key: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err == nil {
			list = &types.AccessControlPolicy{Owner: out.Owner, Grants: out.Grants}
		}
		return err
	})
	return list, access.Gone(err, noSuchBucket, "NoSuchKey", "MethodNotAllowed") // the last where it is deleted in this version
}

func (s objectACL) put(ctx context.Context, t remedy.Target, list *types.AccessControlPolicy) error {
	in := &s3.PutObjectAclInput{Bucket: aws.String(t.Parent), Key: aws.String(t.ID), ExpectedBucketOwner: owner(t)}
	if len(list.Grants) == 0 {
		in.AccessControlPolicy = list
	} else if err := asHeaders(in, list.Grants); err != nil {
		return err
	}
	return access.Gone(s.call(func(api *s3.Client) error {
		_, err := api.PutObjectAcl(ctx, in)
		return err
	}), "NoSuchKey")
}

// asHeaders writes a list of grants in the headers of a request, which every implementation of S3 takes for objects; some
// ignore the list in the body.
func asHeaders(in *s3.PutObjectAclInput, grants []types.Grant) error {
	for _, g := range grants {
		header := map[types.Permission]**string{
			types.PermissionRead: &in.GrantRead, types.PermissionWrite: &in.GrantWrite, types.PermissionReadAcp: &in.GrantReadACP,
			types.PermissionWriteAcp: &in.GrantWriteACP, types.PermissionFullControl: &in.GrantFullControl,
		}[g.Permission]
		grantee := ""
		switch {
		case g.Grantee == nil:
		case aws.ToString(g.Grantee.URI) != "":
			grantee = `uri="` + *g.Grantee.URI + `"`
		case aws.ToString(g.Grantee.ID) != "":
			grantee = `id="` + *g.Grantee.ID + `"`
		}
		if header == nil || grantee == "" {
			return remedy.Refuse("the access control list has a grant of %s that cannot be written again", g.Permission)
		}
		if *header != nil {
			grantee = **header + "," + grantee
		}
		*header = aws.String(grantee)
	}
	return nil
}
