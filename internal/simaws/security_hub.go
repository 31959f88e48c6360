package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

func hubHandlers() handlers {
	h := handlers{}
	reads(h, describeHub)
	writes(h, enableHub)
	writes(h, disableHub)
	return h
}

func (r *request) subscribed() error {
	if r.watchers.hubs[r.region] {
		return nil
	}
	return &types.InvalidAccessException{Message: aws.String("Account " + r.account + " is not subscribed to AWS Security Hub")}
}

func describeHub(r *request, _ *securityhub.DescribeHubInput) (*securityhub.DescribeHubOutput, error) {
	if err := r.subscribed(); err != nil {
		return nil, err
	}
	return &securityhub.DescribeHubOutput{
		HubArn: aws.String("arn:aws:securityhub:" + r.region + ":" + r.account + ":hub/default"),
	}, nil
}

func enableHub(r *request, _ *securityhub.EnableSecurityHubInput) (*securityhub.EnableSecurityHubOutput, error) {
	if r.watchers.hubs[r.region] {
		return nil, &types.ResourceConflictException{Message: aws.String("Account is already subscribed to Security Hub")}
	}
	r.watchers.hubs[r.region] = true
	return &securityhub.EnableSecurityHubOutput{}, nil
}

func disableHub(r *request, _ *securityhub.DisableSecurityHubInput) (*securityhub.DisableSecurityHubOutput, error) {
	if err := r.subscribed(); err != nil {
		return nil, err
	}
	delete(r.watchers.hubs, r.region)
	return &securityhub.DisableSecurityHubOutput{}, nil
}
