package simaws

import (
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/detect"
)

func trustHandlers() handlers {
	h := handlers{}
	writes(h, func(r *request, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, error) {
		p, err := r.changeable(detect.Role, in.RoleName)
		if err != nil {
			return nil, err
		}
		if err := wellFormed(in.PolicyDocument); err != nil {
			return nil, err
		}
		p.trust = *in.PolicyDocument
		return &iam.UpdateAssumeRolePolicyOutput{}, nil
	})
	return h
}
