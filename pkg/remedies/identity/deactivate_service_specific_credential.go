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

// DeactivateServiceSpecificCredential sets a password or key for one service to Inactive.
func DeactivateServiceSpecificCredential(accounts access.Accounts) remedy.Remedy {
	return credential{
		action: actions.DeactivateServiceSpecificCredential(),
		kind:   detect.ServiceCredential,
		noun:   "service-specific credential",
		list:   serviceCredentials,
		update: func(ctx context.Context, api *iam.Client, user, id *string, to types.StatusType) error {
			_, err := api.UpdateServiceSpecificCredential(ctx, &iam.UpdateServiceSpecificCredentialInput{
				UserName: user, ServiceSpecificCredentialId: id, Status: to,
			})
			return err
		},
	}.remedy(accounts)
}

func serviceCredentials(ctx context.Context, api *iam.Client, user *string) (map[string]types.StatusType, error) {
	all := map[string]types.StatusType{}
	in := &iam.ListServiceSpecificCredentialsInput{UserName: user}
	for {
		out, err := api.ListServiceSpecificCredentials(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, c := range out.ServiceSpecificCredentials {
			all[aws.ToString(c.ServiceSpecificCredentialId)] = c.Status
		}
		if !out.IsTruncated {
			return all, nil
		}
		in.Marker = out.Marker
	}
}
