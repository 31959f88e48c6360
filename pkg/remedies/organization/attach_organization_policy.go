// Package organization holds the remedies for what binds the accounts of an organization and who comes into them.
package organization

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// AttachOrganizationPolicy attaches a policy again. The aspect is whether it is attached to the target of the event.
func AttachOrganizationPolicy(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*organizations.Client, bool]{
		Action: actions.AttachOrganizationPolicy(),
		Lens: remedy.Lens[*organizations.Client, bool]{
			Client: access.Client(accounts, func(cfg aws.Config) *organizations.Client { return organizations.NewFromConfig(cfg) }),
			Read:   readAttached,
			Write:  writeAttached,
		},
		Find: findPolicy,
		Want: func(context.Context, *organizations.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return true, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("policy %s of the organization: attached to %s again", t.ID, t.Params[detect.ParamTargetID])
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("policy %s of the organization is attached to %s", t.ID, t.Params[detect.ParamTargetID])
		},
	})
}

func findPolicy(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamTargetID)
	switch {
	case f.Resource.Type != detect.OrganizationPolicy || !strings.HasPrefix(t.ID, "p-"):
		return t, remedy.Refuse("%s is no policy of an organization with an id", f.Resource)
	case strings.HasSuffix(t.ID, "FullAWSAccess"): // also RCPFullAWSAccess
		return t, remedy.Refuse("policy %s allows everything: attaching it guards nothing", t.ID)
	case f.Event.Name != "DetachPolicy" || t.Params[detect.ParamTargetID] == "":
		return t, remedy.Refuse("the finding does not say what policy %s was detached from", t.ID)
	}
	return t, nil
}

func readAttached(ctx context.Context, api *organizations.Client, t remedy.Target) (bool, error) {
	pages := organizations.NewListTargetsForPolicyPaginator(api, &organizations.ListTargetsForPolicyInput{PolicyId: aws.String(t.ID)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, policyGone(err)
		}
		for _, target := range page.Targets {
			if aws.ToString(target.TargetId) == t.Params[detect.ParamTargetID] {
				return true, nil
			}
		}
	}
	return false, nil
}

func writeAttached(ctx context.Context, api *organizations.Client, t remedy.Target, _, to bool) error {
	policy, target := aws.String(t.ID), aws.String(t.Params[detect.ParamTargetID])
	if to {
		_, err := api.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: policy, TargetId: target})
		if access.Coded(err, "DuplicatePolicyAttachmentException") {
			return nil // attached meanwhile
		}
		return policyGone(err)
	}
	_, err := api.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: policy, TargetId: target})
	if access.Coded(err, "PolicyNotAttachedException") {
		return nil // detached meanwhile
	}
	return policyGone(err)
}

// policyGone turns the words for a missing policy or target into remedy.ErrGone and makes refusals of what stays however often
// the call is repeated.
func policyGone(err error) error {
	switch {
	case access.Coded(err, "AWSOrganizationsNotInUseException"):
		return &remedy.Refusal{Reason: "the account belongs to no organization any more", Err: err}
	case access.Coded(err, "PolicyTypeNotEnabledException"):
		return &remedy.Refusal{Reason: "policies of this type are switched off in the organization: a person has to switch them on first", Err: err}
	}
	return access.Gone(err, "PolicyNotFoundException", "TargetNotFoundException")
}
