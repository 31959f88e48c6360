package sharing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveSecretPolicyStatements takes the risky statements of an event out of the policy of a secret. It never reads the
// secret.
func RemoveSecretPolicyStatements(accounts access.Accounts) remedy.Remedy {
	return removeStatements(policyHolder[*secretsmanager.Client]{
		action: actions.RemoveSecretPolicyStatements(), kind: detect.Secret, noun: "secret",
		client: client(accounts, secretsmanager.NewFromConfig),
		read:   readSecretPolicy, write: writeSecretPolicy,
	})
}

const secretMissing = "ResourceNotFoundException"

func readSecretPolicy(ctx context.Context, api *secretsmanager.Client, t remedy.Target) (string, error) {
	out, err := api.GetResourcePolicy(ctx, &secretsmanager.GetResourcePolicyInput{SecretId: aws.String(t.ID)})
	if err != nil {
		return "", gone(err, secretMissing)
	}
	return aws.ToString(out.ResourcePolicy), nil
}

func writeSecretPolicy(ctx context.Context, api *secretsmanager.Client, t remedy.Target, document string) error {
	if document != "" {
		_, err := api.PutResourcePolicy(ctx, &secretsmanager.PutResourcePolicyInput{
			SecretId: aws.String(t.ID), ResourcePolicy: aws.String(document),
		})
		return gone(err, secretMissing)
	}
	_, err := api.DeleteResourcePolicy(ctx, &secretsmanager.DeleteResourcePolicyInput{SecretId: aws.String(t.ID)})
	return gone(err, secretMissing)
}
