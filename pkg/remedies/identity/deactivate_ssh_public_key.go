package identity

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// DeactivateSSHPublicKey sets an SSH key for CodeCommit to Inactive.
func DeactivateSSHPublicKey(accounts access.Accounts) remedy.Remedy {
	return credential{
		action: actions.DeactivateSSHPublicKey(),
		kind:   detect.SSHPublicKey,
		noun:   "SSH public key",
		list:   sshPublicKeys,
		update: func(ctx context.Context, api *iam.Client, user, id *string, to types.StatusType) error {
			_, err := api.UpdateSSHPublicKey(ctx, &iam.UpdateSSHPublicKeyInput{UserName: user, SSHPublicKeyId: id, Status: to})
			return err
		},
	}.remedy(accounts)
}

func sshPublicKeys(ctx context.Context, api *iam.Client, user *string) (map[string]types.StatusType, error) {
	all := map[string]types.StatusType{}
	pages := iam.NewListSSHPublicKeysPaginator(api, &iam.ListSSHPublicKeysInput{UserName: user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, k := range page.SSHPublicKeys {
			all[aws.ToString(k.SSHPublicKeyId)] = k.Status
		}
	}
	return all, nil
}
