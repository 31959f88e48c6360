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

// DeactivateSigningCertificate sets a certificate that signs requests to Inactive.
func DeactivateSigningCertificate(accounts access.Accounts) remedy.Remedy {
	return credential{
		action: actions.DeactivateSigningCertificate(),
		kind:   detect.SigningCertificate,
		noun:   "signing certificate",
		list:   signingCertificates,
		update: func(ctx context.Context, api *iam.Client, user, id *string, to types.StatusType) error {
			_, err := api.UpdateSigningCertificate(ctx, &iam.UpdateSigningCertificateInput{UserName: user, CertificateId: id, Status: to})
			return err
		},
	}.remedy(accounts)
}

func signingCertificates(ctx context.Context, api *iam.Client, user *string) (map[string]types.StatusType, error) {
	all := map[string]types.StatusType{}
	pages := iam.NewListSigningCertificatesPaginator(api, &iam.ListSigningCertificatesInput{UserName: user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Certificates {
			all[aws.ToString(c.CertificateId)] = c.Status
		}
	}
	return all, nil
}
