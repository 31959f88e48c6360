package simaws

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func bucketSettingHandlers() handlers {
	h := handlers{}
	reads(h, getVersioning)
	writes(h, putVersioning)
	reads(h, getEncryption)
	writes(h, putEncryption)
	writes(h, deleteEncryption)
	reads(h, getLifecycle)
	writes(h, putLifecycle)
	writes(h, deleteLifecycle)
	reads(h, getReplication)
	writes(h, putReplication)
	writes(h, deleteReplication)
	return h
}

func getVersioning(r *request, in *s3.GetBucketVersioningInput) (*s3.GetBucketVersioningOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	out := &s3.GetBucketVersioningOutput{Status: b.versioning}
	if b.mfaDelete {
		out.MFADelete = types.MFADeleteStatusEnabled
	}
	return out, nil
}

func putVersioning(r *request, in *s3.PutBucketVersioningInput) (*s3.PutBucketVersioningOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.mfaDelete && in.MFA == nil {
		return nil, s3Error("AccessDenied", "Mfa Authentication must be used for this request")
	}
	b.versioning = in.VersioningConfiguration.Status
	b.mfaDelete = b.mfaDelete || in.VersioningConfiguration.MFADelete == types.MFADeleteEnabled && in.MFA != nil
	return &s3.PutBucketVersioningOutput{}, nil
}

func getEncryption(r *request, in *s3.GetBucketEncryptionInput) (*s3.GetBucketEncryptionOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if len(b.encryption) == 0 {
		return nil, s3Error("ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found")
	}
	return &s3.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: b.encryption}}, nil
}

func putEncryption(r *request, in *s3.PutBucketEncryptionInput) (*s3.PutBucketEncryptionOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.encryption = in.ServerSideEncryptionConfiguration.Rules
	return &s3.PutBucketEncryptionOutput{}, nil
}

func deleteEncryption(r *request, in *s3.DeleteBucketEncryptionInput) (*s3.DeleteBucketEncryptionOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.encryption = nil
	return &s3.DeleteBucketEncryptionOutput{}, nil
}

func getLifecycle(r *request, in *s3.GetBucketLifecycleConfigurationInput) (*s3.GetBucketLifecycleConfigurationOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if len(b.lifecycle) == 0 {
		return nil, s3Error("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
	}
	return &s3.GetBucketLifecycleConfigurationOutput{Rules: b.lifecycle}, nil
}

func putLifecycle(r *request, in *s3.PutBucketLifecycleConfigurationInput) (*s3.PutBucketLifecycleConfigurationOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.lifecycle = in.LifecycleConfiguration.Rules
	return &s3.PutBucketLifecycleConfigurationOutput{}, nil
}

func deleteLifecycle(r *request, in *s3.DeleteBucketLifecycleInput) (*s3.DeleteBucketLifecycleOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.lifecycle = nil
	return &s3.DeleteBucketLifecycleOutput{}, nil
}

func getReplication(r *request, in *s3.GetBucketReplicationInput) (*s3.GetBucketReplicationOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.replication == nil {
		return nil, s3Error("ReplicationConfigurationNotFoundError", "The replication configuration was not found")
	}
	return &s3.GetBucketReplicationOutput{ReplicationConfiguration: b.replication}, nil
}

func putReplication(r *request, in *s3.PutBucketReplicationInput) (*s3.PutBucketReplicationOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.versioning != types.BucketVersioningStatusEnabled {
		return nil, s3Error("InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration")
	}
	b.replication = in.ReplicationConfiguration
	return &s3.PutBucketReplicationOutput{}, nil
}

func deleteReplication(r *request, in *s3.DeleteBucketReplicationInput) (*s3.DeleteBucketReplicationOutput, error) {
	b, err := r.bucket(in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	b.replication = nil
	return &s3.DeleteBucketReplicationOutput{}, nil
}
