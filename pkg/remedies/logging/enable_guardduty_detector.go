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

// EnableGuardDutyDetector enables a detector that was suspended. Its features and its other settings stay as they are.
func EnableGuardDutyDetector(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*guardduty.Client, bool]{
		Action: actions.EnableGuardDutyDetector(),
		Lens: remedy.Lens[*guardduty.Client, bool]{
			Client: client(accounts, guardduty.NewFromConfig),
			Read:   readDetector,
			Write:  writeDetector,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return find(f, detect.Detector, []string{"UpdateDetector"})
		},
		Want: wantDetector,
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("GuardDuty detector %s: suspended → enabled", t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("GuardDuty detector %s is enabled", t.ID)
		},
	})
}

// wantDetector enables the detector. Two rules report an update of a detector: the other one says nothing of the
// detector as a whole.
func wantDetector(_ context.Context, _ *guardduty.Client, f detect.Finding, t remedy.Target, before bool) (bool, error) {
	if f.Class != "guardduty-disabled" {
		return before, remedy.Refuse("the finding does not say that detector %s was suspended", t.ID)
	}
	return true, nil
}

func readDetector(ctx context.Context, api *guardduty.Client, t remedy.Target) (bool, error) {
	out, err := api.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: aws.String(t.ID)})
	if err != nil {
		return false, goneFromGuardDuty(err)
	}
	return out.Status == types.DetectorStatusEnabled, nil
}

func writeDetector(ctx context.Context, api *guardduty.Client, t remedy.Target, _, to bool) error {
	_, err := api.UpdateDetector(ctx, &guardduty.UpdateDetectorInput{DetectorId: aws.String(t.ID), Enable: aws.Bool(to)})
	return goneFromGuardDuty(err)
}
