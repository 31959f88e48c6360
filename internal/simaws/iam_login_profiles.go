package simaws

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func loginProfileHandlers() handlers {
	h := handlers{}
	writes(h, createLoginProfile)
	reads(h, getLoginProfile)
	writes(h, deleteLoginProfile)
	return h
}

func createLoginProfile(r *request, in *iam.CreateLoginProfileInput) (*iam.CreateLoginProfileOutput, error) {
	p, err := r.holder(detect.User, in.UserName)
	if err != nil {
		return nil, err
	}
	if !p.password.IsZero() {
		return nil, exists("Login Profile for user %s already exists.", *in.UserName)
	}
	p.password = r.now
	return &iam.CreateLoginProfileOutput{LoginProfile: p.loginProfile(in.UserName)}, nil
}

func (p *principal) loginProfile(user *string) *types.LoginProfile {
	return &types.LoginProfile{UserName: user, CreateDate: aws.Time(p.password)}
}

// withPassword returns a user who has a login profile.
func (r *request) withPassword(user *string) (*principal, error) {
	p, err := r.holder(detect.User, user)
	if err == nil && p.password.IsZero() {
		return nil, noSuchEntity("Login Profile for User %s cannot be found.", aws.ToString(user))
	}
	return p, err
}

func getLoginProfile(r *request, in *iam.GetLoginProfileInput) (*iam.GetLoginProfileOutput, error) {
	p, err := r.withPassword(in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.GetLoginProfileOutput{LoginProfile: p.loginProfile(in.UserName)}, nil
}

func deleteLoginProfile(r *request, in *iam.DeleteLoginProfileInput) (*iam.DeleteLoginProfileOutput, error) {
	p, err := r.withPassword(in.UserName)
	if err != nil {
		return nil, err
	}
	p.password = time.Time{}
	return &iam.DeleteLoginProfileOutput{}, nil
}
