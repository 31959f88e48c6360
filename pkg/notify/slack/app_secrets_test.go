package slack

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/internal/testkit/slackstandin"
)

// secrets stands for Secrets Manager, which holds a workspace's app.
type secrets struct{ slack *slackstandin.Server }

func (s secrets) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options),
) (*secretsmanager.GetSecretValueOutput, error) {
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(s.slack.Secret())}, nil
}
