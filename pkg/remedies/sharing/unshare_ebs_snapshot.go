package sharing

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// UnshareEBSSnapshot takes back the permissions to make volumes from a snapshot that an event gave.
func UnshareEBSSnapshot(accounts access.Accounts) remedy.Remedy {
	return unshare(shareList[*ec2.Client]{
		action: actions.UnshareEBSSnapshot(), kind: detect.Snapshot, noun: "snapshot",
		client: client(accounts, ec2.NewFromConfig),
		refuses: func(t remedy.Target) error {
			if !strings.HasPrefix(t.ID, "snap-") {
				return remedy.Refuse("%s is no snapshot with an id", t)
			}
			return nil
		},
		known: isAccount, read: readSnapshotPermissions, write: writeSnapshotPermissions,
	})
}

const snapshotMissing = "InvalidSnapshot.NotFound"

func readSnapshotPermissions(ctx context.Context, api *ec2.Client, id string) (grantees, error) {
	out, err := api.DescribeSnapshotAttribute(ctx, &ec2.DescribeSnapshotAttributeInput{
		SnapshotId: aws.String(id), Attribute: types.SnapshotAttributeNameCreateVolumePermission,
	})
	if err != nil {
		return nil, gone(err, snapshotMissing)
	}
	var list grantees
	for _, p := range out.CreateVolumePermissions {
		if p.Group != "" {
			list = append(list, string(p.Group))
		} else {
			list = append(list, aws.ToString(p.UserId))
		}
	}
	return list, nil
}

// writeSnapshotPermissions makes one call for each direction: EC2 does not add and remove in one.
func writeSnapshotPermissions(ctx context.Context, api *ec2.Client, id string, add, remove grantees) error {
	for _, c := range []struct {
		operation types.OperationType
		list      grantees
	}{{types.OperationTypeRemove, remove}, {types.OperationTypeAdd, add}} {
		if len(c.list) == 0 {
			continue
		}
		in := &ec2.ModifySnapshotAttributeInput{
			SnapshotId: aws.String(id), Attribute: types.SnapshotAttributeNameCreateVolumePermission,
			OperationType: c.operation,
			UserIds:       slices.DeleteFunc(slices.Clone(c.list), func(g string) bool { return g == everyone }),
		}
		if slices.Contains(c.list, everyone) {
			in.GroupNames = []string{everyone}
		}
		if _, err := api.ModifySnapshotAttribute(ctx, in); err != nil {
			return gone(err, snapshotMissing)
		}
	}
	return nil
}
