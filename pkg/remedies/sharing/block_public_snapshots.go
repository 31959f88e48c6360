package sharing

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// snapshotBlock is how far the sharing of a region's snapshots with everyone is blocked.
type snapshotBlock = types.SnapshotBlockPublicAccessState

// BlockPublicSnapshots blocks the sharing of a region's snapshots with everyone, as far as it was blocked before.
func BlockPublicSnapshots(accounts access.Accounts) remedy.Remedy {
	const noun = "block of public access for EBS snapshots"
	return remedy.Bind(remedy.Spec[*ec2.Client, snapshotBlock]{
		Action: actions.BlockPublicSnapshots(),
		Lens: remedy.Lens[*ec2.Client, snapshotBlock]{
			Client: client(accounts, ec2.NewFromConfig), Read: readSnapshotBlock, Write: writeSnapshotBlock,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return findSetting(f, "DisableSnapshotBlockPublicAccess", noun)
		},
		// Without a former state it blocks what breaks nothing that works: new sharing.
		Want: func(_ context.Context, _ *ec2.Client, _ detect.Finding, _ remedy.Target, before snapshotBlock) (snapshotBlock, error) {
			if before != types.SnapshotBlockPublicAccessStateUnblocked {
				return before, nil
			}
			return types.SnapshotBlockPublicAccessStateBlockNewSharing, nil
		},
		Aspect: "snapshot-block-public-access",
		Restore: func(_ context.Context, _ *ec2.Client, _ detect.Finding, _ remedy.Target, before, good snapshotBlock) (snapshotBlock, error) {
			switch {
			case before != types.SnapshotBlockPublicAccessStateUnblocked:
				return before, nil
			case good == types.SnapshotBlockPublicAccessStateBlockAllSharing || good == types.SnapshotBlockPublicAccessStateBlockNewSharing:
				return good, nil
			}
			return before, remedy.Refuse("the block was off when it was last known to be good: there is nothing to restore")
		},
		Summary: func(t remedy.Target, before, after snapshotBlock) string {
			return fmt.Sprintf("%s in %s: %s → %s", noun, t.Region, before, after)
		},
		Nothing: func(t remedy.Target, live snapshotBlock) string {
			return fmt.Sprintf("%s in %s is %s", noun, t.Region, live)
		},
	})
}

func readSnapshotBlock(ctx context.Context, api *ec2.Client, _ remedy.Target) (snapshotBlock, error) {
	out, err := api.GetSnapshotBlockPublicAccessState(ctx, &ec2.GetSnapshotBlockPublicAccessStateInput{})
	if err != nil {
		return "", err
	}
	return out.State, nil
}

func writeSnapshotBlock(ctx context.Context, api *ec2.Client, _ remedy.Target, _, to snapshotBlock) (err error) {
	if to == types.SnapshotBlockPublicAccessStateUnblocked {
		_, err = api.DisableSnapshotBlockPublicAccess(ctx, &ec2.DisableSnapshotBlockPublicAccessInput{})
	} else {
		_, err = api.EnableSnapshotBlockPublicAccess(ctx, &ec2.EnableSnapshotBlockPublicAccessInput{State: to})
	}
	return err
}
