package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func passwordPolicyHandlers() handlers {
	h := handlers{}
	reads(h, getAccountPasswordPolicy)
	writes(h, updateAccountPasswordPolicy)
	writes(h, deleteAccountPasswordPolicy)
	return h
}

func (r *request) noPasswordPolicy() error {
	return noSuchEntity("The Password Policy with domain name %s cannot be found.", r.account)
}

func getAccountPasswordPolicy(r *request, _ *iam.GetAccountPasswordPolicyInput) (*iam.GetAccountPasswordPolicyOutput, error) {
	if r.passwordPolicy == nil {
		return nil, r.noPasswordPolicy()
	}
	p := *r.passwordPolicy
	return &iam.GetAccountPasswordPolicyOutput{PasswordPolicy: &p}, nil
}

// updateAccountPasswordPolicy replaces the whole policy: what is left out falls back to the default.
func updateAccountPasswordPolicy(r *request, in *iam.UpdateAccountPasswordPolicyInput) (*iam.UpdateAccountPasswordPolicyOutput, error) {
	const shortest = 6
	length := aws.Int32(shortest)
	if in.MinimumPasswordLength != nil {
		length = in.MinimumPasswordLength
	}
	r.passwordPolicy = &types.PasswordPolicy{
		MinimumPasswordLength: length, RequireSymbols: in.RequireSymbols, RequireNumbers: in.RequireNumbers,
		RequireUppercaseCharacters: in.RequireUppercaseCharacters, RequireLowercaseCharacters: in.RequireLowercaseCharacters,
		AllowUsersToChangePassword: in.AllowUsersToChangePassword, HardExpiry: aws.Bool(aws.ToBool(in.HardExpiry)),
		MaxPasswordAge: in.MaxPasswordAge, PasswordReusePrevention: in.PasswordReusePrevention,
		ExpirePasswords: aws.ToInt32(in.MaxPasswordAge) > 0,
	}
	return &iam.UpdateAccountPasswordPolicyOutput{}, nil
}

func deleteAccountPasswordPolicy(r *request, _ *iam.DeleteAccountPasswordPolicyInput) (*iam.DeleteAccountPasswordPolicyOutput, error) {
	if r.passwordPolicy == nil {
		return nil, r.noPasswordPolicy()
	}
	r.passwordPolicy = nil
	return &iam.DeleteAccountPasswordPolicyOutput{}, nil
}
