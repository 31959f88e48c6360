package sharing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"riposte/pkg/actions"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// EnableEBSEncryptionDefault makes EBS encrypt the new volumes of a region by default.
func EnableEBSEncryptionDefault(accounts access.Accounts) remedy.Remedy {
	return turnBack(accounts, setting{
		action: actions.EnableEBSEncryptionDefault(), event: "DisableEbsEncryptionByDefault",
		noun: "encryption of new EBS volumes by default", right: true, words: map[bool]string{false: "off", true: "on"},
		read: func(ctx context.Context, api *ec2.Client) (bool, error) {
			out, err := api.GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
			if err != nil {
				return false, err
			}
			return aws.ToBool(out.EbsEncryptionByDefault), nil
		},
		write: func(ctx context.Context, api *ec2.Client, to bool) (err error) {
			if to {
				_, err = api.EnableEbsEncryptionByDefault(ctx, &ec2.EnableEbsEncryptionByDefaultInput{})
			} else {
				_, err = api.DisableEbsEncryptionByDefault(ctx, &ec2.DisableEbsEncryptionByDefaultInput{})
			}
			return err
		},
	})
}
