package data

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// keyState is the name that the ledger knows the state of a key by.
const keyState = "key-state"

// waitingDays is how long KMS waits before it deletes a key whose deletion undo schedules again: as long as it can.
const waitingDays = 30

// CancelKeyDeletion keeps a key that is about to be deleted. The aspect is the state of the key.
func CancelKeyDeletion(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*kms.Client, types.KeyState]{
		Action: actions.CancelKeyDeletion(),
		Lens:   keyStateLens(accounts),
		Find:   func(f detect.Finding) (remedy.Target, error) { return keyOf(f, "ScheduleKeyDeletion") },
		Want:   wantKept(types.KeyStateDisabled),
		Aspect: keyState,
		Restore: func(ctx context.Context, api *kms.Client, f detect.Finding, t remedy.Target, before, good types.KeyState) (types.KeyState, error) {
			if good != types.KeyStateEnabled {
				good = types.KeyStateDisabled
			}
			return wantKept(good)(ctx, api, f, t, before)
		},
		Summary: keyChanged,
		Nothing: func(t remedy.Target, live types.KeyState) string {
			return fmt.Sprintf("key %s is not about to be deleted: its state is %s", t.ID, live)
		},
	})
}

// wantKept wants a state for a key whose deletion is scheduled.
func wantKept(state types.KeyState) func(context.Context, *kms.Client, detect.Finding, remedy.Target, types.KeyState) (types.KeyState, error) {
	return func(_ context.Context, _ *kms.Client, _ detect.Finding, t remedy.Target, before types.KeyState) (types.KeyState, error) {
		switch before {
		case types.KeyStatePendingDeletion:
			return state, nil
		case types.KeyStatePendingReplicaDeletion:
			return before, remedy.Refuse("key %s waits for the deletion of its replicas: they have to be kept first, each in its own region", t.ID)
		default:
			return before, nil
		}
	}
}

// EnableKey enables a key that was disabled. The aspect is the state of the key.
func EnableKey(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*kms.Client, types.KeyState]{
		Action: actions.EnableKey(),
		Lens:   keyStateLens(accounts),
		Find:   func(f detect.Finding) (remedy.Target, error) { return keyOf(f, "DisableKey") },
		Want: func(_ context.Context, _ *kms.Client, _ detect.Finding, t remedy.Target, before types.KeyState) (types.KeyState, error) {
			switch before {
			case types.KeyStateDisabled:
				return types.KeyStateEnabled, nil
			case types.KeyStatePendingDeletion, types.KeyStatePendingReplicaDeletion: // by another event, with a finding of its own
				return before, remedy.Refuse("key %s is about to be deleted: it can be enabled once its deletion is cancelled", t.ID)
			default: // one that waits for its material
				return before, nil
			}
		},
		Summary: keyChanged,
		Nothing: func(t remedy.Target, live types.KeyState) string {
			return fmt.Sprintf("key %s is not disabled: its state is %s", t.ID, live)
		},
	})
}

func keyChanged(t remedy.Target, before, after types.KeyState) string {
	return fmt.Sprintf("key %s: %s → %s", t.ID, before, after)
}

func keyStateLens(accounts access.Accounts) remedy.Lens[*kms.Client, types.KeyState] {
	return remedy.Lens[*kms.Client, types.KeyState]{
		Client: access.Client(accounts, kmsClient),
		Read:   readKeyState,
		Write:  writeKeyState,
		// A key that is to be enabled passes through disabled when its deletion is cancelled.
		Between: func(live, from, to types.KeyState) bool {
			return live == types.KeyStateDisabled && from == types.KeyStatePendingDeletion && to == types.KeyStateEnabled
		},
	}
}

func readKeyState(ctx context.Context, api *kms.Client, t remedy.Target) (types.KeyState, error) {
	out, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(t.ID)})
	if err != nil {
		return "", keyGone(err)
	}
	if out.KeyMetadata.KeyManager == types.KeyManagerTypeAws {
		return "", remedy.Refuse("key %s belongs to AWS", t.ID)
	}
	return out.KeyMetadata.KeyState, nil
}

func writeKeyState(ctx context.Context, api *kms.Client, t remedy.Target, from, to types.KeyState) error {
	key := aws.String(t.ID)
	var err error
	switch to {
	case types.KeyStateEnabled:
		if from == types.KeyStatePendingDeletion {
			if _, err = api.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: key}); err != nil {
				return keyGone(err)
			}
		}
		_, err = api.EnableKey(ctx, &kms.EnableKeyInput{KeyId: key})
	case types.KeyStateDisabled:
		if from == types.KeyStatePendingDeletion {
			_, err = api.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: key})
		} else {
			_, err = api.DisableKey(ctx, &kms.DisableKeyInput{KeyId: key})
		}
	case types.KeyStatePendingDeletion:
		_, err = api.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: key, PendingWindowInDays: aws.Int32(waitingDays)})
	default:
		return remedy.Refuse("key %s cannot be brought from state %s to %s", t.ID, from, to)
	}
	return keyGone(err)
}
