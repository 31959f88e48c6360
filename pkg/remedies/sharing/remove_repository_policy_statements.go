package sharing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RemoveRepositoryPolicyStatements takes the risky statements of an event out of the policy of a repository of images.
func RemoveRepositoryPolicyStatements(accounts access.Accounts) remedy.Remedy {
	return removeStatements(policyHolder[*ecr.Client]{
		action: actions.RemoveRepositoryPolicyStatements(), kind: detect.Repository, noun: "repository",
		client: client(accounts, ecr.NewFromConfig),
		read:   readRepositoryPolicy, write: writeRepositoryPolicy,
	})
}

const (
	repositoryMissing       = "RepositoryNotFoundException"
	repositoryPolicyMissing = "RepositoryPolicyNotFoundException"
)

func readRepositoryPolicy(ctx context.Context, api *ecr.Client, t remedy.Target) (string, error) {
	out, err := api.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: aws.String(t.ID)})
	switch {
	case coded(err, repositoryPolicyMissing):
		return "", nil
	case err != nil:
		return "", gone(err, repositoryMissing)
	}
	return aws.ToString(out.PolicyText), nil
}

func writeRepositoryPolicy(ctx context.Context, api *ecr.Client, t remedy.Target, document string) error {
	if document != "" {
		_, err := api.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{
			RepositoryName: aws.String(t.ID), PolicyText: aws.String(document),
		})
		return gone(err, repositoryMissing)
	}
	_, err := api.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{RepositoryName: aws.String(t.ID)})
	if coded(err, repositoryPolicyMissing) {
		return nil // taken away meanwhile
	}
	return gone(err, repositoryMissing)
}
