package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func accessKeyHandlers() handlers {
	h := handlers{}
	reads(h, listAccessKeys)
	writes(h, createAccessKey)
	writes(h, updateAccessKey)
	writes(h, deleteAccessKey)
	return h
}

// keysPerUser is IAM's quota.
const keysPerUser = 2

func (k accessKey) status() types.StatusType {
	if k.active {
		return types.StatusTypeActive
	}
	return types.StatusTypeInactive
}

func listAccessKeys(r *request, in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, error) {
	if in.UserName == nil {
		return r.listRootKeys(in)
	}
	p, err := r.holder(detect.User, in.UserName)
	if err != nil {
		return nil, err
	}
	keys, next := page(r, p.keys, in.Marker)
	out := &iam.ListAccessKeysOutput{Marker: next, IsTruncated: next != nil, AccessKeyMetadata: []types.AccessKeyMetadata{}}
	for _, k := range keys {
		out.AccessKeyMetadata = append(out.AccessKeyMetadata, types.AccessKeyMetadata{
			AccessKeyId: aws.String(k.id), UserName: in.UserName, Status: k.status(), CreateDate: aws.Time(k.created),
		})
	}
	return out, nil
}

func createAccessKey(r *request, in *iam.CreateAccessKeyInput) (*iam.CreateAccessKeyOutput, error) {
	if in.UserName == nil {
		return r.createRootKey()
	}
	p, err := r.holder(detect.User, in.UserName)
	if err != nil {
		return nil, err
	}
	if len(p.keys) >= keysPerUser {
		return nil, limited("Cannot exceed quota for AccessKeysPerUser: %d", keysPerUser)
	}
	k := accessKey{id: r.newID("AKIASIM%013d"), active: true, created: r.now}
	p.keys = append(p.keys, k)
	return &iam.CreateAccessKeyOutput{AccessKey: &types.AccessKey{
		AccessKeyId: aws.String(k.id), UserName: in.UserName, Status: k.status(), CreateDate: aws.Time(k.created),
		SecretAccessKey: aws.String("simulated"),
	}}, nil
}

func (r *request) key(user, id *string) (*principal, int, error) {
	p, err := r.holder(detect.User, user)
	if err != nil {
		return nil, 0, err
	}
	n := slices.IndexFunc(p.keys, func(k accessKey) bool { return k.id == aws.ToString(id) })
	if n < 0 {
		return nil, 0, noSuchEntity("The Access Key with id %s cannot be found.", aws.ToString(id))
	}
	return p, n, nil
}

func updateAccessKey(r *request, in *iam.UpdateAccessKeyInput) (*iam.UpdateAccessKeyOutput, error) {
	p, n, err := r.key(in.UserName, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	p.keys[n].active = in.Status == types.StatusTypeActive
	return &iam.UpdateAccessKeyOutput{}, nil
}

func deleteAccessKey(r *request, in *iam.DeleteAccessKeyInput) (*iam.DeleteAccessKeyOutput, error) {
	if in.UserName == nil {
		return r.deleteRootKey(in)
	}
	p, n, err := r.key(in.UserName, in.AccessKeyId)
	if err != nil {
		return nil, err
	}
	p.keys = slices.Delete(p.keys, n, n+1)
	return &iam.DeleteAccessKeyOutput{}, nil
}
