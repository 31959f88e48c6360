package network

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RequireInstanceMetadataTokens makes an instance speak IMDSv2 only. The aspect is whether tokens are required.
func RequireInstanceMetadataTokens(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, types.HttpTokensState]{
		Action: actions.RequireInstanceMetadataTokens(),
		Lens: remedy.Lens[*ec2.Client, types.HttpTokensState]{
			Client: access.Client(accounts, ec2Client),
			Read:   readTokens,
			Write:  writeTokens,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := remedy.TargetOf(f)
			if f.Resource.Type != detect.Instance || !strings.HasPrefix(t.ID, "i-") || f.Event.Name != "ModifyInstanceMetadataOptions" {
				return t, remedy.Refuse("%s is no instance whose metadata options were changed", f.Resource)
			}
			return t, nil
		},
		Want: func(context.Context, *ec2.Client, detect.Finding, remedy.Target, types.HttpTokensState) (types.HttpTokensState, error) {
			return types.HttpTokensStateRequired, nil
		},
		Aspect: "instance-metadata-tokens",
		Restore: func(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before, good types.HttpTokensState) (types.HttpTokensState, error) {
			if good != types.HttpTokensStateRequired {
				return before, remedy.Refuse("instance %s did not require tokens before the event either", t.ID)
			}
			return good, nil
		},
		Summary: func(t remedy.Target, before, after types.HttpTokensState) string {
			return fmt.Sprintf("instance %s: tokens of IMDSv2 %s → %s", t.ID, before, after)
		},
		Nothing: func(t remedy.Target, live types.HttpTokensState) string {
			return fmt.Sprintf("instance %s: tokens of IMDSv2 are %s", t.ID, live)
		},
	})
}

func readTokens(ctx context.Context, api *ec2.Client, t remedy.Target) (types.HttpTokensState, error) {
	out, err := api.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{t.ID}})
	if err != nil {
		return "", instanceGone(err)
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			if aws.ToString(i.InstanceId) != t.ID {
				continue
			}
			if i.State != nil && (i.State.Name == types.InstanceStateNameTerminated || i.State.Name == types.InstanceStateNameShuttingDown) {
				return "", remedy.ErrGone
			}
			if i.MetadataOptions == nil || i.MetadataOptions.HttpTokens == "" {
				return types.HttpTokensStateOptional, nil
			}
			return i.MetadataOptions.HttpTokens, nil
		}
	}
	return "", remedy.ErrGone
}

func writeTokens(ctx context.Context, api *ec2.Client, t remedy.Target, _, to types.HttpTokensState) error {
	_, err := api.ModifyInstanceMetadataOptions(ctx, &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: aws.String(t.ID), HttpTokens: to})
	return instanceGone(err)
}

// instanceGone turns EC2's words for a missing instance into remedy.ErrGone and leaves other errors alone.
func instanceGone(err error) error {
	return access.Gone(err, "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed")
}
