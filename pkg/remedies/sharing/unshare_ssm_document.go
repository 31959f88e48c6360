package sharing

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// UnshareSSMDocument takes back the permissions to use a document of Systems Manager that an event gave.
func UnshareSSMDocument(accounts access.Accounts) remedy.Remedy {
	return unshare(shareList[*ssm.Client]{
		action: actions.UnshareSSMDocument(), kind: detect.Document, noun: "document",
		client: client(accounts, ssm.NewFromConfig),
		refuses: func(t remedy.Target) error {
			if strings.HasPrefix(t.ID, "AWS-") || strings.HasPrefix(t.ID, "AWSSupport-") {
				return remedy.Refuse("document %s belongs to AWS", t.ID)
			}
			return nil
		},
		known: isAccount, read: readDocumentPermissions, write: writeDocumentPermissions,
	})
}

func documentGone(err error) error {
	return gone(err, "InvalidDocument")
}

func readDocumentPermissions(ctx context.Context, api *ssm.Client, id string) (grantees, error) {
	in := &ssm.DescribeDocumentPermissionInput{Name: aws.String(id), PermissionType: types.DocumentPermissionTypeShare}
	var list grantees
	for {
		out, err := api.DescribeDocumentPermission(ctx, in)
		if err != nil {
			return nil, documentGone(err)
		}
		for _, id := range out.AccountIds {
			list = append(list, strings.ToLower(id)) // everyone is "all" or "All"
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return list, nil
		}
	}
}

func writeDocumentPermissions(ctx context.Context, api *ssm.Client, id string, add, remove grantees) error {
	_, err := api.ModifyDocumentPermission(ctx, &ssm.ModifyDocumentPermissionInput{
		Name: aws.String(id), PermissionType: types.DocumentPermissionTypeShare,
		AccountIdsToAdd: add, AccountIdsToRemove: remove,
	})
	return documentGone(err)
}
