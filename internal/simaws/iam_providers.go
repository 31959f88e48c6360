package simaws

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func providerHandlers() handlers {
	h := handlers{}
	writes(h, func(r *request, in *iam.CreateSAMLProviderInput) (*iam.CreateSAMLProviderOutput, error) {
		arn, err := r.addProvider("saml-provider/" + *in.Name)
		return &iam.CreateSAMLProviderOutput{SAMLProviderArn: arn}, err
	})
	reads(h, func(r *request, in *iam.GetSAMLProviderInput) (*iam.GetSAMLProviderOutput, error) {
		made, ok := r.providers[*in.SAMLProviderArn]
		if !ok {
			return nil, r.noProvider(in.SAMLProviderArn)
		}
		return &iam.GetSAMLProviderOutput{CreateDate: aws.Time(made)}, nil
	})
	writes(h, func(r *request, in *iam.DeleteSAMLProviderInput) (*iam.DeleteSAMLProviderOutput, error) {
		return &iam.DeleteSAMLProviderOutput{}, r.deleteProvider(in.SAMLProviderArn)
	})
	writes(h, func(r *request, in *iam.CreateOpenIDConnectProviderInput) (*iam.CreateOpenIDConnectProviderOutput, error) {
		arn, err := r.addProvider("oidc-provider/" + strings.TrimPrefix(*in.Url, "https://"))
		return &iam.CreateOpenIDConnectProviderOutput{OpenIDConnectProviderArn: arn}, err
	})
	reads(h, func(r *request, in *iam.GetOpenIDConnectProviderInput) (*iam.GetOpenIDConnectProviderOutput, error) {
		made, ok := r.providers[*in.OpenIDConnectProviderArn]
		if !ok {
			return nil, r.noProvider(in.OpenIDConnectProviderArn)
		}
		return &iam.GetOpenIDConnectProviderOutput{CreateDate: aws.Time(made)}, nil
	})
	writes(h, func(r *request, in *iam.DeleteOpenIDConnectProviderInput) (*iam.DeleteOpenIDConnectProviderOutput, error) {
		return &iam.DeleteOpenIDConnectProviderOutput{}, r.deleteProvider(in.OpenIDConnectProviderArn)
	})
	return h
}

func (r *request) noProvider(arn *string) error {
	return noSuchEntity("Provider not found for arn %s", *arn)
}

func (r *request) addProvider(resource string) (*string, error) {
	arn := "arn:aws:iam::" + r.account + ":" + resource
	if _, taken := r.providers[arn]; taken {
		return nil, exists("Provider %s already exists.", arn)
	}
	r.providers[arn] = r.now
	return &arn, nil
}

func (r *request) deleteProvider(arn *string) error {
	if _, ok := r.providers[*arn]; !ok {
		return r.noProvider(arn)
	}
	delete(r.providers, *arn)
	return nil
}
