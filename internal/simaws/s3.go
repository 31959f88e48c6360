package simaws

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// storage is the S3 of an account. What its buckets hold is replaced as a whole and never changed.
type storage struct {
	buckets map[string]*bucket
	block   *types.PublicAccessBlockConfiguration // of the account; nil for none
}

type bucket struct {
	policy      string
	block       *types.PublicAccessBlockConfiguration // nil for none
	grants      []types.Grant
	unlisted    bool // access control lists are switched off
	versioning  types.BucketVersioningStatus
	mfaDelete   bool
	encryption  []types.ServerSideEncryptionRule
	lifecycle   []types.LifecycleRule
	replication *types.ReplicationConfiguration
	logging     *types.LoggingEnabled    // nil where nothing is logged
	objects     map[string][]types.Grant // their access control lists by key
}

func newStorage() storage { return storage{buckets: map[string]*bucket{}} }

func (s storage) clone() storage {
	c := storage{buckets: map[string]*bucket{}, block: s.block}
	for name, b := range s.buckets {
		dup := *b
		dup.objects = maps.Clone(b.objects)
		c.buckets[name] = &dup
	}
	return c
}

func storageHandlers() handlers {
	h := handlers{}
	writes(h, createBucket)
	writes(h, deleteBucket)
	writes(h, putObject)
	writes(h, deleteObject)
	for _, part := range []handlers{bucketPolicyHandlers(), publicAccessHandlers(), aclHandlers(), bucketSettingHandlers(), bucketLoggingHandlers()} {
		maps.Copy(h, part)
	}
	return h
}

func s3Error(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message, Fault: smithy.FaultClient}
}

// bucket returns a bucket by its name, for a caller who expects it to belong to an account.
func (r *request) bucket(name, expectedOwner *string) (*bucket, error) {
	b, ok := r.storage.buckets[aws.ToString(name)]
	switch {
	case !ok:
		return nil, s3Error("NoSuchBucket", "The specified bucket does not exist")
	case expectedOwner != nil && *expectedOwner != r.account:
		return nil, s3Error("AccessDenied", "Access Denied")
	}
	return b, nil
}

// full is the grant that the owner has of everything.
func (r *request) full() types.Grant {
	return types.Grant{
		Permission: types.PermissionFullControl,
		Grantee:    &types.Grantee{Type: types.TypeCanonicalUser, ID: r.self().ID},
	}
}

func (r *request) self() *types.Owner { return &types.Owner{ID: aws.String("canonical-" + r.account)} }

func createBucket(r *request, in *s3.CreateBucketInput) (*s3.CreateBucketOutput, error) {
	if r.storage.buckets[*in.Bucket] != nil {
		return nil, s3Error("BucketAlreadyOwnedByYou", "You own the bucket already")
	}
	r.storage.buckets[*in.Bucket] = &bucket{grants: []types.Grant{r.full()}, objects: map[string][]types.Grant{}}
	return &s3.CreateBucketOutput{}, nil
}

func deleteBucket(r *request, in *s3.DeleteBucketInput) (*s3.DeleteBucketOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if len(b.objects) > 0 {
		return nil, s3Error("BucketNotEmpty", "The bucket you tried to delete is not empty")
	}
	delete(r.storage.buckets, *in.Bucket)
	return &s3.DeleteBucketOutput{}, nil
}

func putObject(r *request, in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.objects[*in.Key] = []types.Grant{r.full()}
	return &s3.PutObjectOutput{}, nil
}

func deleteObject(r *request, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	delete(b.objects, *in.Key)
	return &s3.DeleteObjectOutput{}, nil
}
