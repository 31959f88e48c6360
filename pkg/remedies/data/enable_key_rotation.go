package data

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	yearly = 365 // how often KMS rotates a key where nothing else is said
	unsaid = -1  // a key is rotated, and the answer does not say how often
)

// rotation says how often a key is rotated: 0 for never.
type rotation struct {
	Days int32 `json:"days"`
}

func (r rotation) equal(other rotation) bool {
	return r == other || r.Days*other.Days < 0 // an answer that does not say how often is no other answer
}

// EnableKeyRotation switches the rotation of a key on again. The aspect is how often the key is rotated.
func EnableKeyRotation(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*kms.Client, rotation]{
		Action: actions.EnableKeyRotation(),
		Lens: remedy.Lens[*kms.Client, rotation]{
			Client: access.Client(accounts, kmsClient),
			Read:   readRotation,
			Write:  writeRotation,
			Equal:  rotation.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) { return keyOf(f, "DisableKeyRotation") },
		Want: func(_ context.Context, _ *kms.Client, _ detect.Finding, _ remedy.Target, before rotation) (rotation, error) {
			return rotated(before, yearly), nil
		},
		Aspect: "key-rotation",
		Restore: func(_ context.Context, _ *kms.Client, _ detect.Finding, t remedy.Target, before, good rotation) (rotation, error) {
			if good.Days == 0 {
				return before, remedy.Refuse("key %s was not rotated before the event either", t.ID)
			}
			return rotated(before, good.Days), nil
		},
		Summary: func(t remedy.Target, _, after rotation) string {
			return fmt.Sprintf("key %s: rotated every %d days again", t.ID, after.Days)
		},
		Nothing: func(t remedy.Target, live rotation) string {
			if live.Days == unsaid {
				return fmt.Sprintf("key %s is rotated already", t.ID)
			}
			return fmt.Sprintf("key %s is rotated every %d days already", t.ID, live.Days)
		},
	})
}

// rotated returns a period for a key that is not rotated, and leaves one that is alone.
func rotated(before rotation, days int32) rotation {
	if before.Days == 0 {
		return rotation{Days: days}
	}
	return before
}

func readRotation(ctx context.Context, api *kms.Client, t remedy.Target) (rotation, error) {
	out, err := api.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: aws.String(t.ID)})
	if err != nil {
		return rotation{}, keyGone(err)
	}
	switch days := aws.ToInt32(out.RotationPeriodInDays); {
	case !out.KeyRotationEnabled:
		return rotation{}, nil
	case days > 0:
		return rotation{Days: days}, nil
	}
	return rotation{Days: unsaid}, nil
}

func writeRotation(ctx context.Context, api *kms.Client, t remedy.Target, _, to rotation) error {
	key := aws.String(t.ID)
	if to.Days == 0 {
		_, err := api.DisableKeyRotation(ctx, &kms.DisableKeyRotationInput{KeyId: key})
		return keyGone(err)
	}
	_, err := api.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: key, RotationPeriodInDays: aws.Int32(to.Days)})
	return keyGone(err)
}
