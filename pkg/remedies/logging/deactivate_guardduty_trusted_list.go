package logging

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// DeactivateGuardDutyTrustedList switches off a list of addresses that raise no findings. What it lists stays.
func DeactivateGuardDutyTrustedList(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*guardduty.Client, bool]{
		Action: actions.DeactivateGuardDutyTrustedList(),
		Lens: remedy.Lens[*guardduty.Client, bool]{
			Client: client(accounts, guardduty.NewFromConfig),
			Read:   readTrustedList,
			Write:  writeTrustedList,
		},
		Find: findTrustedList,
		Want: func(context.Context, *guardduty.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return false, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("GuardDuty's trusted list %s: active → inactive", t.Params[detect.ParamIPSetID])
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("GuardDuty's trusted list %s is not active", t.Params[detect.ParamIPSetID])
		},
	})
}

func findTrustedList(f detect.Finding) (remedy.Target, error) {
	t, err := find(f, detect.Detector, []string{"CreateIPSet", "UpdateIPSet"}, detect.ParamIPSetID)
	if err == nil && t.Params[detect.ParamIPSetID] == "" {
		err = remedy.Refuse("the finding does not say which trusted list of detector %s was activated", t.ID)
	}
	return t, err
}

// readTrustedList counts a list that is on its way to a state as being in it: GuardDuty needs minutes for it.
func readTrustedList(ctx context.Context, api *guardduty.Client, t remedy.Target) (bool, error) {
	out, err := api.GetIPSet(ctx, &guardduty.GetIPSetInput{
		DetectorId: aws.String(t.ID), IpSetId: aws.String(t.Params[detect.ParamIPSetID]),
	})
	if err != nil {
		return false, goneFromGuardDuty(err)
	}
	switch out.Status {
	case types.IpSetStatusActive, types.IpSetStatusActivating:
		return true, nil
	case types.IpSetStatusInactive, types.IpSetStatusDeactivating:
		return false, nil
	case types.IpSetStatusDeletePending, types.IpSetStatusDeleted:
		return false, remedy.ErrGone
	case types.IpSetStatusError:
		return false, remedy.Refuse("GuardDuty could not load trusted list %s", t.Params[detect.ParamIPSetID])
	}
	return false, remedy.Refuse("the status of trusted list %s is %q, which is not known", t.Params[detect.ParamIPSetID], out.Status)
}

func writeTrustedList(ctx context.Context, api *guardduty.Client, t remedy.Target, _, to bool) error {
	_, err := api.UpdateIPSet(ctx, &guardduty.UpdateIPSetInput{
		DetectorId: aws.String(t.ID), IpSetId: aws.String(t.Params[detect.ParamIPSetID]), Activate: aws.Bool(to),
	})
	return goneFromGuardDuty(err)
}
