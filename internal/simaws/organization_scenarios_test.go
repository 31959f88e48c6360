package simaws_test

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"riposte/pkg/detect"
)

func organizationScenarios() []scenario {
	return []scenario{organizationPolicyScenario(), assignmentScenario()}
}

func (w *world) organizations() *organizations.Client { return organizations.NewFromConfig(w.cfg) }

func organizationPolicyScenario() scenario {
	return scenario{
		name: "policy of the organization", action: "attach-organization-policy",
		seed: func(w *world, name string) detect.Finding {
			_, err := w.organizations().CreateOrganization(w.t.Context(), &organizations.CreateOrganizationInput{})
			if _, there := errors.AsType[*orgtypes.AlreadyInOrganizationException](err); err != nil && !there {
				w.t.Fatal(err)
			}
			out := must(w.organizations().CreatePolicy(w.t.Context(), &organizations.CreatePolicyInput{
				Name: &name, Description: aws.String("test"), Type: orgtypes.PolicyTypeServiceControlPolicy,
				Content: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*"}]}`),
			}))(w)
			id := out.Policy.PolicySummary.Id
			must(w.organizations().AttachPolicy(w.t.Context(), &organizations.AttachPolicyInput{PolicyId: id, TargetId: aws.String(account)}))(w)
			must(w.organizations().DetachPolicy(w.t.Context(), &organizations.DetachPolicyInput{PolicyId: id, TargetId: aws.String(account)}))(w)
			return w.finding(detect.Resource{Type: detect.OrganizationPolicy, ID: *id}, "DetachPolicy", map[string]string{detect.ParamTargetID: account})
		},
		remove: func(w *world, f detect.Finding) {
			_, _ = w.organizations().DetachPolicy(w.t.Context(), &organizations.DetachPolicyInput{PolicyId: &f.Resource.ID, TargetId: aws.String(account)})
			must(w.organizations().DeletePolicy(w.t.Context(), &organizations.DeletePolicyInput{PolicyId: &f.Resource.ID}))(w)
		},
	}
}

func assignmentScenario() scenario {
	const instance = "arn:aws:sso:::instance/ssoins-0a1b2c3d4e5f6a7b"
	return scenario{
		name: "account assignment", action: "delete-account-assignment",
		seed: func(w *world, name string) detect.Finding {
			set := "arn:aws:sso:::permissionSet/ssoins-0a1b2c3d4e5f6a7b/ps-" + name
			for _, principal := range []string{"1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b"} {
				must(ssoadmin.NewFromConfig(w.cfg).CreateAccountAssignment(w.t.Context(), &ssoadmin.CreateAccountAssignmentInput{
					InstanceArn: aws.String(instance), PermissionSetArn: &set, TargetId: aws.String("444455556666"), TargetType: ssotypes.TargetTypeAwsAccount,
					PrincipalId: &principal, PrincipalType: ssotypes.PrincipalTypeUser,
				}))(w)
			}
			return w.finding(detect.Resource{Type: detect.PermissionSet, ID: set}, "CreateAccountAssignment", map[string]string{
				detect.ParamTargetID: "444455556666", detect.ParamInstanceARN: instance,
				detect.ParamPrincipalType: "USER", detect.ParamPrincipalID: "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b",
			})
		},
	}
}
