package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func callerHandlers() handlers {
	h := handlers{}
	reads(h, func(r *request, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{
			Account: aws.String(r.account), UserId: aws.String("AIDASIMULATED"),
			Arn: aws.String("arn:aws:iam::" + r.account + ":user/operator"),
		}, nil
	})
	return h
}
