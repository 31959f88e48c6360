package sharing

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// UnshareImage takes back the permissions to launch a machine image that an event gave.
func UnshareImage(accounts access.Accounts) remedy.Remedy {
	return unshare(shareList[*ec2.Client]{
		action: actions.UnshareImage(), kind: detect.Image, noun: "image",
		client: client(accounts, ec2.NewFromConfig),
		refuses: func(t remedy.Target) error {
			if !strings.HasPrefix(t.ID, "ami-") {
				return remedy.Refuse("%s is no machine image with an id", t)
			}
			return nil
		},
		known: func(g string) bool {
			return isAccount(g) || organizationARN.MatchString(g) || unitARN.MatchString(g)
		},
		read: readLaunchPermissions, write: writeLaunchPermissions,
	})
}

func imageGone(err error) error {
	return gone(err, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable")
}

// readLaunchPermissions looks for the image first: asked for an attribute of a missing one, emulators of AWS answer with an
// error of no kind.
func readLaunchPermissions(ctx context.Context, api *ec2.Client, id string) (grantees, error) {
	images, err := api.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}})
	if err != nil {
		return nil, imageGone(err)
	}
	if len(images.Images) == 0 {
		return nil, remedy.ErrGone
	}
	out, err := api.DescribeImageAttribute(ctx, &ec2.DescribeImageAttributeInput{
		ImageId: aws.String(id), Attribute: types.ImageAttributeNameLaunchPermission,
	})
	if err != nil {
		return nil, imageGone(err)
	}
	var list grantees
	for _, p := range out.LaunchPermissions {
		switch {
		case p.Group != "":
			list = append(list, string(p.Group))
		case p.OrganizationArn != nil:
			list = append(list, *p.OrganizationArn)
		case p.OrganizationalUnitArn != nil:
			list = append(list, *p.OrganizationalUnitArn)
		default:
			list = append(list, aws.ToString(p.UserId))
		}
	}
	return list, nil
}

func writeLaunchPermissions(ctx context.Context, api *ec2.Client, id string, add, remove grantees) error {
	_, err := api.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{
		ImageId: aws.String(id),
		LaunchPermission: &types.LaunchPermissionModifications{
			Add: launchPermissions(add), Remove: launchPermissions(remove),
		},
	})
	return imageGone(err)
}

func launchPermissions(list grantees) []types.LaunchPermission {
	var out []types.LaunchPermission
	for _, g := range list {
		switch {
		case g == everyone:
			out = append(out, types.LaunchPermission{Group: types.PermissionGroupAll})
		case organizationARN.MatchString(g):
			out = append(out, types.LaunchPermission{OrganizationArn: aws.String(g)})
		case unitARN.MatchString(g):
			out = append(out, types.LaunchPermission{OrganizationalUnitArn: aws.String(g)})
		default:
			out = append(out, types.LaunchPermission{UserId: aws.String(g)})
		}
	}
	return out
}
