package sharing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// UnshareDBClusterSnapshot takes back the permissions to restore a snapshot of a database cluster that an event gave.
func UnshareDBClusterSnapshot(accounts access.Accounts) remedy.Remedy {
	return unshare(shareList[*rds.Client]{
		action: actions.UnshareDBClusterSnapshot(), kind: detect.DBClusterSnapshot, noun: "database cluster snapshot",
		client: client(accounts, rds.NewFromConfig), known: isAccount,
		read: readClusterSnapshotPermissions, write: writeClusterSnapshotPermissions,
	})
}

func clusterSnapshotGone(err error) error {
	return gone(err, "DBClusterSnapshotNotFoundFault", "DBClusterSnapshotNotFound")
}

func readClusterSnapshotPermissions(ctx context.Context, api *rds.Client, id string) (grantees, error) {
	out, err := api.DescribeDBClusterSnapshotAttributes(ctx, &rds.DescribeDBClusterSnapshotAttributesInput{
		DBClusterSnapshotIdentifier: aws.String(id),
	})
	if err != nil {
		return nil, clusterSnapshotGone(err)
	}
	var list grantees
	if out.DBClusterSnapshotAttributesResult != nil {
		for _, a := range out.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes {
			if aws.ToString(a.AttributeName) == restore {
				list = append(list, a.AttributeValues...)
			}
		}
	}
	return list, nil
}

func writeClusterSnapshotPermissions(ctx context.Context, api *rds.Client, id string, add, remove grantees) error {
	_, err := api.ModifyDBClusterSnapshotAttribute(ctx, &rds.ModifyDBClusterSnapshotAttributeInput{
		DBClusterSnapshotIdentifier: aws.String(id), AttributeName: aws.String(restore),
		ValuesToAdd: add, ValuesToRemove: remove,
	})
	return clusterSnapshotGone(err)
}
