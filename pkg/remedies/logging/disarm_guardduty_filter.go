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

// DisarmGuardDutyFilter lets a filter no longer archive what fits it. The aspect is the filter's action alone.
func DisarmGuardDutyFilter(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*guardduty.Client, string]{
		Action: actions.DisarmGuardDutyFilter(),
		Lens: remedy.Lens[*guardduty.Client, string]{
			Client: client(accounts, guardduty.NewFromConfig),
			Read:   readFilter,
			Write:  writeFilter,
		},
		Find: findFilter,
		Want: func(context.Context, *guardduty.Client, detect.Finding, remedy.Target, string) (string, error) {
			return string(types.FilterActionNoop), nil
		},
		Summary: func(t remedy.Target, before, after string) string {
			return fmt.Sprintf("action of GuardDuty's filter %s: %s → %s", t.Params[detect.ParamFilterName], before, after)
		},
		Nothing: func(t remedy.Target, _ string) string {
			return fmt.Sprintf("GuardDuty's filter %s archives nothing", t.Params[detect.ParamFilterName])
		},
	})
}

func findFilter(f detect.Finding) (remedy.Target, error) {
	t, err := find(f, detect.Detector, []string{"CreateFilter", "UpdateFilter"}, detect.ParamFilterName)
	if err == nil && t.Params[detect.ParamFilterName] == "" {
		err = remedy.Refuse("the finding does not say which filter of detector %s archives findings", t.ID)
	}
	return t, err
}

func readFilter(ctx context.Context, api *guardduty.Client, t remedy.Target) (string, error) {
	out, err := api.GetFilter(ctx, &guardduty.GetFilterInput{
		DetectorId: aws.String(t.ID), FilterName: aws.String(t.Params[detect.ParamFilterName]),
	})
	if err != nil {
		return "", goneFromGuardDuty(err)
	}
	return string(out.Action), nil
}

func writeFilter(ctx context.Context, api *guardduty.Client, t remedy.Target, _, to string) error {
	_, err := api.UpdateFilter(ctx, &guardduty.UpdateFilterInput{
		DetectorId: aws.String(t.ID), FilterName: aws.String(t.Params[detect.ParamFilterName]), Action: types.FilterAction(to),
	})
	return goneFromGuardDuty(err)
}
