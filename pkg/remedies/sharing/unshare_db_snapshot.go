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

// restore is the attribute of a database snapshot that says who may restore it.
const restore = "restore"

// UnshareDBSnapshot takes back the permissions to restore a database snapshot that an event gave.
func UnshareDBSnapshot(accounts access.Accounts) remedy.Remedy {
	return unshare(shareList[*rds.Client]{
		action: actions.UnshareDBSnapshot(), kind: detect.DBSnapshot, noun: "database snapshot",
		client: client(accounts, rds.NewFromConfig), known: isAccount,
		read: readDBSnapshotPermissions, write: writeDBSnapshotPermissions,
	})
}

func dbSnapshotGone(err error) error {
	return gone(err, "DBSnapshotNotFound", "DBSnapshotNotFoundFault")
}

func readDBSnapshotPermissions(ctx context.Context, api *rds.Client, id string) (grantees, error) {
	out, err := api.DescribeDBSnapshotAttributes(ctx, &rds.DescribeDBSnapshotAttributesInput{DBSnapshotIdentifier: aws.String(id)})
	if err != nil {
		return nil, dbSnapshotGone(err)
	}
	var list grantees
	if out.DBSnapshotAttributesResult != nil {
		for _, a := range out.DBSnapshotAttributesResult.DBSnapshotAttributes {
			if aws.ToString(a.AttributeName) == restore {
				list = append(list, a.AttributeValues...)
			}
		}
	}
	return list, nil
}

func writeDBSnapshotPermissions(ctx context.Context, api *rds.Client, id string, add, remove grantees) error {
	_, err := api.ModifyDBSnapshotAttribute(ctx, &rds.ModifyDBSnapshotAttributeInput{
		DBSnapshotIdentifier: aws.String(id), AttributeName: aws.String(restore), ValuesToAdd: add, ValuesToRemove: remove,
	})
	return dbSnapshotGone(err)
}
