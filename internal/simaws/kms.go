package simaws

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

type kmsKey struct {
	region   string
	state    types.KeyState
	rotation int32 // days, 0 for never
}

func keyHandlers() handlers {
	h := handlers{}
	reads(h, describeKey)
	reads(h, getKeyRotationStatus)
	writes(h, createKey)
	writes(h, scheduleKeyDeletion)
	writes(h, cancelKeyDeletion)
	writes(h, enableKey)
	writes(h, disableKey)
	writes(h, enableKeyRotation)
	writes(h, disableKeyRotation)
	return h
}

func (r *request) keyARN(id string) string {
	return "arn:aws:kms:" + r.region + ":" + r.account + ":key/" + id
}

// kmsKey returns the key that an id or an ARN means in the region of the call.
func (r *request) kmsKey(id *string) (*kmsKey, error) {
	k, ok := r.kmsKeys[strings.TrimPrefix(aws.ToString(id), r.keyARN(""))]
	if !ok || k.region != r.region {
		return nil, &types.NotFoundException{Message: aws.String("Key '" + aws.ToString(id) + "' does not exist")}
	}
	return k, nil
}

// usableKey is kmsKey for calls that KMS refuses while a key is about to be deleted.
func (r *request) usableKey(id *string) (*kmsKey, error) {
	k, err := r.kmsKey(id)
	if err == nil && k.state == types.KeyStatePendingDeletion {
		return nil, &types.KMSInvalidStateException{Message: aws.String(aws.ToString(id) + " is pending deletion.")}
	}
	return k, err
}

func (r *request) keyMetadata(id string, k *kmsKey) *types.KeyMetadata {
	return &types.KeyMetadata{
		KeyId: aws.String(id), Arn: aws.String(r.keyARN(id)), AWSAccountId: aws.String(r.account),
		Enabled: k.state == types.KeyStateEnabled, KeyState: k.state, KeyManager: types.KeyManagerTypeCustomer,
	}
}

func describeKey(r *request, in *kms.DescribeKeyInput) (*kms.DescribeKeyOutput, error) {
	k, err := r.kmsKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	return &kms.DescribeKeyOutput{KeyMetadata: r.keyMetadata(strings.TrimPrefix(*in.KeyId, r.keyARN("")), k)}, nil
}

func createKey(r *request, _ *kms.CreateKeyInput) (*kms.CreateKeyOutput, error) {
	id := r.newID("00000000-0000-4000-8000-%012x")
	k := &kmsKey{region: r.region, state: types.KeyStateEnabled}
	r.kmsKeys[id] = k
	return &kms.CreateKeyOutput{KeyMetadata: r.keyMetadata(id, k)}, nil
}

func scheduleKeyDeletion(r *request, in *kms.ScheduleKeyDeletionInput) (*kms.ScheduleKeyDeletionOutput, error) {
	k, err := r.usableKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	k.state = types.KeyStatePendingDeletion
	return &kms.ScheduleKeyDeletionOutput{KeyId: in.KeyId, KeyState: k.state, PendingWindowInDays: in.PendingWindowInDays}, nil
}

func cancelKeyDeletion(r *request, in *kms.CancelKeyDeletionInput) (*kms.CancelKeyDeletionOutput, error) {
	k, err := r.kmsKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	if k.state != types.KeyStatePendingDeletion {
		return nil, &types.KMSInvalidStateException{Message: aws.String(*in.KeyId + " is not pending deletion.")}
	}
	k.state = types.KeyStateDisabled
	return &kms.CancelKeyDeletionOutput{KeyId: in.KeyId}, nil
}

func enableKey(r *request, in *kms.EnableKeyInput) (*kms.EnableKeyOutput, error) {
	k, err := r.usableKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	k.state = types.KeyStateEnabled
	return &kms.EnableKeyOutput{}, nil
}

func disableKey(r *request, in *kms.DisableKeyInput) (*kms.DisableKeyOutput, error) {
	k, err := r.usableKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	k.state = types.KeyStateDisabled
	return &kms.DisableKeyOutput{}, nil
}

func getKeyRotationStatus(r *request, in *kms.GetKeyRotationStatusInput) (*kms.GetKeyRotationStatusOutput, error) {
	k, err := r.kmsKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	out := &kms.GetKeyRotationStatusOutput{KeyId: in.KeyId, KeyRotationEnabled: k.rotation > 0}
	if k.rotation > 0 {
		out.RotationPeriodInDays = aws.Int32(k.rotation)
	}
	return out, nil
}

func enableKeyRotation(r *request, in *kms.EnableKeyRotationInput) (*kms.EnableKeyRotationOutput, error) {
	k, err := r.usableKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	k.rotation = 365
	if in.RotationPeriodInDays != nil {
		k.rotation = *in.RotationPeriodInDays
	}
	return &kms.EnableKeyRotationOutput{}, nil
}

func disableKeyRotation(r *request, in *kms.DisableKeyRotationInput) (*kms.DisableKeyRotationOutput, error) {
	k, err := r.usableKey(in.KeyId)
	if err != nil {
		return nil, err
	}
	k.rotation = 0
	return &kms.DisableKeyRotationOutput{}, nil
}
