package sharing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// BlockPublicImages blocks the sharing of a region's machine images with everyone.
func BlockPublicImages(accounts access.Accounts) remedy.Remedy {
	const blocked = string(types.ImageBlockPublicAccessEnabledStateBlockNewSharing) // there is no other
	return turnBack(accounts, setting{
		action: actions.BlockPublicImages(), event: "DisableImageBlockPublicAccess",
		noun: "block of public access for machine images", right: true, words: map[bool]string{false: "unblocked", true: blocked},
		read: func(ctx context.Context, api *ec2.Client) (bool, error) {
			out, err := api.GetImageBlockPublicAccessState(ctx, &ec2.GetImageBlockPublicAccessStateInput{})
			if err != nil {
				return false, err
			}
			return aws.ToString(out.ImageBlockPublicAccessState) == blocked, nil
		},
		write: func(ctx context.Context, api *ec2.Client, to bool) (err error) {
			if to {
				_, err = api.EnableImageBlockPublicAccess(ctx, &ec2.EnableImageBlockPublicAccessInput{
					ImageBlockPublicAccessState: types.ImageBlockPublicAccessEnabledStateBlockNewSharing,
				})
			} else {
				_, err = api.DisableImageBlockPublicAccess(ctx, &ec2.DisableImageBlockPublicAccessInput{})
			}
			return err
		},
	})
}
